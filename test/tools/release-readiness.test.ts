import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from '@jest/globals';

import { releasedVersion } from '../../src/tools/release/compatibility.js';
import { type Candidate, unreadiness } from '../../src/tools/release/readiness.js';
import { stepBetween } from '../../src/tools/release/version.js';
import { unpackReleased } from '../release/support/released.js';

const CONTRACT = 'type Query { rows: Int }';
const MORE = 'type Query { rows: Int columns: Int }';

const READY: Candidate = {
  released: `# The contract of version 1.2.3, as it was released.\n${CONTRACT}`,
  current: CONTRACT,
  version: '1.2.4',
  changelog:
    '## Unreleased\n\n## 1.2.4 - 2026-11-22\n\n### Fixed\n\n- A thing.\n\n## 1.2.3 - 2026-01-01\n\n- All.\n',
  versions: { 'client/package.json': '1.2.4' },
  migrations: ['001-first', '002-second'],
  releases: [{ version: '1.0.0', lastMigration: '002-second' }],
};
const WITH_MIGRATION = { ...READY, migrations: [...READY.migrations, '003-third'] };
const MINOR = {
  version: '1.3.0',
  versions: {},
  changelog: '## 1.3.0 - 2026-11-22\n\n- More.\n',
};
const RELEASED_NOW = [...READY.releases, { version: '1.3.0', lastMigration: '003-third' }];

describe('a version', () => {
  it('is ready when everything agrees', async () => {
    expect(await unreadiness(READY)).toEqual([]);
    expect(await unreadiness({ ...WITH_MIGRATION, ...MINOR, releases: RELEASED_NOW })).toEqual([]);
  });

  it.each([
    ['was not raised', { version: '1.2.3' }, /^Version 1\.2\.3 has been released/],
    [
      'is not the same everywhere',
      { versions: { x: '1.2.3' } },
      /^x says version 1\.2\.3, package\.json says 1\.2\.4/,
    ],
    [
      'has no section',
      { changelog: '## 1.2.3 - 2026-01-01\n\n- All.' },
      /has no section "## 1\.2\.4 - <date>"/,
    ],
    ['has no date', { changelog: '## 1.2.4\n\n- A thing.' }, /section 1\.2\.4 .* has no date/],
    ['has an empty section', { changelog: '## 1.2.4 - 2026-11-22\n' }, /section 1\.2\.4 .* is empty/],
    [
      'has left something unreleased',
      { changelog: `## Unreleased\n\n- X.\n\n${READY.changelog}` },
      /goes under 1\.2\.4/,
    ],
    [
      'is too small for what was added',
      { current: MORE },
      /From 1\.2\.3 to 1\.2\.4 is too small a step: it is a minor/,
    ],
    ['breaks', { current: 'type Query { columns: Int }' }, /Breaks clients of 1\.2\.3/],
  ])('is not ready when it %s', async (_what, changes, why) => {
    expect(await unreadiness({ ...READY, ...changes })).toContainEqual(expect.stringMatching(why));
  });

  it('is not ready when the list of releases does not know its migrations', async () => {
    const problems = await unreadiness({ ...WITH_MIGRATION, ...MINOR });
    expect(problems).toEqual([
      'Version 1.3.0 has to be in, with its last migration 003-third, src/store/migrations/releases.ts.',
    ]);
    expect(await unreadiness(WITH_MIGRATION)).toContainEqual(expect.stringMatching(/it is a minor one/));
    expect(await unreadiness({ ...READY, ...MINOR, current: MORE, releases: RELEASED_NOW })).toContainEqual(
      expect.stringMatching(/^Version 1\.3\.0 has no place in src\/store/),
    );
  });

  it.each([
    ['0.1.0', '0.1.1', 'patch'],
    ['0.1.0', '0.2.0', 'major'],
    ['0.9.0', '1.0.0', 'major'],
    ['1.0.0', '1.1.0', 'minor'],
    ['1.9.9', '2.0.0', 'major'],
    ['1.0.0', '1.0.0', 'none'],
  ])('from %s to %s is a %s step', (from, to, step) => {
    expect(stepBetween(from, to)).toBe(step);
  });

  it.each(['1.0.0', '1.1.9', '0.9.0'])('is not followed by an older one, %s', (older) => {
    expect(() => stepBetween('1.2.0', older)).toThrow(
      `Version ${older} is older than the last release, 1.2.0.`,
    );
  });
});

it('the contract and the program that are kept are of one release', async () => {
  const path = fileURLToPath(new URL('../../../schema/released.graphql', import.meta.url));
  const released = await unpackReleased();
  await released.remove();
  expect(releasedVersion(await readFile(path, 'utf8'))).toBe(released.version);
});
