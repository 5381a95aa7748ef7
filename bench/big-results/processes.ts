/** The two processes of this comparison, with a channel to each: upstream, and the program with its watched event loop. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { residentMb } from '../lib/proc.ts';
import { ended, startProgram } from '../lib/program.ts';
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

export async function startUpstream(rows: number): Promise<BigUpstream> {
  const env = { PATH: process.env['PATH'] ?? '' };
  const child = fork(here('upstream.ts'), [String(rows)], { env });
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
  const env = {
    GENESYS_API_URL: upstream,
    GENESYS_LOGIN_URL: upstream,
    TOKEN_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    POLL_INITIAL_MS: '100',
  };
  const args = ['--import', here('watch-loop.ts'), ...nodeArgs];
  const program = await startProgram(env, args, { channels: ['ipc'] });
  const { url, pid, child } = program;
  return {
    url,
    async loop() {
      const report = once(child, 'message');
      child.send('report');
      return ((await report) as [LoopReport])[0];
    },
    memory: () => residentMb(pid),
    peakMemory() {
      const peak = residentMb(pid, 'VmHWM');
      // Sets the mark back to what is resident now.
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
      return peak;
    },
    stop: () => program.stop(),
  };
}
