/** The two processes of this comparison, with a channel to each: upstream, and the program with its watched event loop. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Ready, Sent } from './upstream.ts';
import type { LoopReport } from './watch-loop.ts';

export interface BigUpstream extends Ready {
  /** The first answer with a big result that was asked for after an instant, once it has gone out whole. */
  sentAfter(instant: number): Promise<Sent>;
  stop(): Promise<void>;
}

export interface WatchedProgram {
  readonly url: string;
  /** What happened to the event loop since the last time it was asked. */
  loop(): Promise<LoopReport>;
  /** Resident memory now, in MB. */
  memory(): number;
  /** The most resident memory since the last call, in MB. */
  peakMemory(): number;
  stop(): Promise<void>;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const PATH = process.env['PATH'] ?? '';

export async function startUpstream(rows: number): Promise<BigUpstream> {
  const child = fork(here('upstream.ts'), [String(rows)], { env: { PATH } });
  const [ready] = (await once(child, 'message')) as [Ready];
  const answers: Sent[] = [];
  child.on('message', (sent) => answers.push(sent as Sent));
  return {
    ...ready,
    async sentAfter(instant) {
      for (;;) {
        const sent = answers.find(({ askedAt }) => askedAt > instant);
        if (sent) return sent;
        await once(child, 'message');
      }
    },
    stop: () => ended(child, 'SIGKILL'),
  };
}

export async function startWatched(upstream: string, nodeArgs: readonly string[]): Promise<WatchedProgram> {
  const dataDir = await mkdtemp(join(tmpdir(), 'usage-graphql-bench-'));
  // For root: the server's user has to get through.
  await chmod(dataDir, 0o755);
  const child = fork(here('../../dist/src/main.js'), [], {
    execArgv: ['--import', here('watch-loop.ts'), ...nodeArgs],
    env: {
      PATH,
      PORT: '0',
      NODE_ENV: 'production',
      DATA_DIR: dataDir,
      GENESYS_API_URL: upstream,
      GENESYS_LOGIN_URL: upstream,
      TOKEN_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
      POLL_INITIAL_MS: '100',
      RATE_LIMIT_PER_MINUTE: '1000000',
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await listening(child);
  return {
    url,
    async loop() {
      const report = once(child, 'message');
      child.send('report');
      return ((await report) as [LoopReport])[0];
    },
    memory: () => status(child, 'VmRSS'),
    peakMemory() {
      const peak = status(child, 'VmHWM');
      // Sets the mark back to what is resident now.
      writeFileSync(`/proc/${child.pid}/clear_refs`, '5');
      return peak;
    },
    async stop() {
      await ended(child, 'SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess): Promise<string> {
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

/** Linux tells kilobytes. */
function status({ pid }: ChildProcess, what: string): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(text)?.[1]) / 1024;
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
