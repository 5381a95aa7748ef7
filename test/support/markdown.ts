/** What the documentation shows: code blocks, links and the names of scripts, with where they stand. */
import { readdir, readFile } from 'node:fs/promises';

export const ROOT = new URL('../../../', import.meta.url);

export interface Page {
  /** From the repository's root, such as `docs/limits.md`. */
  readonly path: string;
  readonly text: string;
}

export interface CodeBlock {
  /** `docs/limits.md:76` */
  readonly place: string;
  readonly path: string;
  readonly language: string;
  readonly text: string;
  /** What the comment in front of it says, `<!-- not run: why -->`; null: it is run. */
  readonly notRun: string | null;
}

/** README.md and everything in docs/. */
export async function pages(): Promise<Page[]> {
  const below = await readdir(new URL('docs/', ROOT), { recursive: true });
  const paths = ['README.md', ...below.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
  return Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(new URL(path, ROOT), 'utf8') })),
  );
}

/** In the order in which they stand. */
export async function codeBlocks(): Promise<CodeBlock[]> {
  return (await pages()).flatMap(blocksOf);
}

const BLOCK = /(?:<!-- not run: ([^]*?) -->\s*)?^( *)```(\w*)[^\n]*\n([^]*?)^\2```$/gm;

function blocksOf({ path, text }: Page): CodeBlock[] {
  return [...text.matchAll(BLOCK)].map((match) => {
    const [whole, notRun, indent = '', language = '', code = ''] = match;
    const line = text.slice(0, match.index + whole.indexOf('```')).split('\n').length;
    return {
      place: `${path}:${line}`,
      path,
      language,
      text: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      notRun: notRun ?? null,
    };
  });
}

/** The page without its code blocks, in which brackets are no links. */
export function proseOf({ text }: Page): string {
  return text.replaceAll(BLOCK, '').replaceAll(/`[^`\n]*`/g, '`');
}

/** Addresses of links and pictures, as they are written. */
export function linksOf(page: Page): string[] {
  return [...proseOf(page).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)].map(([, address = '']) => address);
}

/** The anchors that a page's headings give it, as GitHub makes them. */
export function anchorsOf(page: Page): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of page.text.replaceAll(BLOCK, '').matchAll(/^#+ (.+)$/gm)) {
    const plain = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
    let anchor = plain;
    for (let i = 1; anchors.has(anchor); i += 1) anchor = `${plain}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}
