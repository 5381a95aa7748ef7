/** The real program, as `npm start` runs it, with its simulated upstream and embedded PostgreSQL in a directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { makeDataDir } from './data-dir.ts';

export interface Program {
  readonly url: string;
  readonly pid: number;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

export const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/**
 * @param nodeArgs for a profile, such as `--cpu-prof`
 * @param options.channels `ipc`: for messages from and to what is imported into it
 * @param options.main another build's
 */
export async function startProgram(
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
  { channels = [], main = MAIN }: { readonly channels?: readonly 'ipc'[]; readonly main?: string } = {},
): Promise<Program> {
  const dataDir = await makeDataDir();
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
    stdio: ['ignore', 'pipe', 'inherit', ...channels],
  });
  const url = await listening(child);
  return {
    url,
    pid: child.pid ?? 0,
    child,
    async stop() {
      await ended(child, 'SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The address that a program prints once it listens. */
export async function listening(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    const url = /(http:\/\/[\d.]+:\d+)\/graphql /.exec(said)?.[1];
    if (url === undefined) continue;
    child.stdout?.resume();
    return url;
  }
  throw new Error(`the program did not start: ${said}`);
}

/** Sends the signal and waits until the process is gone. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
