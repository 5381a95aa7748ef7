/**
 * The HTTP host: one Fastify on one port, with every door on it. What is opened here is closed by `stop`, in the
 * order in which clients are told: the load balancer first, then streams, then the listener, then Apollo.
 */
import type { AddressInfo } from 'node:net';

import Fastify, { type FastifyInstance } from 'fastify';

import type { CacheUse } from '../../lib/cache-use.js';
import type { Logger } from '../../lib/logger.js';
import type { OperationTraces } from '../../domain/ports/operation-traces.js';
import type { ExportService } from '../../services/export-service.js';
import type { Readiness } from '../../services/readiness.js';
import { createAdmission } from '../admission/admission.js';
import { createAddressOf, type TrustProxy } from '../admission/client-address.js';
import { type ConnectionLimitOptions, createConnectionLimits } from '../admission/connection-limits.js';
import { addAccessLog } from './access-log.js';
import { addCors } from './cors.js';
import { createDeparture, type Departure } from '../departure.js';
import { addExport } from './export.js';
import { addGraphiQL, type GraphiQLOptions } from './graphiql.js';
import { createGraphQLPipeline } from '../graphql-pipeline.js';
import { addHealth } from './health.js';
import { addHttpGraphQL } from './http-graphql.js';
import { noStreamNotes, type StreamNotes, withNotes } from '../delivery/stream-notes.js';
import { addMetrics, type MetricsPage } from './metrics.js';
import { type ServedBy, watchTraffic } from './traffic.js';
import { KEEP_ALIVE_MS } from '../keep-alive.js';
import { toStartupError, urlOf } from '../listen-address.js';
import { createOperationGate, type OperationGateOptions } from '../documents/operation-gate.js';
import { createOriginCheck } from '../admission/origin.js';
import { createRateLimits } from '../admission/rate-limit.js';
import { addRefusals, refuse, refuseConnection } from './refusals.js';
import { addBodyRules } from './request-body.js';
import { toRequestId, withRequestId } from '../request-id.js';
import type { RequestScope } from '../request-scope.js';
import { addSecurityHeaders } from './security-headers.js';
import { BARE_SECURITY_HEADERS } from './bare-headers.js';
import { addServerSentEvents } from '../event-stream/server-sent-events.js';
import { endUnreadAnswers } from './unread-answers.js';
import { addWebSocket } from '../websocket/websocket.js';

export interface HttpServerOptions extends OperationGateOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly scope: RequestScope;
  /** Bounded in time; never throws. */
  readonly readiness: () => Promise<Readiness>;
  /** Whoever holds the port until then gives it away. @default nobody does */
  readonly beforeListening?: () => Promise<void>;
  readonly exports: ExportService;
  /** Null: the page is off. */
  readonly graphiql: GraphiQLOptions | null;
  /** Beside our own. */
  readonly allowedOrigins: readonly string[];
  readonly trustProxy: TrustProxy;
  /** Operations of one identity in a minute; 0: no limit. */
  readonly rateLimitPerMinute: number;
  readonly maxConnections: ConnectionLimitOptions;
  /** How long a request may take to arrive. @default ARRIVAL */
  readonly arrival?: Arrival;
  /** A streaming client that gives no sign of life is given up within twice this. @default 12 s */
  readonly keepAliveMs?: number;
  /** How long we go on answering when we stop. @default null, as long as a load balancer needs, if there is one */
  readonly drainMs?: number | null;
  /** Served at `/metrics`. @default null, nothing is there */
  readonly metrics?: MetricsPage | null;
  /** Told what streams do. @default nobody is told */
  readonly notes?: StreamNotes;
  /** Where caches count their use. @default they do not */
  readonly cacheUse?: { readonly answers: CacheUse; readonly documents: CacheUse };
  /** @default null, nobody traces operations */
  readonly traces?: OperationTraces | null;
  readonly log: Logger;
}

export interface Arrival {
  /** The headers, counted from the connection's beginning. */
  readonly headersMs: number;
  /** The whole request. */
  readonly requestMs: number;
}

/** How many clients hold a connection open to be told something. */
export interface StreamCounts {
  readonly webSockets: number;
  readonly eventStreams: number;
}

export interface HttpServer {
  /** `http://host:port` */
  readonly url: string;
  readonly streams: StreamCounts;
  /** Bytes written to clients since the start. */
  readonly bytesServed: () => Readonly<Record<ServedBy, number>>;
  stop(): Promise<void>;
}

/** Every documented operation with all its variables fits ten times. */
const MAX_BODY_BYTES = 256 * 1024;
/** The body in full over a line of 10 kB/s; headers are a thousandth of it. Who is slower holds a socket for nothing. */
const ARRIVAL: Arrival = { headersMs: 10_000, requestMs: 30_000 };
/** The longest token is 8 kB, and proxies add headers of their own. */
const MAX_HEADER_BYTES = 16 * 1024;
/** An execution's id has 36 characters. */
const MAX_PARAMETER_LENGTH = 100;
/** What is being answered when we stop may take so long; a start waits for upstream for two seconds. */
const LAST_ANSWERS_MS = 3_000;

/** Long enough for a client to read an answer that it has just got. */
const IDLE_SWEEP_MS = 50;

export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, log } = options;
  const departure = createDeparture(options.drainMs ?? null);
  const fastify = createFastify(options);
  fastify.addHook('onRequest', (request, reply, next) => {
    void reply.header('x-request-id', request.id);
    if (departure.leaving) void reply.header('connection', 'close');
    withRequestId(request.id, next);
  });
  const traffic = watchTraffic(fastify.server);
  addAccessLog(fastify, log);
  const doors = await addDoors(fastify, options, departure);
  try {
    await options.beforeListening?.();
    await fastify.listen({ host, port });
  } catch (error) {
    await fastify.close();
    await doors.apollo();
    throw toStartupError(error, host, port);
  }
  const { port: bound } = fastify.server.address() as AddressInfo;
  log.debug({ host, port: bound }, 'listening');
  return {
    url: urlOf(host, bound),
    get streams() {
      return { webSockets: doors.webSockets.count, eventStreams: doors.eventStreams.count };
    },
    bytesServed: () => traffic.bytes(),
    async stop() {
      await departure.leave();
      const closed = fastify.close();
      // Connections with a request under way are kept alive after its answer, far longer than we may take to end.
      const sweep = setInterval(() => fastify.server.closeIdleConnections(), IDLE_SWEEP_MS);
      await Promise.all([doors.eventStreams.close(), doors.webSockets.close()]);
      // A connection over which nothing was asked yet is not idle for Node, and would hold up the end for a minute.
      const cutOff = setTimeout(() => fastify.server.closeAllConnections(), LAST_ANSWERS_MS);
      await closed;
      clearInterval(sweep);
      clearTimeout(cutOff);
      await doors.apollo();
    },
  };
}

function createFastify({ log, arrival = ARRIVAL }: HttpServerOptions): FastifyInstance {
  return Fastify({
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    genReqId: ({ headers }) => toRequestId(headers['x-request-id']),
    // Idle keep-alive connections would hold up the end by their timeout.
    forceCloseConnections: 'idle',
    // Whoever has a connection still open gets an answer on it, the last one.
    return503OnClosing: false,
    requestTimeout: arrival.requestMs,
    http: {
      headersTimeout: arrival.headersMs,
      connectionsCheckingInterval: Math.min(1_000, arrival.headersMs),
      maxHeaderSize: MAX_HEADER_BYTES,
      // Node's own refusal has no body; see `addBodyRules`.
      requireHostHeader: false,
    },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => {
      // No hook has seen this one.
      void reply.headers({ ...BARE_SECURITY_HEADERS, 'x-request-id': request.id });
      void refuse(error, reply, log);
    },
    logger: false,
  });
}

async function addDoors(fastify: FastifyInstance, options: HttpServerOptions, departure: Departure) {
  const { schema, scope, log, keepAliveMs = KEEP_ALIVE_MS, traces = null } = options;
  const { notes = noStreamNotes, cacheUse } = options;
  const gate = createOperationGate({ ...options, use: cacheUse?.documents });
  const pipeline = createGraphQLPipeline({ schema, gate, log });
  const admission = createAdmission({
    scope,
    rates: createRateLimits({ perMinute: options.rateLimitPerMinute }),
    connections: createConnectionLimits(options.maxConnections),
    addressOf: createAddressOf(options.trustProxy),
  });
  await addSecurityHeaders(fastify);
  await addCors(fastify, options.allowedOrigins);
  addBodyRules(fastify);
  endUnreadAnswers(fastify, keepAliveMs);
  addRefusals(fastify, log);
  addHealth(fastify, options.readiness, departure);
  if (options.metrics) addMetrics(fastify, options.metrics);
  await addGraphiQL(fastify, options.graphiql);
  addExport(fastify, { exports: options.exports, scope, admission, log });
  const apollo = await addHttpGraphQL(fastify, {
    schema,
    scope,
    admission,
    log,
    gate,
    use: cacheUse?.answers,
    traces,
  });
  const streaming = { scope, admission, keepAliveMs, log, notes, traces };
  const eventStreams = addServerSentEvents(fastify, {
    ...streaming,
    pipeline: withNotes(pipeline, 'sse', notes),
  });
  const isAllowedOrigin = createOriginCheck(options.allowedOrigins);
  const webSockets = addWebSocket({
    ...streaming,
    pipeline: withNotes(pipeline, 'websocket', notes),
    server: fastify.server,
    isAllowedOrigin,
  });
  return { apollo, eventStreams, webSockets };
}
