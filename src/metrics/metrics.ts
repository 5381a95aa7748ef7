/**
 * All metrics of one application. Names are a contract, as those of the schema are: dashboards, alerts and autoscalers of
 * others stand on them. Labels come from closed lists alone: never a tenant, a caller, a client, a token, an id or an
 * address, so the page may be read by whoever runs the service, and the number of series does not grow with use.
 */
import { Registry } from 'prom-client';

import type { ReadStoreFigures } from '../domain/ports/store-figures.js';
import type { Logger } from '../lib/logger.js';
import { createExecutionMetrics, type ExecutionMetrics } from './execution-metrics.js';
import { createLogMetrics } from './log-metrics.js';
import { addNodeGauges, type NodeGauges } from './node-gauges.js';
import { processRegistry } from './process-metrics.js';
import { addStoreGauges } from './store-gauges.js';
import { createStreamMetrics, type StreamMetrics } from './stream-metrics.js';
import { createUpstreamMetrics, type UpstreamMetrics } from './upstream-metrics.js';

export interface Metrics {
  readonly executions: ExecutionMetrics;
  readonly upstream: UpstreamMetrics;
  readonly streams: StreamMetrics;
  readonly node: NodeGauges;
  /** The same logger, counted. */
  readonly logger: (log: Logger) => Logger;
  /** Where the figures of all nodes come from. Before it is told, they are absent. */
  readonly figures: (read: ReadStoreFigures) => void;
  /** For Prometheus; answers also when the database is away. */
  readonly page: MetricsPage;
  /** Of this application alone, for tools. */
  readonly registry: Registry;
}

export interface MetricsPage {
  readonly contentType: string;
  render(): Promise<string>;
}

export function createMetrics(): Metrics {
  // Not the global one: two applications in one process would collide.
  const registry = new Registry();
  return {
    executions: createExecutionMetrics(registry),
    upstream: createUpstreamMetrics(registry),
    streams: createStreamMetrics(registry),
    node: addNodeGauges(registry),
    logger: createLogMetrics(registry),
    figures: addStoreGauges(registry),
    registry,
    page: {
      contentType: registry.contentType,
      render: () => Registry.merge([registry, processRegistry()]).metrics(),
    },
  };
}
