/** Clients' operations as spans: the roots, and for executions that they create, the parents of everything after. */
import { type Context, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { ATTR_HTTP_RESPONSE_STATUS_CODE } from '@opentelemetry/semantic-conventions';

import type {
  OperationTrace,
  OperationTraces,
  PushTrace,
  TracedDoor,
} from '../domain/ports/operation-traces.js';
import { GRAPHQL_OPERATION_NAME, GRAPHQL_OPERATION_TYPE } from './attributes.js';
import type { PushBatches } from './push-batches.js';
import { fail, type Scope, type Spans } from './spans.js';
import { continuing, parseCarrier } from './trace-context.js';

const DOOR_NAMES: Readonly<Record<TracedDoor, string>> = {
  HTTP: 'http',
  WEBSOCKET: 'websocket',
  EVENT_STREAM: 'sse',
};
/** Clients choose them; the longest sensible one is far shorter. */
const MOST_NAME_LENGTH = 100;

export function createOperationTraces(spans: Spans, batches: PushBatches): OperationTraces {
  return {
    begin(door, carrier) {
      const parent = continuing(parseCarrier(carrier));
      const attributes = { 'usage.door': DOOR_NAMES[door] };
      const span = spans.begin('GraphQL Operation', { kind: SpanKind.SERVER, attributes }, parent);
      return new TracedOperation(door, span, parent, spans, batches);
    },
  };
}

/**
 * A subscription's client may wait for hours, and with it all that was started within its operation: when that has ended, its
 * span is let go, and what it leaves behind is its place in the trace.
 */
class TracedOperation implements OperationTrace {
  readonly #scope: Scope;

  constructor(
    private readonly door: TracedDoor,
    private span: Span,
    parent: Context,
    private readonly spans: Spans,
    private readonly batches: PushBatches,
  ) {
    this.#scope = { context: trace.setSpan(parent, span) };
  }

  run<T>(work: () => T): T {
    return this.spans.within(this.#scope, work);
  }

  /** The name of the span has few values, as the conventions want it. */
  resolved({ type, name }: { readonly type: string; readonly name: string | null }): void {
    this.span.updateName(type).setAttribute(GRAPHQL_OPERATION_TYPE, type);
    if (name !== null) this.span.setAttribute(GRAPHQL_OPERATION_NAME, name.slice(0, MOST_NAME_LENGTH));
  }

  failed(code: string): void {
    fail(this.span, code);
  }

  end(status?: number): void {
    if (!this.span.isRecording()) return;
    if (status !== undefined) this.span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
    this.span.end();
    this.span = trace.wrapSpanContext(this.span.spanContext());
    this.#scope.context = trace.setSpan(ROOT_CONTEXT, this.span);
  }

  push(): PushTrace {
    const { batches, door } = this;
    const context = this.span.spanContext();
    return {
      begins: (state) => batches.begins(state),
      left: (state) => batches.left(state, door, context),
    };
  }
}
