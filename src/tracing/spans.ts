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

export class Spans {
  readonly #storage = new AsyncLocalStorage<Context>();

  constructor(private readonly tracer: Tracer) {}

  /** Undefined where nothing is traced. */
  get context(): Context | undefined {
    return this.#storage.getStore();
  }

  get current(): Span | undefined {
    const context = this.context;
    return context && trace.getSpan(context);
  }

  begin(name: string, settings: SpanSettings, parent: Context): Span {
    return this.tracer.startSpan(name, settings, parent);
  }

  /** Whatever `work` starts happens within the span. */
  within<T>(span: Span, parent: Context, work: () => T): T {
    return this.#storage.run(trace.setSpan(parent, span), work);
  }

  in<T>(context: Context, work: () => T): T {
    return this.#storage.run(context, work);
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
      return await this.within(span, parent, () => work(span));
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
