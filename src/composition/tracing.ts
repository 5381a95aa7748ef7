/** Traces: off unless there is somewhere to send them. */
import type { Config } from '../config.js';
import type { Logger } from '../lib/logger.js';
import type { Tracing } from '../tracing/tracing.js';
import type { OnStop } from './on-stop.js';

/** Everything as it is: nothing is wrapped, and nothing of OpenTelemetry's SDK is loaded. */
export const NO_TRACING: Tracing = {
  operations: null,
  stores: (stores) => stores,
  http: (http) => http,
  upstream: (upstream) => upstream,
  step: (step) => step,
  watch: (watch) => watch,
};

export async function openTracing({ tracing }: Config, log: Logger, onStop: OnStop): Promise<Tracing> {
  if (tracing === null) return NO_TRACING;
  const { createTracing } = await import('../tracing/tracing.js');
  const started = createTracing(tracing, log);
  onStop(() => started.stop());
  log.debug({ sampler: tracing.sampler }, 'traces are exported');
  return started;
}
