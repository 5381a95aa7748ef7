/**
 * The composition root: every part is made here, given what it needs, and stopped in the reverse order. Nothing
 * else in the program knows which adapter stands behind a port.
 */
import { fileURLToPath } from 'node:url';

import { buildUsageSchema } from '../resolvers/build-schema.js';
import type { Config } from './config.js';
import type { Caller } from './domain/caller.js';
import type { ChangeListener } from './events/change-listener.js';
import type { Logger } from './lib/logger.js';
import { createStopper } from './lib/stopper.js';
import { createDirectoryLoaders } from './loaders/directory-loaders.js';
import { createBudgetService } from './services/upstream-calls/budget-service.js';
import { createExportService } from './services/export-service.js';
import { createStoreClock } from './services/polling/store-clock.js';
import { createUsageTable } from './services/usage-table.js';
import { createHttpServer, type StreamCounts } from './transport/http/http-server.js';
import { expectFreeAddress } from './transport/listen-address.js';
import { createRequestScope } from './transport/request-scope.js';
import { readTrustedDocuments } from './transport/documents/trusted-documents.js';
import { openExecutions } from './composition/executions.js';
import type { OnStop } from './composition/on-stop.js';
import { embeddedDatabase, openEvents, openStores } from './composition/stores.js';
import { openUpstream } from './composition/upstream.js';

export interface App {
  /** Settles when every door is open. Throws `StartupError` for what a person has to mend; `stop` is then done. */
  start(): Promise<void>;
  /**
   * Tells clients, hands leases back, closes everything in the reverse order of the start. May be called again, and
   * during the start, which then ends early and throws.
   */
  stop(): Promise<void>;
  /** `http://host:port`, once started. */
  readonly url: string;
  /** Who is being told something at this moment, once started. */
  readonly watching: Watching;
}

/** Gauges: each goes back to its base when the clients have left. */
export interface Watching extends StreamCounts {
  /** Registrations for changes, by subscriptions, waiting starts and steps under way. */
  readonly listeners: number;
}

const GRAPHIQL_DIRECTORY = fileURLToPath(new URL('../page', import.meta.url));

export function createApp(config: Config, log: Logger): App {
  const stopper = createStopper();
  let started: Started = { url: '', watching: () => ({ listeners: 0, webSockets: 0, eventStreams: 0 }) };
  let starting: Promise<void> | undefined;
  let isAskedToStop = false;
  const onStop: OnStop = (stop) => {
    stopper.onStop(stop);
    if (isAskedToStop) throw new Error('the start was interrupted');
  };

  async function start(): Promise<void> {
    try {
      started = await startEverything(config, log, onStop);
    } catch (error) {
      await stopper.stop().catch((err: unknown) => log.error({ err }, 'could not stop cleanly'));
      throw error;
    }
  }

  return {
    get url() {
      return started.url;
    },
    get watching() {
      return started.watching();
    },
    start: () => (starting ??= start()),
    async stop() {
      isAskedToStop = true;
      // What is just being started could not be stopped yet: a server of our own would be left behind.
      await starting?.catch(() => {});
      await stopper.stop();
    },
  };
}

interface Started {
  readonly url: string;
  readonly watching: () => Watching;
}

async function startEverything(config: Config, log: Logger, onStop: OnStop): Promise<Started> {
  await expectFreeAddress(config.host, config.port);
  const databaseUrl = config.databaseUrl ?? (await embeddedDatabase(config, log, onStop));
  const stores = await openStores(databaseUrl, config.upstreamBudget, log, onStop);
  const { store } = stores;
  const clock = await createStoreClock(store);
  onStop(async () => clock.stop());
  const upstream = await openUpstream(config, stores, log, onStop);
  const { pubSub, listener } = await openEvents(databaseUrl, stores, log, onStop);
  const { poller, watch, wait, visits, executions } = openExecutions(
    config,
    { stores, upstream, events: pubSub.events, clock },
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
  const schema = buildUsageSchema();
  const { trustedDocuments: path } = config;
  const server = await createHttpServer({
    host: config.host,
    port: config.port,
    introspection: config.introspection,
    limits: config.limits,
    trusted: path === null ? null : await readTrustedDocuments(path, schema, config.limits),
    log,
    schema,
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

async function problemsOf(store: { now(): Promise<Date> }, listener: ChangeListener): Promise<string[]> {
  const database = await store.now().then(
    () => [],
    () => ['the database can not be reached'],
  );
  return listener.connected ? database : [...database, 'changes are not being listened for'];
}
