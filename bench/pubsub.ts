/**
 * How many changes a second nodes can be told of, how late, and at what cost: by the database's notifications, and by Redis.
 * Sixteen connections change executions as fast as they are let; each change is a transaction of its own, as in the program.
 */
import pg from 'pg';

import { createExecutionPubSub } from '../dist/src/events/execution-pubsub.js';
import { createRedisEngine } from '../dist/src/events/redis/redis-engine.js';
import { silentLogger } from '../dist/src/lib/logger.js';
import { query } from './lib/query.ts';
import { save } from './lib/results.ts';
import { median, rounded, summary } from './lib/summary.ts';
import { type Nodes, type Servers, startServers } from './pubsub/servers.ts';

const ROUNDS = 3;
const ROUND_MS = 1_500;
const WARM_UP_MS = 500;
const WRITERS = 16;
const EXECUTIONS = 800;
/** Far below what each way can carry: how late a change is when nothing is full. */
const STEADY_PER_SECOND = 200;
const UUID = /^exe_(.{8})(.{4})(.{4})(.{4})(.{12})$/;

interface Way {
  readonly name: string;
  readonly notify: boolean;
  readonly redis: boolean;
  readonly nodes: number;
  /** No transaction: what the engine alone carries. */
  readonly withoutDatabase?: boolean;
}

const WAYS: readonly Way[] = [
  { name: 'transactions, nobody told', notify: false, redis: false, nodes: 0 },
  { name: 'NOTIFY, nobody listens', notify: true, redis: false, nodes: 0 },
  ...[1, 3].map((nodes) => ({ name: `NOTIFY, ${nodes} nodes`, notify: true, redis: false, nodes })),
  ...[1, 3].map((nodes) => ({ name: `Redis, ${nodes} nodes`, notify: false, redis: true, nodes })),
  { name: 'both, 3 nodes by Redis', notify: true, redis: true, nodes: 3 },
  ...[1, 3].map((nodes) => ({
    name: `Redis alone, ${nodes} nodes`,
    notify: false,
    redis: true,
    nodes,
    withoutDatabase: true,
  })),
];

interface Measured {
  readonly perSecond: number;
  readonly heardShare: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** For each change. */
  readonly postgresCpuMs: number;
  readonly redisCpuMs: number;
  readonly nodeCpuMs: number;
}

const servers = await startServers(EXECUTIONS);
const uuids = servers.ids.map((id) => id.replace(UUID, '$1-$2-$3-$4-$5'));
const clients = await Promise.all(Array.from({ length: WRITERS }, () => connected(servers)));
const publisher = createRedisEngine({
  url: servers.redisUrl,
  heartbeatMs: 5_000,
  log: silentLogger,
  onConnected() {},
});
await publisher.attempted;
const pubSub = createExecutionPubSub(publisher.engine);
const versions = new Map<string, number>(servers.ids.map((id) => [id, 1]));
const nodesOf = new Map<string, Nodes>();
const load: Measured[][] = WAYS.map(() => []);
const steady: Measured[][] = WAYS.map(() => []);

try {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, way] of WAYS.entries()) {
      await query(
        servers.databaseUrl,
        `ALTER TABLE executions ${way.notify ? 'ENABLE' : 'DISABLE'} TRIGGER execution_changed`,
      );
      const nodes =
        way.nodes > 0 ? await servers.startNodes(way.redis ? 'redis' : 'database', way.nodes) : null;
      if (nodes) nodesOf.set(way.name, nodes);
      process.stdout.write(`round ${round + 1}: ${way.name}\n`);
      await run(way, nodes, WARM_UP_MS, Infinity);
      load[i]?.push(await run(way, nodes, ROUND_MS, Infinity));
      if (nodes) steady[i]?.push(await run(way, nodes, ROUND_MS, STEADY_PER_SECOND));
      await nodes?.stop();
      nodesOf.delete(way.name);
    }
  }
  report();
} finally {
  await Promise.all([...nodesOf.values()].map((nodes) => nodes.stop()));
  await publisher.stop();
  await Promise.all(clients.map((client) => client.end()));
  await servers.stop();
}

async function connected({ databaseUrl }: Servers): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return client;
}

async function run(way: Way, nodes: Nodes | null, ms: number, perSecond: number): Promise<Measured> {
  await nodes?.report();
  const sentAt = new Map<string, number>();
  const before = await servers.cpu();
  const begun = now();
  let count = 0;
  const write = async (writer: number) => {
    for (let k = 0; now() < begun + ms; k += 1) {
      const dueIn = begun + ((k * WRITERS + writer) / perSecond) * 1_000 - now();
      if (dueIn > 0) await new Promise((resolve) => setTimeout(resolve, dueIn));
      if (now() > begun + ms) return;
      await change(way, (k * WRITERS + writer) % EXECUTIONS, sentAt);
      count += 1;
    }
  };
  await Promise.all(clients.map((_client, writer) => write(writer)));
  const tookMs = now() - begun;
  const reports = nodes ? await settled(nodes, count * way.nodes) : [];
  const after = await servers.cpu();
  const lags = reports.flatMap(({ samples }) => samples.map(([key, at]) => at - (sentAt.get(key) ?? NaN)));
  lags.sort((a, b) => a - b);
  const sum = (of: 'heard' | 'cpuMs') => reports.reduce((total, each) => total + each[of], 0);
  return {
    perSecond: (count / tookMs) * 1_000,
    heardShare: way.nodes > 0 ? sum('heard') / (count * way.nodes) : 1,
    p50Ms: lags[Math.floor(lags.length * 0.5)] ?? NaN,
    p99Ms: lags[Math.floor(lags.length * 0.99)] ?? NaN,
    postgresCpuMs: (after.postgres - before.postgres) / count,
    redisCpuMs: (after.redis - before.redis) / count,
    nodeCpuMs: sum('cpuMs') / count / Math.max(1, way.nodes),
  };
}

/** From before the statement, so that what the commit costs is part of how late a change is told. */
async function change(way: Way, i: number, sentAt: Map<string, number>): Promise<void> {
  const id = servers.ids[i] ?? '';
  const version = (versions.get(id) ?? 0) + 1;
  versions.set(id, version);
  sentAt.set(`${id} ${version}`, now());
  if (!way.withoutDatabase) {
    await clients[i % WRITERS]?.query({
      name: 'change',
      text: 'UPDATE executions SET version = $2 WHERE id = $1',
      values: [uuids[i], version],
    });
  }
  if (!way.redis) return;
  const published = pubSub.publish({ id, version, finishedIn: null }).catch(() => {});
  // Nobody waits for it in the program; here, where nothing else holds the writer up, it would run away.
  if (way.withoutDatabase) await published;
}

/** Until everything has been heard, or nothing comes any more. */
async function settled(nodes: Nodes, wanted: number) {
  const all = (await nodes.report()).map((each) => ({ ...each, samples: [...each.samples] }));
  for (let still = 0; still < 10 && all.reduce((sum, { heard }) => sum + heard, 0) < wanted; still += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const [i, each] of (await nodes.report()).entries()) {
      const one = all[i];
      if (!one) continue;
      if (each.heard > 0) still = 0;
      one.heard += each.heard;
      one.cpuMs += each.cpuMs;
      one.samples.push(...each.samples);
    }
  }
  return all as { heard: number; cpuMs: number; samples: [string, number][] }[];
}

function report(): void {
  const plain = load[0] ?? [];
  const cases = Object.fromEntries(
    WAYS.map(({ name }, i) => {
      const [of, quiet] = [load[i] ?? [], steady[i] ?? []];
      const mid = (key: keyof Measured, from = of) => rounded(median(from.map((each) => each[key])));
      return [
        name,
        {
          perSecond: summary(of.map((each) => each.perSecond)),
          toTransactions: rounded(median(of.map((each, k) => each.perSecond / (plain[k]?.perSecond ?? NaN)))),
          heardShare: mid('heardShare'),
          fullP50Ms: mid('p50Ms'),
          fullP99Ms: mid('p99Ms'),
          steadyP50Ms: mid('p50Ms', quiet),
          steadyP99Ms: mid('p99Ms', quiet),
          postgresCpuMs: mid('postgresCpuMs'),
          redisCpuMs: mid('redisCpuMs'),
          nodeCpuMs: mid('nodeCpuMs'),
        },
      ];
    }),
  );
  for (const [name, figures] of Object.entries(cases))
    process.stdout.write(`${name}: ${JSON.stringify(figures)}\n`);
  save('pubsub', cases, {
    rounds: ROUNDS,
    roundMs: ROUND_MS,
    writers: WRITERS,
    steadyPerSecond: STEADY_PER_SECOND,
  });
}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
