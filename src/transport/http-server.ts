/**
 * The HTTP host: one Fastify on one port, with every door on it. What is opened here is closed by `stop`, in the
 * order in which clients are told: streams first, then the listener, then Apollo.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';

import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type GraphQLSchema, NoSchemaIntrospectionCustomRule, type ValidationRule } from 'graphql';

import type { Logger } from '../lib/logger.js';
import type { ExportService } from '../services/export-service.js';
import { addExport } from './export.js';
import { addGraphiQL, type GraphiQLOptions } from './graphiql.js';
import { formatGraphQLError } from './graphql-errors.js';
import { createGraphQLPipeline } from './graphql-pipeline.js';
import { addHealth, type Readiness } from './health.js';
import { addHttpGraphQL } from './http-graphql.js';
import { toStartupError } from './listen-address.js';
import { createOriginCheck } from './origin.js';
import { withRequestId } from './request-id.js';
import type { RequestScope } from './request-scope.js';
import { addServerSentEvents } from './server-sent-events.js';
import { addWebSocket } from './websocket.js';

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly schema: GraphQLSchema;
  readonly scope: RequestScope;
  readonly readiness: Readiness;
  readonly exports: ExportService;
  readonly introspection: boolean;
  /** Null: the page is off. */
  readonly graphiql: GraphiQLOptions | null;
  /** Beside our own. */
  readonly allowedOrigins: readonly string[];
  readonly log: Logger;
}

export interface HttpServer {
  /** `http://host:port` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Every documented operation with all its variables fits ten times. */
const MAX_BODY_BYTES = 256 * 1024;
/** What is being answered when we stop may take so long; a start waits for upstream for two seconds. */
const LAST_ANSWERS_MS = 3_000;

/** Long enough for a client to read an answer that it has just got. */
const IDLE_SWEEP_MS = 50;

export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, log } = options;
  const fastify = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    genReqId: () => randomUUID(),
    // Idle keep-alive connections would hold up the end by their timeout.
    forceCloseConnections: 'idle',
    logger: false,
  });
  fastify.addHook('onRequest', (request, reply, next) => {
    void reply.header('x-request-id', request.id);
    withRequestId(request.id, next);
  });
  fastify.setErrorHandler(async (error, request, reply) => answerError(error, request, reply, log));
  const closers = await addDoors(fastify, options);
  try {
    await fastify.listen({ host, port });
  } catch (error) {
    await fastify.close();
    await closers.apollo();
    throw toStartupError(error, host, port);
  }
  const { port: bound } = fastify.server.address() as AddressInfo;
  log.debug({ host, port: bound }, 'listening');
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async stop() {
      const closed = fastify.close();
      // Connections with a request under way are kept alive after its answer, far longer than we may take to end.
      const sweep = setInterval(() => fastify.server.closeIdleConnections(), IDLE_SWEEP_MS);
      await Promise.all(closers.streams.map((close) => close()));
      // A connection over which nothing was asked yet is not idle for Node, and would hold up the end for a minute.
      const cutOff = setTimeout(() => fastify.server.closeAllConnections(), LAST_ANSWERS_MS);
      await closed;
      clearInterval(sweep);
      clearTimeout(cutOff);
      await closers.apollo();
    },
  };
}

async function addDoors(fastify: FastifyInstance, options: HttpServerOptions) {
  const { schema, scope, log, introspection } = options;
  const validationRules: ValidationRule[] = introspection ? [] : [NoSchemaIntrospectionCustomRule];
  const pipeline = createGraphQLPipeline({ schema, validationRules, log });
  await fastify.register(helmet, { global: true, contentSecurityPolicy: false });
  addHealth(fastify, options.readiness);
  await addGraphiQL(fastify, options.graphiql);
  addExport(fastify, { exports: options.exports, scope, log });
  const apollo = await addHttpGraphQL(fastify, { schema, scope, log, validationRules });
  const events = addServerSentEvents(fastify, { pipeline, scope, log });
  const isAllowedOrigin = createOriginCheck(options.allowedOrigins);
  const webSocket = addWebSocket({ server: fastify.server, pipeline, scope, log, isAllowedOrigin });
  return { apollo, streams: [events, webSocket] };
}

/** What never got as far as an operation: a body that is too large or no JSON, a header too many. */
async function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): Promise<void> {
  const status = statusOf(error);
  if (status < 500 && error instanceof Error) {
    await reply
      .code(status)
      .send({ errors: [{ message: error.message, extensions: { code: 'BAD_REQUEST' } }] });
    return;
  }
  await reply.code(500).send({ errors: [formatGraphQLError(error, log, request.id)] });
}

function statusOf(error: unknown): number {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 500;
  return typeof status === 'number' ? status : 500;
}
