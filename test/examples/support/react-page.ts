/** The page in examples/react, built and served by Vite as its README section says, in front of a server of the test. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { EXAMPLES_FOLDER } from './run-example.js';

const VITE = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
const PAGE = join(EXAMPLES_FOLDER, 'react');

export interface BuiltPage {
  /** Serves it at an address of its own; what it asks goes to `server`. Whoever serves it stops it. */
  serve(server: string): Promise<{ readonly url: string; stop(): Promise<void> }>;
  remove(): Promise<void>;
}

export async function buildReactPage(): Promise<BuiltPage> {
  const folder = await mkdtemp(join(tmpdir(), 'usage-react-page-'));
  const buildArgs = [VITE, 'build', PAGE, '--outDir', folder, '--logLevel', 'warn'];
  await promisify(execFile)(process.execPath, buildArgs);
  return {
    async serve(server) {
      const args = [VITE, 'preview', PAGE, '--outDir', folder, '--host', '127.0.0.1', '--port', '0'];
      const child = spawn(process.execPath, args, {
        env: { PATH: process.env['PATH'], USAGE_SERVER: server, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return {
        url: await addressOf(child),
        async stop() {
          const closed = once(child, 'close');
          child.kill('SIGKILL');
          await closed;
        },
      };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('Vite has no output');
  for await (const line of createInterface(child.stdout)) {
    const url = /(http:\/\/127\.0\.0\.1:[1-9]\d*)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return url;
  }
  throw new Error('Vite has ended before it listened');
}
