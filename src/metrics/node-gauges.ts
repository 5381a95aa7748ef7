/** What this node holds and has served, read where it is kept when somebody looks. */
import { Counter, Gauge, type Registry } from 'prom-client';

import { type CacheUse, createCacheUse } from '../lib/cache-use.js';

export const CACHES = ['answers', 'documents', 'tokens', 'names', 'poll_plans'] as const;
export type CacheName = (typeof CACHES)[number];

/** Connections of one pool. */
export interface PoolState {
  readonly total: number;
  readonly idle: number;
  /** Statements that wait for one. */
  readonly waiting: number;
}

export interface NodeSources {
  /** By the pool's name. */
  readonly pools: () => Readonly<Record<PoolName, PoolState>>;
  readonly connections: () => { readonly webSockets: number; readonly eventStreams: number };
  /** Bytes written to clients since the start. */
  readonly bytesServed: () => Readonly<Record<ServedBy, number>>;
  /** Registrations for changes of executions. */
  readonly listeners: () => number;
  /** Whether changes are being listened for. */
  readonly listening: () => boolean;
}

export const POOLS = ['requests', 'work'] as const;
export type PoolName = (typeof POOLS)[number];
export const SERVED_BY = ['http', 'export', 'websocket', 'sse'] as const;
export type ServedBy = (typeof SERVED_BY)[number];

export interface NodeGauges {
  /** For the caches to count in. */
  readonly caches: Readonly<Record<CacheName, CacheUse>>;
  /** Before it is told, what is read from the sources is absent. */
  observe(sources: NodeSources): void;
}

export function addNodeGauges(registry: Registry): NodeGauges {
  let sources: NodeSources | null = null;
  const caches = Object.fromEntries(CACHES.map((name) => [name, createCacheUse()])) as Record<
    CacheName,
    CacheUse
  >;
  addCaches(registry, caches);
  addPools(registry, () => sources);
  addDoors(registry, () => sources);
  addEvents(registry, () => sources);
  return { caches, observe: (from) => void (sources = from) };
}

type SourcesNow = () => NodeSources | null;

function addCaches(registry: Registry, caches: Readonly<Record<CacheName, CacheUse>>): void {
  registry.registerMetric(
    new Counter({
      name: 'usage_graphql_cache_lookups_total',
      help:
        'Look-ups in the caches of this node and whether they knew (hit, miss): answers (bodies of finished results as ' +
        'they were sent), documents (parsed operations), tokens (who a token belongs to), names (of OAuth clients and ' +
        'users), poll_plans (when to poll next).',
      labelNames: ['cache', 'result'],
      registers: [],
      collect() {
        this.reset();
        for (const cache of CACHES) {
          this.inc({ cache, result: 'hit' }, caches[cache].hits);
          this.inc({ cache, result: 'miss' }, caches[cache].misses);
        }
      },
    }),
  );
}

function addPools(registry: Registry, now: SourcesNow): void {
  registry.registerMetric(
    new Gauge({
      name: 'usage_graphql_database_connections',
      help:
        'Connections of the two pools of this node, active or idle: requests (what callers wait for) and work (polls, ' +
        'results, housekeeping). Ten each at most; the connection that listens for changes is not among them.',
      labelNames: ['pool', 'state'],
      registers: [],
      collect() {
        const pools = now()?.pools();
        for (const pool of pools ? POOLS : []) {
          const { total = 0, idle = 0 } = pools?.[pool] ?? {};
          this.set({ pool, state: 'active' }, total - idle);
          this.set({ pool, state: 'idle' }, idle);
        }
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'usage_graphql_database_waiting',
      help: 'Statements of this node that wait for a connection of their pool.',
      labelNames: ['pool'],
      registers: [],
      collect() {
        const pools = now()?.pools();
        for (const pool of pools ? POOLS : []) this.set({ pool }, pools?.[pool].waiting ?? 0);
      },
    }),
  );
}

function addDoors(registry: Registry, now: SourcesNow): void {
  registry.registerMetric(
    new Gauge({
      name: 'usage_graphql_connections',
      help: 'WebSockets and event streams that are open at this node, with a subscription or without.',
      labelNames: ['transport'],
      registers: [],
      collect() {
        const connections = now()?.connections();
        if (!connections) return;
        this.set({ transport: 'websocket' }, connections.webSockets);
        this.set({ transport: 'sse' }, connections.eventStreams);
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: 'usage_graphql_served_bytes_total',
      help:
        'Bytes written to the sockets of clients, headers and frames included, by what the connection served: http ' +
        '(everything else), export, websocket, sse.',
      labelNames: ['transport'],
      registers: [],
      collect() {
        const bytes = now()?.bytesServed();
        this.reset();
        for (const transport of bytes ? SERVED_BY : []) this.inc({ transport }, bytes?.[transport] ?? 0);
      },
    }),
  );
}

function addEvents(registry: Registry, now: SourcesNow): void {
  registry.registerMetric(
    new Gauge({
      name: 'usage_graphql_change_listeners',
      help: 'Registrations for changes of executions at this node: of subscriptions, waiting starts, and steps under way.',
      registers: [],
      collect() {
        this.set(now()?.listeners() ?? 0);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'usage_graphql_listening',
      help: 'Whether this node is listening for changes (LISTEN): 1 or 0. While it is 0, subscribers are not told.',
      registers: [],
      collect() {
        this.set(now()?.listening() ? 1 : 0);
      },
    }),
  );
}
