/**
 * What a node does to learn of changes, in a process of its own: `node pubsub/node.ts <database|redis> <address> <ids>`. It
 * watches all of them, which is the most that it may be asked for. Says `ready`, and on `report` what it has heard since the
 * last time.
 */
import { createChangeListener } from '../../dist/src/events/change-listener.js';
import { createExecutionPubSub } from '../../dist/src/events/execution-pubsub.js';
import { createRedisEngine } from '../../dist/src/events/redis/redis-engine.js';
import { silentLogger } from '../../dist/src/lib/logger.js';

export interface Report {
  readonly heard: number;
  readonly cpuMs: number;
  /** `id version` of each change, and the instant of the clock that all processes of the machine share. */
  readonly samples: readonly (readonly [string, number])[];
}

const [, , kind = '', url = '', file = ''] = process.argv;
const ids = (await import(file, { with: { type: 'json' } })).default as string[];

let heard = 0;
let samples: [string, number][] = [];
let cpu = process.cpuUsage();

const redis =
  kind === 'redis'
    ? createRedisEngine({ url, heartbeatMs: 5_000, log: silentLogger, onConnected() {} })
    : null;
const pubSub = createExecutionPubSub(redis?.engine);
if (redis) await redis.attempted;
else
  await createChangeListener({
    url,
    log: silentLogger,
    onChange: (change) => void pubSub.publish(change),
    onConnected() {},
  });
for (const id of ids) {
  await pubSub.events.onExecution(id, (event) => {
    if (event.type !== 'CHANGED') return;
    heard += 1;
    samples.push([`${id} ${event.version}`, now()]);
  });
}
process.on('message', () => {
  const { user, system } = process.cpuUsage(cpu);
  const report: Report = { heard, cpuMs: (user + system) / 1_000, samples };
  process.send?.(report);
  heard = 0;
  samples = [];
  cpu = process.cpuUsage();
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

/** Milliseconds of a clock that all processes of the machine share. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
