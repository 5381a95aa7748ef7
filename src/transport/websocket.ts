/**
 * Subscriptions (and queries and mutations) over WebSocket, protocol `graphql-transport-ws`, on the same port and path
 * as GraphQL over HTTP. The token comes in `connection_init` as `{"authorization": "Bearer …"}`, or in the upgrade's
 * header; without a good one the socket is closed with 4403.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Context, SubscribePayload } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import { type ExecutionArgs, type ExecutionResult, getOperationAST, type GraphQLError } from 'graphql';
import { type WebSocket, WebSocketServer } from 'ws';

import type { Caller } from '../domain/caller.js';
import { RequestError } from '../domain/error-codes.js';
import type { Logger } from '../lib/logger.js';
import type { GraphQLPipeline, OperationArgs } from './graphql-pipeline.js';
import type { RequestScope } from './request-scope.js';
import { limitUnsent, type Unsent } from './unsent.js';
import { serveProtocol } from './websocket-protocol.js';

export interface WebSocketOptions {
  readonly server: Server;
  readonly pipeline: GraphQLPipeline;
  readonly scope: RequestScope;
  /** A client that answers no ping is given up within twice this. */
  readonly keepAliveMs: number;
  readonly log: Logger;
  /** Whether a browser page of this origin may connect; see `createOriginCheck`. */
  readonly isAllowedOrigin: (request: IncomingMessage) => boolean;
}

type Params = Record<string, unknown> | undefined;
type ConnectionExtra = { caller?: Caller; forget?: () => void } & Record<PropertyKey, unknown>;
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
const REVOKED = 'The token has expired or was revoked, or its rights have changed';

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
  keepAliveMs,
  log,
  isAllowedOrigin,
}: WebSocketOptions): WebSockets {
  const unsent = new WeakMap<WebSocket, Unsent>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {});
    if (pathOf(request) !== PATH) return refuseUpgrade(socket, '404 Not Found');
    if (!isAllowedOrigin(request)) return refuseUpgrade(socket, '403 Forbidden');
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      unsent.set(webSocket, limitUnsent(webSocket));
      sockets.emit('connection', webSocket, request);
    });
  });

  serveProtocol<Params, ConnectionExtra>({
    sockets,
    keepAliveMs,
    log,
    protocol: {
      connectionInitWaitTimeout: INIT_TIMEOUT_MS,
      onConnect: (connection) => admit(connection, scope, log),
      onClose: ({ extra }) => extra.forget?.(),
      onSubscribe: (connection, _id, payload) => argsOf(connection, payload, pipeline, scope),
      execute: (args) => leavable(args as SocketArgs, pipeline),
      subscribe: (args) => pipeline.subscribe(args as OperationArgs),
      onNext: async ({ extra }, _id, _payload, args) => {
        if (isSubscription(args)) await unsent.get(extra.socket)?.room();
      },
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
async function admit(connection: Connection, scope: RequestScope, log: Logger): Promise<boolean> {
  const { request, socket } = connection.extra;
  try {
    const caller = await scope.authenticate(authorizationOf(connection.connectionParams, request));
    // The client may have left meanwhile: then nobody would end the watch.
    if (socket.readyState !== socket.OPEN) return false;
    connection.extra.caller = caller;
    connection.extra.forget = scope.whileAuthorized(caller, () => socket.close(CLOSE_FORBIDDEN, REVOKED));
    return true;
  } catch (error) {
    closeRefused(socket, error, log);
    return false;
  }
}

function closeRefused(socket: WebSocket, error: unknown, log: Logger): void {
  const known = error instanceof RequestError;
  if (!known) log.error({ err: error }, 'a WebSocket connection could not be authenticated');
  if (known && !error.retryable) socket.close(CLOSE_FORBIDDEN, closeReason(error.message));
  else socket.close(CLOSE_TRY_AGAIN_LATER, known ? closeReason(error.message) : 'Try again later');
}

/** The protocol allows 123 bytes. */
function closeReason(message: string): string {
  return message.slice(0, 120);
}

/** In browsers only the parameters can bear it, elsewhere the header too. */
function authorizationOf(params: Params, request: IncomingMessage): string | undefined {
  const given = params?.['authorization'] ?? params?.['Authorization'];
  return typeof given === 'string' ? given : request.headers.authorization;
}

function argsOf(
  { extra }: Connection,
  payload: SubscribePayload,
  pipeline: GraphQLPipeline,
  scope: RequestScope,
): ExecutionArgs | readonly GraphQLError[] {
  const gone = new AbortController();
  // Only acknowledged connections get here, and those have a caller.
  const context = scope.context(extra.caller as Caller, randomUUID(), gone.signal);
  const args = pipeline.prepare(payload, context);
  return 'document' in args ? withGone(args, gone) : args;
}

/** Answers to queries and mutations are not held back: whoever asks for many has to read them. */
function isSubscription({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === 'subscription';
}

type SocketArgs = OperationArgs & { readonly gone: AbortController };

function withGone(args: OperationArgs, gone: AbortController): SocketArgs {
  return { ...args, gone };
}

/**
 * A query or mutation as a stream of one result: the library tells streams alone that their client has completed the
 * operation or that the socket is closed. Not a generator, whose `return()` would wait behind the pending `next()`.
 */
function leavable(args: SocketArgs, pipeline: GraphQLPipeline): AsyncGenerator<ExecutionResult, void, void> {
  const done = { done: true, value: undefined } as const;
  const left = Promise.withResolvers<typeof done>();
  let asked = false;
  const leave = async () => {
    args.gone.abort();
    left.resolve(done);
    return done;
  };
  return {
    async next() {
      if (asked) return done;
      asked = true;
      const result = pipeline.execute(args).then((value) => ({ done: false, value }) as const);
      return Promise.race([result, left.promise]);
    },
    return: leave,
    throw: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await leave();
    },
  };
}

function pathOf({ url }: IncomingMessage): string {
  return (url ?? '').split('?', 1)[0] ?? '';
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
