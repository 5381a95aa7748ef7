/** How traces are exported. Types alone: whoever names them loads nothing of OpenTelemetry. */
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';

export interface TracingOptions {
  /** The receiver's address; `/v1/traces` is put behind it. */
  readonly endpoint: string;
  /** Sent with every export. They hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly sampler: SamplerName;
  /** Share of the traces that the ratio samplers keep. */
  readonly samplerRatio: number;
  /** Whether upstream is told the trace (`traceparent`). */
  readonly tellUpstream: boolean;
}
