/** What is counted, around the ports: the parts themselves know nothing of it. */
import type { Config } from '../config.js';
import type { Logger } from '../lib/logger.js';
import { createMetrics, type Metrics } from '../metrics/metrics.js';
import { processRegistry } from '../metrics/process-metrics.js';
import type { HttpServer } from '../transport/http/http-server.js';
import { startMetricsServer } from '../transport/http/metrics.js';
import type { Events } from './events.js';
import type { OnStop } from './on-stop.js';
import type { Stores } from './stores.js';

/** Counting is always on, and costs next to nothing; the process is watched only for somebody who may look. */
export function openMetrics({ metrics: door }: Config): Metrics {
  if (door !== 'off') processRegistry();
  return createMetrics();
}

/** The same stores, watched. `now` is the store's clock. */
export function meteredStores(stores: Stores, metrics: Metrics, now: () => number): Stores {
  metrics.figures(stores.figures);
  return {
    ...stores,
    store: metrics.executions.metered(stores.store, now),
    pollerStore: metrics.executions.metered(stores.pollerStore, now),
    pollerBudget: metrics.upstream.budget(stores.pollerBudget),
  };
}

/** What is read when somebody looks. */
export function observeNode(
  metrics: Metrics,
  { stores, events, server }: { stores: Stores; events: Events; server: HttpServer },
): void {
  metrics.node.observe({
    pools: stores.pools,
    connections: () => server.streams,
    bytesServed: server.bytesServed,
    listeners: () => events.pubSub.listeners,
    listening: () => events.listener.connected,
  });
}

/** A door of their own, when one is wanted; null: there is none. */
export async function openMetricsPort(
  { host, metrics: door }: Config,
  metrics: Metrics,
  log: Logger,
  onStop: OnStop,
): Promise<string | null> {
  if (typeof door !== 'number') return null;
  const server = await startMetricsServer({ host, port: door, page: metrics.page, log });
  onStop(() => server.stop());
  log.info({}, `Metrics     ${server.url}/metrics`);
  return server.url;
}
