/**
 * Everything behind the database: every part is made here, given what it needs, and stopped in the reverse order.
 * Loading this takes about as long as the embedded server takes to start.
 */
import { fileURLToPath } from 'node:url';

import { buildUsageSchema } from '../../resolvers/build-schema.js';
import type { Config } from '../config.js';
import type { Caller } from '../domain/caller.js';
import type { Logger } from '../lib/logger.js';
import { createDirectoryLoaders } from '../loaders/directory-loaders.js';
import { createBudgetService } from '../services/upstream-calls/budget-service.js';
import { createExportService } from '../services/export-service.js';
import { createStoreClock } from '../services/polling/store-clock.js';
import { createReadiness } from '../services/readiness.js';
import { createUsageTable } from '../services/usage-table.js';
import { createHttpServer, type StreamCounts } from '../transport/http/http-server.js';
import { createRequestScope } from '../transport/request-scope.js';
import { readTrustedDocuments } from '../transport/documents/trusted-documents.js';
import { openExecutions } from './executions.js';
import { openEvents } from './events.js';
import { meteredStores, openMetrics, openMetricsPort } from './metrics.js';
import type { OnStop } from './on-stop.js';
import { openStores } from './stores.js';
import { openTracing } from './tracing.js';
import { openUpstream } from './upstream.js';

/** Gauges: each goes back to its base when the clients have left. */
export interface Watching extends StreamCounts {
  /** Registrations for changes, by subscriptions, waiting starts and steps under way. */
  readonly listeners: number;
}

/** What runs. */
export interface Started {
  readonly url: string;
  readonly watching: () => Watching;
}

const GRAPHIQL_DIRECTORY = fileURLToPath(new URL('../../page', import.meta.url));
/** Made with this module: it is the same for all. */
const SCHEMA = buildUsageSchema();

export async function startProgram(
  config: Config,
  databaseUrl: string,
  plainLog: Logger,
  onStop: OnStop,
  beforeListening: () => Promise<void>,
): Promise<Started> {
  const metrics = openMetrics(config);
  const log = metrics.logger(plainLog);
  const tracing = await openTracing(config, log, onStop);
  const opened = tracing.stores(await openStores(databaseUrl, config.upstreamBudget, log, onStop));
  const clock = await createStoreClock(opened.store);
  onStop(async () => clock.stop());
  const stores = meteredStores(opened, metrics, clock.now);
  const { caches } = metrics.node;
  const upstream = await openUpstream(config, stores, { metrics, tracing }, log, onStop);
  const { pubSub, listener, telling } = await openEvents(
    { databaseUrl, redis: config.redis },
    stores,
    log,
    onStop,
  );
  const { store } = stores;
  const { poller, watch, wait, visits, executions } = openExecutions(
    config,
    {
      stores: { ...stores, ...telling },
      upstream,
      events: pubSub.events,
      clock,
      planUse: caches.poll_plans,
      tracing,
    },
    log,
    onStop,
  );
  const tracedWatch = tracing.watch(watch);
  const table = createUsageTable(store);
  const budget = createBudgetService({ budget: stores.budget, credentialIdOf: upstream.credentialIdOf });
  const contextOf = (caller: Caller, requestId: string, signal: AbortSignal) => ({
    caller,
    visits,
    executions,
    table,
    watch: tracedWatch,
    requestId,
    signal,
    now: clock.now,
    directory: upstream.directory,
    budget,
    loaders: createDirectoryLoaders(upstream.directory, caller, log),
  });
  const { trustedDocuments: path } = config;
  const server = await createHttpServer({
    host: config.host,
    port: config.port,
    introspection: config.introspection,
    limits: config.limits,
    trusted: path === null ? null : await readTrustedDocuments(path, SCHEMA, config.limits),
    metrics: config.metrics === 'on' ? metrics.page : null,
    notes: { ...metrics.streams, now: clock.now },
    cacheUse: caches,
    log,
    traces: tracing.operations,
    schema: SCHEMA,
    scope: createRequestScope(upstream.authenticator, (caller, requestId, signal) => {
      visits.came(caller);
      return contextOf(caller, requestId, signal);
    }),
    exports: createExportService({ executions, store, directory: upstream.directory, log }),
    readiness: createReadiness({
      store: stores.health,
      isListening: () => listener.connected,
      isRefusedUpstream: upstream.isRefused,
    }),
    beforeListening,
    graphiql: config.graphiql ? { directory: GRAPHIQL_DIRECTORY, demoToken: upstream.demoToken } : null,
    allowedOrigins: config.allowedOrigins,
    trustProxy: config.trustProxy,
    rateLimitPerMinute: config.rateLimitPerMinute,
    maxConnections: config.maxConnections,
    keepAliveMs: config.keepAliveMs,
    drainMs: config.drainMs,
  });
  // At the same time: others go on with our work while the load balancer still finds out.
  onStop(async () => void (await Promise.all([poller.stop(), server.stop()])));
  onStop(async () => wait.stop());
  metrics.node.observe({
    pools: stores.pools,
    connections: () => server.streams,
    bytesServed: server.bytesServed,
    listeners: () => pubSub.listeners,
    listening: () => listener.connected,
  });
  await openMetricsPort(config, metrics, log, onStop);
  return { url: server.url, watching: () => ({ ...server.streams, listeners: pubSub.listeners }) };
}
