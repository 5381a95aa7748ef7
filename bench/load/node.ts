/**
 * One node of the real program, put together as `src/main.ts` does it, that answers questions about itself: its event loop,
 * its pool, its heap, its gauges. `--expose-gc` lets it collect garbage when it is told to.
 */
import { createHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';

import pg from 'pg';

import { createApp } from '../../dist/src/app.js';
import { parseConfig } from '../../dist/src/config.js';
import { createPinoLogger } from '../../dist/src/logger.js';

/** Since the last one. */
export interface NodeReport {
  readonly loopP50Ms: number;
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  /** Share of the time in which the event loop was not idle. */
  readonly loopBusy: number;
  /** How long statements waited for a connection. */
  readonly poolWaitP99Ms: number;
  readonly poolWaitMaxMs: number;
  /** The most that waited at one moment, and the share of moments at which any did. */
  readonly poolWaiting: number;
  readonly poolWaitingShare: number;
  readonly poolConnections: number;
  readonly memory: NodeJS.MemoryUsage;
  readonly watching: {
    readonly listeners: number;
    readonly webSockets: number;
    readonly eventStreams: number;
  };
  /** What keeps the process alive, by kind. */
  readonly handles: Readonly<Record<string, number>>;
}

export type NodeOrder = 'report' | 'collect and report' | 'stop';

/** Short enough to see a queue that forms and goes; a look costs microseconds. */
const LOOK_MS = 20;
const TICK_MS = 10;

const pools = new Set<pg.Pool>();
const waits = createHistogram();
const connect = Reflect.get(pg.Pool.prototype, 'connect') as (...args: unknown[]) => unknown;
Reflect.set(pg.Pool.prototype, 'connect', function (this: pg.Pool, ...args: unknown[]) {
  pools.add(this);
  const begun = performance.now();
  const client = connect.apply(this, args);
  const count = () => waits.record(Math.max(1, Math.round((performance.now() - begun) * 1_000)));
  if (client instanceof Promise) client.then(count, count);
  return client;
});

const loop = monitorEventLoopDelay({ resolution: TICK_MS });
let busySince = performance.eventLoopUtilization();
let looks = 0;
let looksWaiting = 0;
let mostWaiting = 0;

const log = createPinoLogger('warn', false);
const ttlMs = Number(process.env['BENCH_RESULT_TTL_MS'] ?? 0);
const config = parseConfig(process.env);
// The shortest that can be set is a day, for the sake of idempotency keys: too long to see anything deleted.
const app = createApp(ttlMs > 0 ? { ...config, resultTtlMs: ttlMs } : config, log);
await app.start();

setInterval(look, LOOK_MS).unref();
loop.enable();
process.on('message', (order: NodeOrder) => {
  if (order === 'stop') return void app.stop().then(() => process.exit(0));
  if (order === 'collect and report') collect();
  process.send?.(takeReport());
});
process.on('disconnect', () => void app.stop().then(() => process.exit(0)));
process.send?.(app.url);

function look(): void {
  const waiting = sum((pool) => pool.waitingCount);
  looks += 1;
  looksWaiting += waiting > 0 ? 1 : 0;
  mostWaiting = Math.max(mostWaiting, waiting);
}

function sum(of: (pool: pg.Pool) => number): number {
  return [...pools].reduce((total, pool) => total + of(pool), 0);
}

/** Twice: what finalizers let go is free after the second time alone. */
function collect(): void {
  globalThis.gc?.();
  globalThis.gc?.();
}

function takeReport(): NodeReport {
  const busy = performance.eventLoopUtilization(busySince).utilization;
  const made: NodeReport = {
    // The histogram has the timer's own interval in it.
    loopP50Ms: Math.max(0, loop.percentile(50) / 1e6 - TICK_MS),
    loopP99Ms: Math.max(0, loop.percentile(99) / 1e6 - TICK_MS),
    loopMaxMs: Math.max(0, loop.max / 1e6 - TICK_MS),
    loopBusy: busy,
    poolWaitP99Ms: waits.percentile(99) / 1_000,
    poolWaitMaxMs: waits.max / 1_000,
    poolWaiting: mostWaiting,
    poolWaitingShare: looks === 0 ? 0 : looksWaiting / looks,
    poolConnections: sum((pool) => pool.totalCount),
    memory: process.memoryUsage(),
    watching: { ...app.watching },
    handles: countEach(process.getActiveResourcesInfo()),
  };
  busySince = performance.eventLoopUtilization();
  looks = looksWaiting = mostWaiting = 0;
  loop.reset();
  waits.reset();
  return made;
}

function countEach(all: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of all) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}
