/**
 * Subscriptions (and queries and mutations) as server-sent events: graphql-sse's "distinct connections" mode, one
 * stream for one operation. What is wrong before the stream begins (no token, not an event stream) is told by the
 * HTTP status, everything after it in the stream.
 */
import type { ServerResponse } from 'node:http';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import { createHandler, type Handler } from 'graphql-sse';

import type { RequestContext } from '../../resolvers/context.js';
import { RequestError } from '../domain/error-codes.js';
import type { Logger } from '../lib/logger.js';
import { formatGraphQLError, HTTP_STATUS } from './graphql-errors.js';
import type { GraphQLPipeline } from './graphql-pipeline.js';
import type { RequestScope } from './request-scope.js';

export interface ServerSentEventsOptions {
  readonly pipeline: GraphQLPipeline;
  readonly scope: RequestScope;
  readonly log: Logger;
}

type OperationContext = RequestContext & Record<PropertyKey, unknown>;

const PATH = '/graphql/stream';
/** Proxies give up on silent connections; the usual limits begin at 10 s. */
const HEARTBEAT_MS = 8_000;

/** Adds `GET` and `POST /graphql/stream`. Gives a function that ends every stream. */
export function addServerSentEvents(
  fastify: FastifyInstance,
  { pipeline, scope, log }: ServerSentEventsOptions,
): () => Promise<void> {
  const streams = new Set<AsyncGenerator<string, void, undefined>>();
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
    subscribe: (args) => pipeline.subscribe(args),
  });

  fastify.route({
    method: ['GET', 'POST'],
    url: PATH,
    handler: async (request, reply) => {
      const context = await contextOrRefusal(request, reply, scope, log);
      if (context) await answer(request, reply, handler, context, streams);
      return reply;
    },
  });

  return async () => {
    await Promise.all([...streams].map((stream) => stream.return()));
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
  scope: RequestScope,
  log: Logger,
): Promise<OperationContext | null> {
  try {
    if (!request.headers.accept?.includes('text/event-stream')) {
      const message = `${PATH} answers with an event stream only: send "Accept: text/event-stream".`;
      await reply.code(406).send({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
      return null;
    }
    return { ...scope.context(await scope.authenticate(request.headers.authorization), request.id) };
  } catch (error) {
    const status = error instanceof RequestError ? (HTTP_STATUS[error.code] ?? 500) : 500;
    await reply.code(status).send({ errors: [formatGraphQLError(error, log, request.id)] });
    return null;
  }
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  handler: Handler<FastifyRequest, OperationContext>,
  context: OperationContext,
  streams: Set<AsyncGenerator<string, void, undefined>>,
): Promise<void> {
  const [body, init] = await handler({
    method: request.method,
    url: request.url,
    headers: { get: (name) => (name === 'accept' ? 'text/event-stream' : headerOf(request, name)) },
    body: request.body as Record<string, unknown> | null,
    raw: request,
    context,
  });
  if (body === null || typeof body === 'string') {
    await reply
      .code(init.status)
      .headers(init.headers ?? {})
      .send(body ?? '');
    return;
  }
  reply.hijack();
  reply.raw.writeHead(init.status, { ...headersOf(reply), ...init.headers });
  streams.add(body);
  try {
    await pipe(body, reply.raw);
  } finally {
    streams.delete(body);
  }
}

async function pipe(body: AsyncGenerator<string, void, undefined>, response: ServerResponse): Promise<void> {
  const leave = () => void body.return();
  response.once('close', leave).on('error', leave);
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
