/** What callers come in by: one server for all three doors, and what each request gets there. */
import { fileURLToPath } from 'node:url';

import { buildUsageSchema } from '../../resolvers/build-schema.js';
import type { Config } from '../config.js';
import type { Logger } from '../lib/logger.js';
import { createDirectoryLoaders } from '../loaders/directory-loaders.js';
import { createExportService } from '../services/export-service.js';
import type { StoreClock } from '../services/polling/store-clock.js';
import { createReadiness } from '../services/readiness.js';
import { createBudgetService } from '../services/upstream-calls/budget-service.js';
import { createUsageTable } from '../services/usage-table.js';
import { readTrustedDocuments } from '../transport/documents/trusted-documents.js';
import { createHttpServer, type HttpServer } from '../transport/http/http-server.js';
import { type ContextOf, createRequestScope } from '../transport/request-scope.js';
import type { Events } from './events.js';
import type { Executions } from './executions.js';
import type { Observers } from './observers.js';
import type { Stores } from './stores.js';
import type { Upstream } from './upstream.js';

const GRAPHIQL_DIRECTORY = fileURLToPath(new URL('../../page', import.meta.url));
/** Made with this module: it is the same for all. */
const SCHEMA = buildUsageSchema();

interface Parts {
  readonly stores: Stores;
  readonly upstream: Upstream;
  readonly events: Events;
  readonly executions: Executions;
  readonly clock: StoreClock;
  readonly observers: Observers;
  /** Frees the port. */
  readonly beforeListening: () => Promise<void>;
}

export async function openDoors(config: Config, parts: Parts, log: Logger): Promise<HttpServer> {
  const { stores, upstream, events, executions, clock, observers, beforeListening } = parts;
  const { metrics, tracing } = observers;
  const { trustedDocuments: path, limits } = config;
  const contextOf = createContextOf(parts, log);
  return createHttpServer({
    host: config.host,
    port: config.port,
    introspection: config.introspection,
    limits: config.limits,
    allowedOrigins: config.allowedOrigins,
    trustProxy: config.trustProxy,
    rateLimitPerMinute: config.rateLimitPerMinute,
    maxConnections: config.maxConnections,
    keepAliveMs: config.keepAliveMs,
    drainMs: config.drainMs,
    log,
    schema: SCHEMA,
    trusted: path === null ? null : await readTrustedDocuments(path, SCHEMA, limits),
    scope: createRequestScope(upstream.authenticator, (caller, ...request) => {
      executions.visits.came(caller);
      return contextOf(caller, ...request);
    }),
    exports: createExportService({
      executions: executions.executions,
      store: stores.store,
      directory: upstream.directory,
      log,
    }),
    readiness: createReadiness({
      store: stores.health,
      isListening: () => events.listener.connected,
      isRefusedUpstream: upstream.isRefused,
    }),
    graphiql: config.graphiql ? { directory: GRAPHIQL_DIRECTORY, demoToken: upstream.demoToken } : null,
    metrics: config.metrics === 'on' ? metrics.page : null,
    notes: { ...metrics.streams, now: clock.now },
    cacheUse: metrics.node.caches,
    traces: tracing.operations,
    beforeListening,
  });
}

/** What resolvers get, the same behind all doors. */
function createContextOf(parts: Parts, log: Logger): ContextOf {
  const { stores, upstream, executions, clock, observers } = parts;
  const { directory, credentialIdOf } = upstream;
  const { visits, executions: service, watch } = executions;
  const shared = {
    visits,
    executions: service,
    table: createUsageTable(stores.store),
    watch: observers.tracing.watch(watch),
    now: clock.now,
    directory,
    budget: createBudgetService({ budget: stores.budget, credentialIdOf }),
  };
  return (caller, requestId, signal) => ({
    ...shared,
    caller,
    requestId,
    signal,
    loaders: createDirectoryLoaders(directory, caller, log),
  });
}
