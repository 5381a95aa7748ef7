/** The operation of a client that is just being answered, for whoever traces it; without a tracer nothing is kept. */
import { AsyncLocalStorage } from 'node:async_hooks';

import type { FastifyRequest, preHandlerHookHandler } from 'fastify';
import { type DocumentNode, getOperationAST } from 'graphql';

import type {
  OperationTrace,
  OperationTraces,
  TraceCarrier,
  TracedDoor,
} from '../domain/ports/operation-traces.js';
import { isRecord } from '../lib/is-record.js';

const storage = new AsyncLocalStorage<OperationTrace>();

/** Of the operation within which this is called. */
export function currentTrace(): OperationTrace | undefined {
  return storage.getStore();
}

/** Null: there is no tracer. */
export function runTraced<T>(trace: OperationTrace | null, work: () => T): T {
  return trace ? storage.run(trace, () => trace.run(work)) : work();
}

/** The same for what is over when `work` has settled. */
export async function runToEnd<T>(trace: OperationTrace | null, work: () => Promise<T>): Promise<T> {
  try {
    return await runTraced(trace, work);
  } finally {
    trace?.end();
  }
}

/** To be spread into a route: its requests are traced until their answer is closed, if not ended sooner. */
export function tracedRoute(
  traces: OperationTraces | null,
  door: TracedDoor,
): { readonly preHandler?: preHandlerHookHandler } {
  if (!traces) return {};
  return {
    preHandler(request, reply, next) {
      const trace = traces.begin(door, carrierOf(request));
      reply.raw.once('close', () => trace.end(reply.raw.statusCode));
      runTraced(trace, next);
    },
  };
}

/** Tells the tracer, if there is one, what the client has asked for. */
export function noteOperation(document: DocumentNode | null, operationName: unknown): void {
  const trace = storage.getStore();
  if (!trace || !document) return;
  const operation = getOperationAST(document, typeof operationName === 'string' ? operationName : null);
  if (operation) trace.resolved({ type: operation.operation, name: operation.name?.value ?? null });
}

/** The first of these, each with what may bear a trace context, that has one. */
export function carrierIn(...places: readonly unknown[]): TraceCarrier {
  return places.find((place) => isRecord(place) && 'traceparent' in place) ?? {};
}

function carrierOf({ headers }: FastifyRequest): TraceCarrier {
  const { traceparent, tracestate } = headers;
  return { traceparent, tracestate };
}
