/**
 * Subscriptions (and queries and mutations) as server-sent events: graphql-sse's "distinct connections" mode, one
 * stream for one operation. What is wrong before the stream begins (no token, not an event stream) is told by the
 * HTTP status, everything after it in the stream.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import { createHandler, type Handler } from 'graphql-sse';

import type { OperationTraces } from '../../domain/ports/operation-traces.js';
import type { RequestContext } from '../../services/request-context.js';
import type { Logger } from '../../lib/logger.js';
import type { Admission } from '../admission/admission.js';
import type { StreamNotes } from '../delivery/stream-notes.js';
import { EventWriter, writeEventStream } from './event-stream.js';
import type { GraphQLPipeline } from '../graphql-pipeline.js';
import { heartbeatMs } from '../keep-alive.js';
import { withNamedDocument } from '../documents/named-document.js';
import { addOtherMethods, sendError } from '../http/refusals.js';
import { currentTrace, tracedRoute } from '../operation-trace.js';
import type { RequestScope } from '../request-scope.js';
import { createStalledClients, type StalledClients } from './stalled-clients.js';
import type { Authorization } from '../admission/token-watch.js';
import { inPlainWords } from '../plain-words.js';
import { untilClosed } from '../http/until-closed.js';

export interface ServerSentEventsOptions {
  readonly pipeline: GraphQLPipeline;
  readonly scope: RequestScope;
  readonly admission: Admission;
  readonly keepAliveMs: number;
  readonly notes: StreamNotes;
  readonly log: Logger;
  readonly traces: OperationTraces | null;
}

export interface EventStreams {
  /** Streams under way. */
  readonly count: number;
  /** Ends every stream. */
  close(): Promise<void>;
}

/** Every stream under way; none may begin once `closing`. */
interface Streams {
  readonly open: Set<AsyncGenerator<string, void, undefined>>;
  closing: boolean;
  readonly stalled: StalledClients;
  readonly notes: StreamNotes;
  readonly heartbeatMs: number;
}

type OperationContext = RequestContext & {
  readonly authorization: Authorization;
  readonly writer: EventWriter;
} & Record<PropertyKey, unknown>;

export const EVENT_STREAM_PATH = '/graphql/stream';
/** For the error that ends a stream whose token is no longer good; then the connection is cut off. */
const LAST_WORDS_MS = 2_000;

/** Adds `GET` and `POST /graphql/stream`. */
export function addServerSentEvents(
  fastify: FastifyInstance,
  { pipeline, scope, admission, keepAliveMs, notes, log, traces }: ServerSentEventsOptions,
): EventStreams {
  const streams: Streams = {
    open: new Set(),
    closing: false,
    stalled: createStalledClients(keepAliveMs),
    notes,
    heartbeatMs: heartbeatMs(keepAliveMs),
  };
  const handler = createHandler<FastifyRequest, OperationContext, OperationContext>({
    // Null, not a token: "single connection mode" is off.
    authenticate: () => null,
    // The pipeline has validated already.
    validate: () => [],
    onSubscribe: ({ context }, params) => {
      const args = pipeline.prepare(params, context);
      return 'document' in args ? { ...args, contextValue: context } : only({ errors: args });
    },
    execute: (args) => pipeline.execute(args),
    subscribe: (args) => {
      const { authorization, writer } = args.contextValue;
      return pipeline.subscribe(args, { authorization, sink: writer, onOver: () => {} });
    },
  });

  fastify.route({
    method: ['GET', 'POST'],
    url: EVENT_STREAM_PATH,
    ...tracedRoute(traces, 'EVENT_STREAM'),
    handler: async (request, reply) => {
      const context = await contextOrRefusal(request, reply, { scope, admission, log });
      if (!context) return reply;
      try {
        await answer({ request, reply, handler, context, streams });
      } finally {
        context.authorization.release();
      }
      return reply;
    },
  });

  addOtherMethods(fastify, EVENT_STREAM_PATH, ['GET', 'POST']);
  return {
    get count() {
      return streams.open.size;
    },
    async close() {
      streams.closing = true;
      await Promise.all([...streams.open].map((stream) => stream.return()));
    },
  };
}

/** The library takes a result without `data` for arguments of an execution; a stream of it is understood. */
async function* only(result: ExecutionResult): AsyncGenerator<ExecutionResult, void, void> {
  yield result;
}

/** Null when the request was refused and answered. */
async function contextOrRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  { scope, admission, log }: Pick<ServerSentEventsOptions, 'scope' | 'admission' | 'log'>,
): Promise<OperationContext | null> {
  try {
    if (!request.headers.accept?.includes('text/event-stream')) {
      const message = `${EVENT_STREAM_PATH} answers with an event stream only: send "Accept: text/event-stream".`;
      await reply.code(406).send({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
      return null;
    }
    const signal = untilClosed(reply.raw);
    const caller = await admission.stream(request.headers.authorization, request.raw, signal);
    return {
      ...scope.context(caller, request.id, signal),
      authorization: scope.watch(caller),
      writer: new EventWriter(),
    };
  } catch (error) {
    await sendError(reply, error, log);
    return null;
  }
}

interface Answering {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly handler: Handler<FastifyRequest, OperationContext>;
  readonly context: OperationContext;
  readonly streams: Streams;
}

async function answer({ request, reply, handler, context, streams }: Answering): Promise<void> {
  const [body, init] = await handler({
    method: request.method,
    ...withNamedDocument(request),
    headers: { get: (name) => (name === 'accept' ? 'text/event-stream' : headerOf(request, name)) },
    raw: request,
    context,
  });
  // A stream may last for hours, and what is told on it belongs to what happens then.
  if (typeof body === 'object') currentTrace()?.end(init.status);
  if (body === null || typeof body === 'string') {
    await refuse(reply.headers(init.headers ?? {}), init.status, body ?? init.statusText);
    return;
  }
  reply.hijack();
  reply.raw.writeHead(init.status, { ...headersOf(reply), ...init.headers });
  // A client that does not take what it is told gets no further time.
  context.authorization.onEnd(() => setTimeout(() => reply.raw.destroy(), LAST_WORDS_MS).unref());
  // Ending would be polite to a client that takes nothing: what waits for it would be kept.
  const unwatch = streams.stalled.watch(request.raw.socket, () => {
    streams.notes.dropped('sse', 'silent');
    reply.raw.destroy();
  });
  streams.open.add(body);
  // We may have begun to stop while the operation was prepared.
  if (streams.closing) void body.return();
  try {
    await writeEventStream(body, reply.raw, context.writer, streams.heartbeatMs);
  } finally {
    unwatch();
    streams.open.delete(body);
  }
}

/** The library refuses in its own words; ours have a code, as everywhere. */
async function refuse(reply: FastifyReply, status: number, text: string): Promise<void> {
  const message = /"message":"([^"]+)"/.exec(text)?.[1] ?? text;
  await reply
    .code(status)
    .send({ errors: [{ message: inPlainWords(message), extensions: { code: 'BAD_REQUEST' } }] });
}

function headerOf(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

/** What hooks have set for every answer: security headers, the request's id. */
function headersOf(reply: FastifyReply): Record<string, string> {
  const entries = Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
