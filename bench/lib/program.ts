/** The real program, as `npm start` runs it, with its simulated upstream and embedded PostgreSQL in a directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Program {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** `nodeArgs`: for a profile, such as `--cpu-prof`. `main`: another build's. */
export async function startProgram(
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
  main: string = MAIN,
): Promise<Program> {
  const dataDir = await mkdtemp(join(tmpdir(), 'usage-graphql-bench-'));
  // For root: the server's user has to get through.
  await chmod(dataDir, 0o755);
  const child = spawn(process.execPath, [...nodeArgs, main], {
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      NODE_ENV: 'production',
      DATA_DIR: dataDir,
      // Counted like everybody's; this is the highest that can be set.
      RATE_LIMIT_PER_MINUTE: '1000000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await listening(child);
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    const url = /(http:\/\/[\d.]+:\d+)\/graphql /.exec(said)?.[1];
    if (url) {
      child.stdout?.resume();
      return url;
    }
  }
  throw new Error(`the program did not start: ${said}`);
}
