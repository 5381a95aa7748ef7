/**
 * Several real processes on one PostgreSQL in front of one scripted upstream, with a proxy before each server, and
 * everything that is needed to judge afterwards whether something was lost (`invariants.ts`).
 */
import { randomInt } from 'node:crypto';

import { createSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/simulator.js';
import { QueryOrganizationUsage } from '../../documents/usage.graphql.js';
import { execute, type HttpResult } from '../../support/clients.js';
import { createTestDatabase } from '../../support/database.js';
import { type NodeProcess, NodeProcesses } from '../../support/node-process.js';
import { type Proxy, startProxy } from '../../support/proxy.js';
import { until } from '../../support/until.js';
import { openExecutions } from './invariants.js';
import { type Witness, watch } from './witness.js';

export interface ClusterOptions {
  /** @default 1 */
  readonly nodes?: number;
  /** Callers, each with a token of its own in the same organization. @default 1 */
  readonly tokens?: number;
  readonly simulator?: SimulatorOptions;
  /** For every node. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of a PostgreSQL that the test holds in its hand. @default a new database in that of the test run */
  readonly databaseUrl?: string;
}

/** What was answered to a start: an id, or why there is none. */
export type Acknowledgement =
  { readonly id: string; readonly token: string } | { readonly id: null; readonly reason: string };

export interface Cluster {
  readonly simulator: Simulator;
  /** Without a proxy, for a look inside. */
  readonly databaseUrl: string;
  /** Between the nodes and PostgreSQL. */
  readonly database: Proxy;
  /** Between the nodes and upstream. */
  readonly upstream: Proxy;
  readonly tokens: readonly string[];
  /** Those that were started and not taken away. */
  readonly nodes: readonly NodeProcess[];
  /** Every process of this cluster, also those that are gone. */
  readonly processes: readonly NodeProcess[];
  /** Executions that the service has promised to carry to their end. */
  readonly acknowledged: ReadonlyMap<string, string>;
  readonly witnesses: readonly Witness[];
  /** What clients were answered, as text: it must hold no token. */
  readonly answers: readonly string[];
  /** The environment of a node, for one that is started otherwise. */
  readonly env: Readonly<Record<string, string>>;
  startNode(env?: Readonly<Record<string, string>>): Promise<NodeProcess>;
  /** It is meant to end: `signal` is sent, and its end awaited. */
  take(node: NodeProcess, signal: NodeJS.Signals): Promise<void>;
  /** Starts an execution that no other one is identical to, at a random living node. Never throws. */
  start(node?: NodeProcess): Promise<Acknowledgement>;
  startMany(count: number): Promise<Acknowledgement[]>;
  /** A subscriber that comes back when its connection breaks, at any living node; by default with the starter's token. */
  watch(id: string, token?: string): Witness;
  /** Waits until everything that was acknowledged has ended. */
  settled(deadlineMs: number): Promise<void>;
  stop(): Promise<void>;
}

const KEY = Buffer.alloc(32, 7).toString('base64');
const QUICK = {
  POLL_INITIAL_MS: '200',
  POLL_MAX_MS: '1000',
  POLL_CALL_COST_MS: '500',
  LEASE_MS: '2000',
};
const DAY_MS = 86_400_000;
/** Of intervals of one to 28 days that start in the last two years; enough for a long test. */
const INTERVALS = 700 * 28;

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const simulator = await createSimulator({ durations: () => 0, ...options.simulator });
  const own = options.databaseUrl === undefined ? await createTestDatabase() : null;
  const databaseUrl = options.databaseUrl ?? own?.url ?? '';
  const [database, upstream] = await Promise.all([startProxy(databaseUrl), startProxy(simulator.url)]);
  const address = upstream.url.replace(/\/$/, '');
  const env = {
    ...QUICK,
    DATABASE_URL: database.url,
    GENESYS_API_URL: address,
    GENESYS_LOGIN_URL: address,
    TOKEN_ENCRYPTION_KEY: KEY,
    ...options.env,
  };
  const tokens = Array.from({ length: options.tokens ?? 1 }, () => simulator.tokens.issue());
  const started = new NodeProcesses();
  const processes: NodeProcess[] = [];
  let nodes: NodeProcess[] = [];
  const acknowledged = new Map<string, string>();
  const witnesses: Witness[] = [];
  const answers: string[] = [];
  let next = randomInt(INTERVALS);

  const startNode = async (more: Readonly<Record<string, string>> = {}) => {
    const node = started.spawn({ env: { ...env, ...more } });
    processes.push(node);
    await node.ready();
    nodes.push(node);
    return node;
  };

  const start = async (node = pick(nodes)): Promise<Acknowledgement> => {
    next += 1;
    const token = tokens[next % tokens.length] ?? '';
    const input = { interval: intervalOf(next), granularity: 'DAY' as const, reuse: { maxAgeSeconds: 0 } };
    try {
      const result = await execute(node?.url ?? '', QueryOrganizationUsage, { input }, token);
      answers.push(JSON.stringify(result));
      const id = result.data?.queryOrganizationUsage.execution?.id;
      if (id === undefined) return { id: null, reason: reasonOf(result) };
      acknowledged.set(id, token);
      return { id, token };
    } catch (error) {
      return { id: null, reason: String(error) };
    }
  };

  const close = async () => {
    await started.killAll();
    await Promise.all([database.stop(), upstream.stop()]);
    await simulator.stop();
    await own?.drop();
  };
  try {
    await Promise.all(Array.from({ length: options.nodes ?? 1 }, () => startNode()));
  } catch (error) {
    // Nobody gets a cluster that could be stopped.
    await close();
    throw error;
  }
  return {
    simulator,
    databaseUrl,
    database,
    upstream,
    tokens,
    get nodes() {
      return nodes;
    },
    processes,
    acknowledged,
    witnesses,
    answers,
    env,
    startNode,
    async take(node, signal) {
      nodes = nodes.filter((one) => one !== node);
      await node.killed(signal);
    },
    start,
    startMany: (count) => Promise.all(Array.from({ length: count }, () => start())),
    watch(id, token = acknowledged.get(id) ?? tokens[0] ?? '') {
      const witness = watch(id, () => pick(nodes)?.url, token);
      witnesses.push(witness);
      return witness;
    },
    async settled(deadlineMs) {
      await until('everything to end', async () => (await openExecutions(databaseUrl)) === 0, deadlineMs);
    },
    async stop() {
      await Promise.all(witnesses.map((witness) => witness.leave()));
      await close();
    },
  };
}

function pick<T>(all: readonly T[]): T | undefined {
  return all[randomInt(Math.max(1, all.length))];
}

/** The n-th of many different past intervals. */
function intervalOf(n: number): string {
  const length = 1 + (n % 28);
  const start = Date.now() - (35 + (Math.floor(n / 28) % 700)) * DAY_MS;
  return `${new Date(start).toISOString().slice(0, 10)}/P${length}D`;
}

function reasonOf({ errors, data }: HttpResult<unknown>): string {
  return JSON.stringify(errors ?? data);
}
