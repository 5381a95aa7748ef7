/** Spans, and the one within which something happens. A storage of our own: OpenTelemetry's is one for the whole process. */
import { AsyncLocalStorage } from 'node:async_hooks';

import {
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  type SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';

import { RequestError } from '../domain/error-codes.js';
import { UpstreamError } from '../domain/upstream-error.js';

export interface SpanSettings {
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

/** What is current for all that was started within it; may be exchanged while that goes on. */
export interface Scope {
  context: Context;
}

export class Spans {
  readonly #storage = new AsyncLocalStorage<Scope>();

  constructor(private readonly tracer: Tracer) {}

  /** Undefined where nothing is traced. */
  get context(): Context | undefined {
    return this.#storage.getStore()?.context;
  }

  get current(): Span | undefined {
    const context = this.context;
    return context && trace.getSpan(context);
  }

  begin(name: string, settings: SpanSettings, parent: Context): Span {
    return this.tracer.startSpan(name, settings, parent);
  }

  within<T>(scope: Scope, work: () => T): T {
    return this.#storage.run(scope, work);
  }

  /** A span around `work`, which ends with it; its failure is told by its code. */
  async around<T>(
    name: string,
    settings: SpanSettings,
    parent: Context,
    work: (span: Span) => Promise<T>,
  ): Promise<T> {
    const span = this.begin(name, settings, parent);
    try {
      return await this.within({ context: trace.setSpan(parent, span) }, () => work(span));
    } catch (error) {
      fail(span, errorTypeOf(error));
      throw error;
    } finally {
      span.end();
    }
  }

  /** The same below the current span. Where there is none, or one that nobody will see, the work alone. */
  child<T>(name: string, settings: SpanSettings, work: (span: Span | null) => Promise<T>): Promise<T> {
    const parent = this.context;
    const isSeen = parent && isSampled(trace.getSpanContext(parent));
    return isSeen ? this.around(name, settings, parent, work) : work(null);
  }
}

export function isSampled(context: SpanContext | undefined): boolean {
  return context !== undefined && (context.traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** Never with a message, which may hold what a client has written. */
export function fail(span: Span, type: string): void {
  span.setAttribute(ATTR_ERROR_TYPE, type).setStatus({ code: SpanStatusCode.ERROR });
}

function errorTypeOf(error: unknown): string {
  if (error instanceof RequestError) return error.code;
  if (error instanceof UpstreamError) return error.kind;
  return error instanceof Error ? error.name : 'UNKNOWN';
}
