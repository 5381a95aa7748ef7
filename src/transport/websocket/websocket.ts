/**
 * Subscriptions (and queries and mutations) over WebSocket, protocol `graphql-transport-ws`, on the same port and path
 * as GraphQL over HTTP. The token comes in `connection_init` as `{"authorization": "Bearer …"}`, or in the upgrade's
 * header; without a good one the socket is closed with 4403.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';

import type { Context, SubscribePayload } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import { GraphQLError } from 'graphql';
import { type WebSocket, WebSocketServer } from 'ws';

import type { Caller } from '../../domain/caller.js';
import type { OperationTraces } from '../../domain/ports/operation-traces.js';
import { RequestError } from '../../domain/error-codes.js';
import { bearerToken } from '../../lib/bearer.js';
import type { Logger } from '../../lib/logger.js';
import type { GraphQLPipeline } from '../graphql-pipeline.js';
import type { Admission } from '../admission/admission.js';
import type { Leave } from '../admission/connection-limits.js';
import type { ResultSink } from '../delivery/delivery.js';
import type { StreamNotes } from '../delivery/stream-notes.js';
import { formatGraphQLError, toGraphQLError } from '../graphql-errors.js';
import { closeReason } from './close-reasons.js';
import { GuardedWebSocket } from './guarded-socket.js';
import { createOpenStreams, type OpenStreams } from './open-streams.js';
import { carrierIn, runTraced } from '../operation-trace.js';
import type { RequestScope } from '../request-scope.js';
import { createSocketSink } from './socket-sink.js';
import type { Authorization } from '../admission/token-watch.js';
import { limitUnsent, type Unsent } from './unsent.js';
import { acceptUpgrades, type AdmissionOf } from './upgrade.js';
import { executed, type SocketArgs, subscribed } from './websocket-operation.js';
import { serveProtocol } from './websocket-protocol.js';

export interface WebSocketOptions {
  readonly server: Server;
  readonly pipeline: GraphQLPipeline;
  readonly scope: RequestScope;
  readonly admission: Admission;
  /** A client that answers no ping is given up within twice this. */
  readonly keepAliveMs: number;
  readonly notes: StreamNotes;
  readonly log: Logger;
  /** Whether a browser page of this origin may connect; see `createOriginCheck`. */
  readonly isAllowedOrigin: (request: IncomingMessage) => boolean;
  readonly traces: OperationTraces | null;
}

type Params = Record<string, unknown> | undefined;
type ConnectionExtra = {
  caller?: Caller;
  authorization?: Authorization;
  streams?: OpenStreams;
} & Record<PropertyKey, unknown>;
type Connection = Context<Params, ConnectionExtra & Extra>;

const PATH = '/graphql';
/** The longest documented operation has a hundredth of it. */
const MAX_FRAME_BYTES = 64 * 1024;
const INIT_TIMEOUT_MS = 5_000;
/** For the closing handshake when we stop; a client that was lost would take 30 s. */
const CLOSE_WAIT_MS = 1_000;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_FORBIDDEN = 4403;
const CLOSE_TRY_AGAIN_LATER = 1013;

export interface WebSockets {
  /** Sockets that are open. */
  readonly count: number;
  /** Tells every client "going away" (1001) and waits, not long, until they have left. */
  close(): Promise<void>;
}

export function addWebSocket({
  server,
  pipeline,
  scope,
  admission,
  keepAliveMs,
  notes,
  log,
  isAllowedOrigin,
  traces,
}: WebSocketOptions): WebSockets {
  const unsent = new WeakMap<WebSocket, Unsent>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    WebSocket: GuardedWebSocket,
  });
  const admissionOf = acceptUpgrades({ server, sockets, path: PATH, admission, isAllowedOrigin, log });
  sockets.on('connection', (socket) =>
    unsent.set(
      socket,
      limitUnsent(socket, () => notes.dropped('websocket', 'too_slow')),
    ),
  );

  serveProtocol<Params, ConnectionExtra>({
    sockets,
    keepAliveMs,
    log,
    // All may have been asked for before the first was given.
    onSent: (socket) => unsent.get(socket)?.check(),
    onSilent: () => notes.dropped('websocket', 'silent'),
    protocol: {
      connectionInitWaitTimeout: INIT_TIMEOUT_MS,
      onConnect: (connection) => admit(connection, scope, admissionOf, log),
      onClose: async ({ extra }) => {
        extra.authorization?.release();
        await extra.streams?.endAll();
      },
      onSubscribe: async (connection, id, payload) => {
        const trace = traces?.begin('WEBSOCKET', traceCarrierOf(connection, payload)) ?? null;
        const leave = await runTraced(trace, () => placeOrRefusal(connection, admissionOf, log));
        if (typeof leave !== 'function') {
          trace?.end();
          return leave;
        }
        const args = runTraced(trace, () => argsOf(connection, payload, pipeline, scope));
        if ('document' in args) return { ...args, leave, trace, sink: sinkOf(connection, id, unsent) };
        trace?.end();
        leave();
        return args;
      },
      execute: (args) => executed(args as SocketArgs, pipeline),
      subscribe: (args) => subscribed(args as SocketArgs, pipeline),
    },
  });
  const close = async () => {
    const cutOff = setTimeout(() => {
      for (const client of sockets.clients) client.terminate();
    }, CLOSE_WAIT_MS);
    for (const client of sockets.clients) client.close(CLOSE_GOING_AWAY, 'Going away');
    await new Promise((resolve) => sockets.close(resolve));
    clearTimeout(cutOff);
  };
  return {
    get count() {
      return sockets.clients.size;
    },
    close,
  };
}

/** False closes the socket with 4403. */
async function admit(
  connection: Connection,
  scope: RequestScope,
  admissionOf: AdmissionOf,
  log: Logger,
): Promise<boolean> {
  const { request, socket } = connection.extra;
  try {
    const given = authorizationOf(connection.connectionParams, request);
    const caller = await admissionOf(request).authenticate(given);
    // The client may have left meanwhile: then nobody would end the watch.
    if (socket.readyState !== socket.OPEN) return false;
    connection.extra.caller = caller;
    connection.extra.streams = createOpenStreams();
    const authorization = scope.watch(caller);
    connection.extra.authorization = authorization;
    // Before any operation of the connection hears of it: nothing is told on a socket that closes.
    authorization.onEnd(({ message }) => socket.close(CLOSE_FORBIDDEN, closeReason(message)));
    return true;
  } catch (error) {
    closeRefused(socket, told(error, connection), log);
    return false;
  }
}

function closeRefused(socket: WebSocket, error: unknown, log: Logger): void {
  const known = error instanceof RequestError;
  if (!known) log.error({ err: error }, 'a WebSocket connection could not be authenticated');
  if (known && !error.retryable) socket.close(CLOSE_FORBIDDEN, closeReason(error.message));
  else socket.close(CLOSE_TRY_AGAIN_LATER, known ? closeReason(error.message) : 'Try again later');
}

/** Here no header is looked for first. */
const NO_TOKEN = new RequestError(
  'UNAUTHENTICATED',
  'No bearer token came. Send connection_init with the payload {"authorization": "Bearer <token>"}.',
);

function told(error: unknown, { connectionParams, extra }: Connection): unknown {
  const isRefused = error instanceof RequestError && error.code === 'UNAUTHENTICATED';
  const given = authorizationOf(connectionParams, extra.request);
  return isRefused && bearerToken(given) === null ? NO_TOKEN : error;
}

/** In browsers only the parameters can bear it, elsewhere the header too. */
function authorizationOf(params: Params, request: IncomingMessage): string | undefined {
  const given = params?.['authorization'] ?? params?.['Authorization'];
  return typeof given === 'string' ? given : request.headers.authorization;
}

/** Of the operation itself, or of the connection, which may bear several. */
function traceCarrierOf({ connectionParams, extra }: Connection, { extensions }: SubscribePayload) {
  return carrierIn(extensions, connectionParams, extra.request.headers);
}

/** A place for one more operation, or the errors that are the whole answer to it. */
async function placeOrRefusal(
  { extra }: Connection,
  admissionOf: AdmissionOf,
  log: Logger,
): Promise<Leave | readonly GraphQLError[]> {
  try {
    return await admissionOf(extra.request).operation();
  } catch (error) {
    const { message, extensions } = formatGraphQLError(error, log, randomUUID());
    return [new GraphQLError(message, { extensions })];
  }
}

function sinkOf({ extra }: Connection, id: string, unsent: WeakMap<WebSocket, Unsent>): ResultSink {
  const { socket, request } = extra;
  return createSocketSink({ socket, raw: request.socket, id, unsent: unsent.get(socket) });
}

function argsOf(
  { extra }: Connection,
  payload: SubscribePayload,
  pipeline: GraphQLPipeline,
  scope: RequestScope,
): Omit<SocketArgs, 'leave' | 'sink' | 'trace'> | readonly GraphQLError[] {
  const gone = new AbortController();
  // Only acknowledged connections get here, and those have a caller.
  const { caller, authorization, streams } = extra as Required<ConnectionExtra>;
  // A client that does not answer to the close could go on asking.
  if (authorization.ended) return [toGraphQLError(authorization.ended)];
  const context = scope.context(caller, randomUUID(), gone.signal);
  const args = pipeline.prepare(payload, context);
  return 'document' in args ? { ...args, gone, authorization, streams } : args;
}
