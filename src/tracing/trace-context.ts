/**
 * W3C trace context: read from clients, kept with executions, told upstream. What does not keep to the letter of the
 * specification (https://www.w3.org/TR/trace-context/) is no context, and whoever sent it gets a trace of his own.
 */
import {
  type Context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
  TraceFlags,
} from '@opentelemetry/api';

import type { TraceCarrier } from '../domain/ports/operation-traces.js';

/** Version, trace, parent, flags; versions after 00 may have more behind that. */
const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
/** What everybody who passes a state on has to keep; more of it stays behind, since it is stored. */
const MOST_STATE_LENGTH = 512;

/** Null for what is malformed or missing. */
export function parseCarrier({ traceparent, tracestate }: TraceCarrier): SpanContext | null {
  const parts = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
  if (!parts) return null;
  const [, version = '', traceId = '', spanId = '', flags = '', more] = parts;
  if (version === 'ff' || (version === '00' && more !== undefined)) return null;
  const context: SpanContext = {
    traceId,
    spanId,
    // The others of the flags are not ours to pass on.
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  };
  if (!isSpanContextValid(context)) return null;
  const state = typeof tracestate === 'string' && tracestate.length <= MOST_STATE_LENGTH ? tracestate : '';
  return state === '' ? context : { ...context, traceState: createTraceState(state) };
}

export function toTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0')}`;
}

/** One text, as an execution remembers it: the `traceparent` and, behind a space, the `tracestate`. */
export function toStored(context: SpanContext): string {
  const state = context.traceState?.serialize() ?? '';
  return state === '' ? toTraceparent(context) : `${toTraceparent(context)} ${state}`;
}

/** Null for none, and for one that another version has written in another way. */
export function parseStored(stored: string | null | undefined): SpanContext | null {
  if (!stored) return null;
  const [traceparent, ...state] = stored.split(' ');
  return parseCarrier({ traceparent, tracestate: state.join(' ') });
}

/** For what continues a trace that began elsewhere; null: it begins one. */
export function continuing(remote: SpanContext | null): Context {
  return remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
}
