import type { Metrics } from '../metrics/metrics.js';
import type { Tracing } from '../tracing/tracing.js';

/** Who counts and traces what the others do; put around their ports. */
export interface Observers {
  readonly metrics: Metrics;
  readonly tracing: Tracing;
}
