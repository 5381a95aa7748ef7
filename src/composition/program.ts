/**
 * Everything behind the database: every part is made here, given what it needs, and stopped in the reverse order.
 * Loading this takes about as long as the embedded server takes to start.
 */
import type { Config } from '../config.js';
import type { Logger } from '../lib/logger.js';
import { createStoreClock } from '../services/polling/store-clock.js';
import type { StreamCounts } from '../transport/http/http-server.js';
import { openDoors } from './doors.js';
import { openEvents } from './events.js';
import { openExecutions } from './executions.js';
import { meteredStores, observeNode, openMetrics, openMetricsPort } from './metrics.js';
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

/** @param beforeListening frees the port */
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
  const observers = { metrics, tracing };
  const plainStores = await openStores(databaseUrl, config.upstreamBudget, log, onStop);
  const clock = await createStoreClock(plainStores.store);
  onStop(async () => clock.stop());
  const stores = meteredStores(tracing.stores(plainStores), metrics, clock.now);
  const upstream = await openUpstream(config, stores, observers, log, onStop);
  const events = await openEvents({ databaseUrl, redis: config.redis }, stores, log, onStop);
  const parts = { stores, upstream, events, clock, observers };
  const executions = openExecutions(config, parts, log, onStop);
  const server = await openDoors(config, { ...parts, executions, beforeListening }, log);
  // At the same time: others go on with our work while the load balancer still finds out.
  onStop(async () => void (await Promise.all([executions.poller.stop(), server.stop()])));
  onStop(async () => executions.wait.stop());
  observeNode(metrics, { stores, events, server });
  await openMetricsPort(config, metrics, log, onStop);
  const { pubSub } = events;
  return { url: server.url, watching: () => ({ ...server.streams, listeners: pubSub.listeners }) };
}
