/** Every `curl` and every example of the documentation is run by a shell against the real application. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startApp } from '../support/app.js';
import { codeBlocks } from '../support/markdown.js';
import { finishedId, INTERVAL } from '../support/starts.js';

const blocks = (await codeBlocks()).filter(
  ({ language, text, notRun }) =>
    /^(sh|bash|shell|console)$/.test(language) &&
    (text.includes('curl') || text.includes('examples/')) &&
    // Those are scripts of the package: `links.test.ts` looks whether they are there.
    !/\b(npm|npx) /.test(text) &&
    notRun === null,
);

/** A refusal fails, and nothing hangs; a progress bar says nothing. */
const PRELUDE = `set -euo pipefail
curl() { command curl --silent --show-error --fail-with-body --max-time 25 "$@"; }
`;

let app: Awaited<ReturnType<typeof startApp>>;
let id: string;
let directory: string;

beforeAll(async () => {
  app = await startApp();
  directory = await mkdtemp(join(tmpdir(), 'usage-graphql-docs-'));
  await symlink(join(process.cwd(), 'examples'), join(directory, 'examples'));
  id = await finishedId(app.url);
}, 60_000);
afterAll(async () => {
  await app?.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('commands in the documentation', () => {
  it('are there', () => expect(blocks.length).toBeGreaterThan(1));

  it.each(blocks)(
    '$place',
    async ({ text }) => {
      const script = text
        .replaceAll('http://127.0.0.1:4000', app.url)
        .replaceAll(/exe_(?:…|[0-9a-f]{32})/g, id)
        .replaceAll(/\d{4}-\d\d-\d\d\/\d{4}-\d\d-\d\d/g, INTERVAL);

      const { code, output } = await run(PRELUDE + script);

      expect([code, output]).toEqual([0, expect.not.stringMatching(/"errors":|"userErrors":\[\{/)]);
      for (const file of await readdir(directory, { withFileTypes: true }))
        if (file.isFile())
          expect((await readFile(join(directory, file.name), 'utf8')).length).toBeGreaterThan(0);
    },
    60_000,
  );
});

function run(script: string): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    // Examples in TypeScript want the very Node that runs this.
    const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
    const env = { PATH: path, TOKEN: 'demo-admin', ID: id, USAGE_SERVER: app.url };
    execFile('bash', ['-c', script], { cwd: directory, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr }),
    );
  });
}
