/**
 * Subscriptions (and queries and mutations) as server-sent events: graphql-sse's "distinct connections" mode, one
 * stream for one operation. What is wrong before the stream begins (no token, not an event stream) is told by the
 * HTTP status, everything after it in the stream.
 */
import type { ServerResponse } from 'node:http';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import { createHandler, type Handler } from 'graphql-sse';

import type { RequestContext } from '../services/request-context.js';
import type { Logger } from '../lib/logger.js';
import type { GraphQLPipeline } from './graphql-pipeline.js';
import type { Admission } from './admission.js';
import { withNamedDocument } from './named-document.js';
import { addOtherMethods, sendError } from './refusals.js';
import type { RequestScope } from './request-scope.js';
import type { Authorization } from './token-watch.js';
import { untilClosed } from './until-closed.js';

export interface ServerSentEventsOptions {
  readonly pipeline: GraphQLPipeline;
  readonly scope: RequestScope;
  readonly admission: Admission;
  readonly log: Logger;
}

/** Every stream under way; none may begin once `closing`. */
interface Streams {
  readonly open: Set<AsyncGenerator<string, void, undefined>>;
  closing: boolean;
}

type OperationContext = RequestContext & { readonly authorization: Authorization } & Record<
    PropertyKey,
    unknown
  >;

const PATH = '/graphql/stream';
/** Proxies give up on silent connections; the usual limits begin at 10 s. */
const HEARTBEAT_MS = 8_000;
/** For the error that ends a stream whose token is no longer good; then the connection is cut off. */
const LAST_WORDS_MS = 2_000;

/** Adds `GET` and `POST /graphql/stream`. Gives a function that ends every stream. */
export function addServerSentEvents(
  fastify: FastifyInstance,
  { pipeline, scope, admission, log }: ServerSentEventsOptions,
): () => Promise<void> {
  const streams: Streams = { open: new Set(), closing: false };
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
    subscribe: (args) => pipeline.subscribe(args, args.contextValue.authorization),
  });

  fastify.route({
    method: ['GET', 'POST'],
    url: PATH,
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

  addOtherMethods(fastify, PATH, ['GET', 'POST']);
  return async () => {
    streams.closing = true;
    await Promise.all([...streams.open].map((stream) => stream.return()));
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
      const message = `${PATH} answers with an event stream only: send "Accept: text/event-stream".`;
      await reply.code(406).send({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
      return null;
    }
    const signal = untilClosed(reply.raw);
    const caller = await admission.stream(request.headers.authorization, request.raw, signal);
    return { ...scope.context(caller, request.id, signal), authorization: scope.watch(caller) };
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
  if (body === null || typeof body === 'string') {
    await refuse(reply.headers(init.headers ?? {}), init.status, body ?? init.statusText);
    return;
  }
  reply.hijack();
  reply.raw.writeHead(init.status, { ...headersOf(reply), ...init.headers });
  // A client that does not take what it is told gets no further time.
  context.authorization.onEnd(() => setTimeout(() => reply.raw.destroy(), LAST_WORDS_MS).unref());
  streams.open.add(body);
  // We may have begun to stop while the operation was prepared.
  if (streams.closing) void body.return();
  try {
    await pipe(body, reply.raw);
  } finally {
    streams.open.delete(body);
  }
}

/** The library refuses in its own words; ours have a code, as everywhere. */
async function refuse(reply: FastifyReply, status: number, text: string): Promise<void> {
  const message = /"message":"([^"]+)"/.exec(text)?.[1] ?? text;
  await reply.code(status).send({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
}

async function pipe(body: AsyncGenerator<string, void, undefined>, response: ServerResponse): Promise<void> {
  const leave = () => void body.return();
  response.once('close', leave).on('error', leave);
  // It may have left while the operation was prepared: then nothing would ever end the stream.
  if (response.closed) leave();
  const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT_MS);
  try {
    for await (const chunk of body) {
      if (response.destroyed) break;
      if (!response.write(chunk)) await drained(response);
    }
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

/** Settles when the client has taken what was written, or has left; leaves no listener behind. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.on('drain', settle).on('close', settle);
  });
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
