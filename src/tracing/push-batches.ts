/**
 * What is pushed to subscribers, as one span for all who are told the same state within a moment, with their number. Not
 * one for each: two thousand spans at the very instant when two thousand results have to leave would cost more than the
 * results, push everything else out of the exporter's queue, and tell nothing that their number and the last one's time
 * do not. Where the traces of single subscribers are, links tell for the first of them.
 */
import { type Link, type SpanContext, SpanKind } from '@opentelemetry/api';

import type { Execution } from '../domain/execution.js';
import type { TracedDoor } from '../domain/ports/operation-traces.js';
import { isRecord } from '../lib/is-record.js';
import { namesOf, stateOf } from './attributes.js';
import { isSampled, type Spans } from './spans.js';
import { continuing, parseStored } from './trace-context.js';

/** Two thousand are told within a tenth of this; who is slower, since his client is, stands in the next span. */
const MOMENT_MS = 250;
/** A person follows a few. */
const MOST_LINKS = 16;

interface Batch {
  readonly state: Execution;
  readonly remote: SpanContext;
  readonly links: Link[];
  readonly timer: NodeJS.Timeout;
  readonly told: Record<TracedDoor, number>;
  lastAt: number;
}

export class PushBatches {
  readonly #open = new Map<Execution, Batch>();
  /** When it was first known here. */
  readonly #begun = new WeakMap<Execution, number>();

  constructor(private readonly spans: Spans) {}

  begins(state: unknown): void {
    if (isTraced(state) && !this.#begun.has(state)) this.#begun.set(state, Date.now());
  }

  left(state: unknown, door: TracedDoor, subscriber: SpanContext): void {
    if (!isTraced(state)) return;
    const batch = this.#open.get(state) ?? this.#start(state);
    if (!batch) return;
    batch.told[door] += 1;
    batch.lastAt = Date.now();
    if (batch.links.length < MOST_LINKS && isSampled(subscriber)) batch.links.push({ context: subscriber });
  }

  /** Before the end: what is open is told now. */
  flush(): void {
    for (const batch of this.#open.values()) this.#end(batch);
  }

  #start(state: Execution): Batch | null {
    const remote = parseStored(state.traceContext);
    if (!remote) return null;
    const batch: Batch = {
      state,
      remote,
      links: [],
      told: { HTTP: 0, WEBSOCKET: 0, EVENT_STREAM: 0 },
      lastAt: 0,
      timer: setTimeout(() => this.#end(batch), MOMENT_MS).unref(),
    };
    this.#open.set(state, batch);
    return batch;
  }

  #end({ state, remote, links, told, lastAt, timer }: Batch): void {
    clearTimeout(timer);
    this.#open.delete(state);
    const attributes = {
      ...namesOf(state),
      ...stateOf(state),
      'usage.push.subscribers': told.WEBSOCKET + told.EVENT_STREAM,
      'usage.push.websocket_subscribers': told.WEBSOCKET,
      'usage.push.event_stream_subscribers': told.EVENT_STREAM,
    };
    const startTime = this.#begun.get(state) ?? lastAt;
    const settings = { kind: SpanKind.PRODUCER, attributes, links, startTime };
    this.spans.begin('execution push', settings, continuing(remote)).end(lastAt);
  }
}

/** What subscriptions are made of is executions; whatever else there may be is nobody's trace. */
function isTraced(state: unknown): state is Execution {
  return isRecord(state) && typeof state['traceContext'] === 'string';
}
