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
import { createUsageTable } from '../services/usage-table.js';
import { createHttpServer, type StreamCounts } from '../transport/http/http-server.js';
import { createRequestScope } from '../transport/request-scope.js';
import { readTrustedDocuments } from '../transport/documents/trusted-documents.js';
import { openExecutions } from './executions.js';
import { openEvents } from './events.js';
import type { OnStop } from './on-stop.js';
import { openStores } from './stores.js';
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
  log: Logger,
  onStop: OnStop,
): Promise<Started> {
  const stores = await openStores(databaseUrl, config.upstreamBudget, log, onStop);
  const { store } = stores;
  const clock = await createStoreClock(store);
  onStop(async () => clock.stop());
  const upstream = await openUpstream(config, stores, log, onStop);
  const { pubSub, listener, telling } = await openEvents(
    { databaseUrl, redis: config.redis },
    stores,
    log,
    onStop,
  );
  const { poller, watch, wait, visits, executions } = openExecutions(
    config,
    { stores: { ...stores, ...telling }, upstream, events: pubSub.events, clock },
    log,
    onStop,
  );
  const table = createUsageTable(store);
  const budget = createBudgetService({ budget: stores.budget, credentialIdOf: upstream.credentialIdOf });
  const contextOf = (caller: Caller, requestId: string, signal: AbortSignal) => ({
    caller,
    visits,
    executions,
    table,
    watch,
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
    log,
    schema: SCHEMA,
    scope: createRequestScope(upstream.authenticator, (caller, requestId, signal) => {
      visits.came(caller);
      return contextOf(caller, requestId, signal);
    }),
    exports: createExportService({ executions, store, directory: upstream.directory, log }),
    readiness: { problems: async () => problemsOf(store, listener) },
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
  return { url: server.url, watching: () => ({ ...server.streams, listeners: pubSub.listeners }) };
}

async function problemsOf(
  store: { now(): Promise<Date> },
  listener: { readonly connected: boolean },
): Promise<string[]> {
  const database = await store.now().then(
    () => [],
    () => ['the database can not be reached'],
  );
  return listener.connected ? database : [...database, 'changes are not being listened for'];
}
