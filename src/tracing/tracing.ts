/** Traces with OpenTelemetry: decorators around the program's ports. This module is loaded only where traces are on. */
import type { SpanContext } from '@opentelemetry/api';

import type { Visibility } from '../domain/caller.js';
import type { Execution } from '../domain/execution.js';
import type { Claim, ExecutionStore } from '../domain/ports/execution-store.js';
import type { OperationTraces } from '../domain/ports/operation-traces.js';
import type { UsageUpstream } from '../domain/ports/usage-upstream.js';
import { addLogFields } from '../lib/log-context.js';
import type { LogFields } from '../lib/loggable.js';
import type { Logger } from '../lib/logger.js';
import { createSpanPipeline } from './exporter.js';
import { createOperationTraces } from './operation-traces.js';
import { PushBatches } from './push-batches.js';
import { Spans } from './spans.js';
import { createTracedStep } from './traced-step.js';
import { createTracedStore, linkTo } from './traced-store.js';
import { createTracedHttp, createTracedUpstream, type TraceableHttp } from './traced-upstream.js';
import type { TracingOptions } from './tracing-options.js';

type Step = (claim: Claim, signal: AbortSignal) => Promise<Execution | null>;
type HttpRequest = Parameters<
  TraceableHttp<{ readonly method: string; readonly path: readonly string[] }>['send']
>[0];

interface Watching {
  execution(
    id: string,
    visibility: Visibility,
    finalOnly: boolean,
    onState?: (execution: Execution) => void,
  ): Promise<AsyncIterableIterator<Execution>>;
}

/** Each gives what it is given, traced. */
export interface Tracing {
  /** Null: operations are not traced. */
  readonly operations: OperationTraces | null;
  stores<S extends { readonly store: ExecutionStore; readonly pollerStore: ExecutionStore }>(stores: S): S;
  /** `baseUrl`: where its requests go. */
  http<R extends HttpRequest>(http: TraceableHttp<R>, baseUrl: string): TraceableHttp<R>;
  upstream(upstream: UsageUpstream): UsageUpstream;
  step(step: Step): Step;
  watch<W extends Watching>(watch: W): W;
}

export interface StartedTracing extends Tracing {
  /** Sends what is left, within a second. */
  stop(): Promise<void>;
}

export function createTracing(options: TracingOptions, log: Logger): StartedTracing {
  const { provider, stop } = createSpanPipeline(options, log);
  const spans = new Spans(provider.getTracer('genesys-usage-graphql'));
  const batches = new PushBatches(spans);
  const removeFields = addLogFields(() => {
    const context = spans.current?.spanContext();
    return context ? toFields(context) : {};
  });
  return {
    operations: createOperationTraces(spans, batches),
    stores: (stores) => ({
      ...stores,
      store: createTracedStore(stores.store, spans),
      pollerStore: createTracedStore(stores.pollerStore, spans),
    }),
    http: (http, baseUrl) => createTracedHttp(http, spans, { baseUrl, tellUpstream: options.tellUpstream }),
    upstream: (upstream) => createTracedUpstream(upstream, spans),
    step: (step) => createTracedStep(step, spans),
    watch: (watch) => createTracedWatch(watch, spans),
    async stop() {
      batches.flush();
      await stop();
      removeFields();
    },
  };
}

/** Whoever subscribes has a trace of his own: it leads to that of the execution. */
function createTracedWatch<W extends Watching>(watch: W, spans: Spans): W {
  return {
    ...watch,
    execution(
      id: string,
      visibility: Visibility,
      finalOnly: boolean,
      onState?: (execution: Execution) => void,
    ) {
      let linked = false;
      return watch.execution(id, visibility, finalOnly, (execution) => {
        if (!linked) linkTo(spans, execution);
        linked = true;
        onState?.(execution);
      });
    },
  };
}

function toFields({ traceId }: SpanContext): LogFields {
  return { trace_id: traceId };
}
