/** OpenTelemetry's own variables for traces, as far as they make sense here. */
import { z } from 'zod';

import { isHttpUrl } from './config-address.js';
import type { TracingOptions } from './tracing/tracing-options.js';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
const SERVICE_NAME = 'genesys-usage-graphql';
/** A key is a header's name or nearly so; commas and spaces in a value are written as `%2C` and `%20`. */
const PAIR = /^([!#$%&'*+.^_`|~\w-]+)=([\x21-\x2b\x2d-\x7e]*)$/;

const pairs = z
  .string()
  .refine(
    (text) => toPairs(text) !== null,
    'must be a list such as name=value,other=value, with what is special in a value written as %2C',
  )
  .optional();

export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .refine(isHttpUrl, 'must be an http:// or https:// address, without a password, a query or a fragment')
    .optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairs,
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: pairs,
  OTEL_TRACES_SAMPLER: z
    .enum(SAMPLERS, `must be one of: ${SAMPLERS.join(', ')}`)
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0|1|[01]?\.\d+)$/, 'must be a number from 0 to 1')
    .refine((text) => Number(text) <= 1, 'must be a number from 0 to 1')
    .optional(),
  TRACE_UPSTREAM: z.enum(['on', 'off'], 'must be on or off').default('off'),
};
const variables = z.object(tracingVariables);

/** Null: traces are off. */
export function toTracingOptions(env: z.infer<typeof variables>): TracingOptions | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = env;
  if (endpoint === undefined) return null;
  const resourceAttributes = toPairs(env.OTEL_RESOURCE_ATTRIBUTES ?? '') ?? {};
  return {
    endpoint,
    headers: toPairs(env.OTEL_EXPORTER_OTLP_HEADERS ?? '') ?? {},
    serviceName: env.OTEL_SERVICE_NAME ?? resourceAttributes['service.name'] ?? SERVICE_NAME,
    resourceAttributes,
    sampler: env.OTEL_TRACES_SAMPLER,
    samplerRatio: Number(env.OTEL_TRACES_SAMPLER_ARG ?? 1),
    tellUpstream: env.TRACE_UPSTREAM === 'on',
  };
}

/** Null when it is no such list. */
function toPairs(text: string): Record<string, string> | null {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(toPair);
  return entries.every((entry) => entry !== null) ? Object.fromEntries(entries) : null;
}

function toPair(entry: string): [string, string] | null {
  const [, key, value] = PAIR.exec(entry.replace(/\s*=\s*/, '=')) ?? [];
  if (key === undefined || value === undefined) return null;
  try {
    return [key, decodeURIComponent(value)];
  } catch {
    return null;
  }
}
