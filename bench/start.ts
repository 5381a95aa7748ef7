/** From `node dist/src/main.js` to a program that is ready: with an empty directory, and with the one of the last time. */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { silentLogger } from '../dist/src/lib/logger.js';
import { startEmbeddedPostgres } from '../dist/src/store/embedded/embedded-postgres.js';
import { makeDataDir } from './lib/data-dir.ts';
import { cpuOf, residentMb } from './lib/proc.ts';
import { ended, listening, MAIN } from './lib/program.ts';
import { save } from './lib/results.ts';
import { rounded, type Summary, summary } from './lib/summary.ts';

const ROUNDS = 7;
const IDLE_MS = 5_000;
const COMPILED = fileURLToPath(new URL('../dist/compile-cache', import.meta.url));
/** Node alone: what no program of ours can be quicker than. */
const BARE = `require('node:http').createServer((q, r) => r.end('ok')).listen(0, '127.0.0.1', function () {
  console.log('http://127.0.0.1:' + this.address().port + '/graphql ');
})`;

interface Start {
  readonly readyMs: number;
  /** Processor time of the Node process until then: what a busy machine does not stretch. */
  readonly cpuMs: number;
  readonly idleMb: number;
}

/** Until its readiness, or whatever `path` is, answers 200. */
async function start(args: readonly string[], dataDir: string, path: string, idleMs = 0): Promise<Start> {
  const env = { PATH: process.env['PATH'] ?? '', PORT: '0', DATA_DIR: dataDir };
  const begun = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await listening(child);
  const { status } = await fetch(`${url}${path}`);
  const readyMs = performance.now() - begun;
  const cpuMs = cpuOf(child.pid ?? 0);
  if (status !== 200) throw new Error(`${path} answers ${status}`);
  await sleep(idleMs);
  const idleMb = residentMb(child.pid ?? 0);
  await ended(child, 'SIGTERM');
  return { readyMs, cpuMs, idleMb };
}

async function postgresMs(dataDir: string): Promise<number> {
  const begun = performance.now();
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLogger });
  const tookMs = performance.now() - begun;
  await postgres.stop();
  return tookMs;
}

async function round() {
  const [ours, alone] = [await makeDataDir(), await makeDataDir()];
  try {
    // After a build there is none yet.
    await rm(COMPILED, { recursive: true, force: true });
    const bare = await start(['-e', BARE], ours, '/');
    const first = await start([MAIN], ours, '/health/ready');
    const after = await start([MAIN], ours, '/health/ready');
    return {
      bareNode: bare.readyMs,
      postgresFirst: await postgresMs(alone),
      postgresAfter: await postgresMs(alone),
      first: first.readyMs,
      after: after.readyMs,
      firstCpu: first.cpuMs,
      afterCpu: after.cpuMs,
    };
  } finally {
    await Promise.all([ours, alone].map((directory) => rm(directory, { recursive: true, force: true })));
  }
}

const rounds: Awaited<ReturnType<typeof round>>[] = [];
while (rounds.length < ROUNDS) rounds.push(await round());
const idleIn = await makeDataDir();
const idle = await start([MAIN], idleIn, '/health/ready', IDLE_MS);
await rm(idleIn, { recursive: true, force: true });
const of = (key: keyof (typeof rounds)[number]): Summary => summary(rounds.map((one) => one[key]));
const cases = {
  bareNodeMs: of('bareNode'),
  postgresFirstTimeMs: of('postgresFirst'),
  postgresAfterMs: of('postgresAfter'),
  firstTimeMs: of('first'),
  afterMs: of('after'),
  firstTimeCpuMs: of('firstCpu'),
  afterCpuMs: of('afterCpu'),
  idleMb: rounded(idle.idleMb),
};
for (const [name, value] of Object.entries(cases)) console.log(name.padEnd(22), JSON.stringify(value));
save('start', cases, { rounds: ROUNDS, idleMs: IDLE_MS });
