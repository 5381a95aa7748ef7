/** What the documentation names is there: pages, headings, pictures, scripts, settings. */
import { stat } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { SETTINGS } from '../../src/config-settings.js';
import { anchorsOf, linksOf, type Page, pages, ROOT } from '../support/markdown.js';

const all = await pages();
let scripts: Record<string, string>;

beforeAll(async () => {
  const text = await readFile(new URL('package.json', ROOT), 'utf8');
  ({ scripts } = JSON.parse(text) as { scripts: Record<string, string> });
});

describe.each(all)('$path', (page) => {
  it('leads only to what is there', async () => {
    const missing = await Promise.all(linksOf(page).map((link) => whyMissing(page, link)));
    expect(missing.filter((why) => why !== null)).toEqual([]);
  });

  it('names only scripts that there are', () => {
    const named = [...page.text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('names only settings that there are', () => {
    const named = [
      ...page.text.matchAll(/\b(?:GENESYS|JWT|POLL|MAX|RATE_LIMIT|TOKEN_ENCRYPTION)_[A-Z_]+\b/g),
    ];
    const unknown = named.map(([name]) => name).filter((name) => !(name in SETTINGS) && !OTHERS.has(name));
    expect(unknown).toEqual([]);
  });
});

it('every page can be found from the index', () => {
  const index = all.find(({ path }) => path === 'docs/README.md');
  const linked = new Set(
    index ? linksOf(index).map((link) => posix.join('docs', link.split('#')[0] ?? '')) : [],
  );
  const clients = all.find(({ path }) => path === 'docs/clients.md');
  for (const link of clients ? linksOf(clients) : [])
    linked.add(posix.join('docs', link.split('#')[0] ?? ''));
  const lost = all.map(({ path }) => path).filter((path) => path.startsWith('docs/') && !linked.has(path));
  expect(lost.filter((path) => path !== 'docs/README.md')).toEqual([]);
});

/** Names of the same make that are no settings. */
const OTHERS: ReadonlySet<string> = new Set([]);

async function whyMissing(page: Page, link: string): Promise<string | null> {
  if (/^[a-z]+:/.test(link)) return null;
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? page.path : posix.join(posix.dirname(page.path), file);
  if (path.startsWith('..')) return `${link} leads out of the repository`;
  const there = await stat(new URL(path, ROOT)).catch(() => null);
  if (!there) return `${link}: there is no ${path}`;
  const target = all.find((one) => one.path === path);
  return anchor === undefined || !target || anchorsOf(target).has(anchor)
    ? null
    : `${link}: ${path} has no such heading`;
}
