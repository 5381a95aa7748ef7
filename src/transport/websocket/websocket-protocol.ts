/**
 * Between `ws` and the protocol library. The library's own glue prints to the console what clients do wrong, a write to
 * a client that has left included, and it knows no bound of what waits to be sent.
 */
import type { IncomingMessage } from 'node:http';

import {
  CloseCode,
  type ConnectionInitMessage,
  makeServer,
  type Server,
  type ServerOptions,
} from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import type { WebSocket, WebSocketServer } from 'ws';

import type { Logger } from '../../lib/logger.js';
import { chosenProtocol, closeReason } from './close-reasons.js';

export interface SocketProtocolOptions<P extends ConnectionInitMessage['payload'], E> {
  readonly sockets: WebSocketServer;
  readonly protocol: ServerOptions<P, E & Extra>;
  /** A client that answers no ping is given up within twice this. */
  readonly keepAliveMs: number;
  /** An answer has been handed over; results of subscriptions go another way (`socket-sink.ts`). */
  readonly onSent: (socket: WebSocket) => void;
  /** A client has been given up. */
  readonly onSilent: () => void;
  readonly log: Logger;
}

/** Serves every connection of `sockets`. */
export function serveProtocol<
  P extends ConnectionInitMessage['payload'],
  E extends Record<PropertyKey, unknown>,
>({ sockets, protocol, keepAliveMs, onSent, onSilent, log }: SocketProtocolOptions<P, E>): void {
  const server = makeServer(protocol) as Server<Extra>;
  sockets.options.handleProtocols = chosenProtocol;
  sockets.on('connection', (socket, request) => {
    serve(socket, { request, server, onSent, log });
    giveUpWhenSilent(socket, keepAliveMs, onSilent);
  });
}

interface Serving {
  readonly request: IncomingMessage;
  readonly server: Server<Extra>;
  readonly onSent: (socket: WebSocket) => void;
  readonly log: Logger;
}

function serve(socket: WebSocket, { request, server, onSent, log }: Serving): void {
  // `ws` closes it with the right code by itself.
  socket.on('error', (error) => log.debug({ err: error }, 'a WebSocket client broke the protocol, or left'));
  const fail = (error: unknown) => {
    log.error({ err: error }, 'a WebSocket message could not be handled');
    socket.close(CloseCode.InternalServerError, 'Internal server error');
  };
  const closed = server.opened(
    {
      protocol: socket.protocol,
      async send(text) {
        const leaving = sent(socket, text);
        onSent(socket);
        await leaving;
      },
      close: (code, reason) => socket.close(code, closeReason(reason)),
      onMessage: (handle) => socket.on('message', (data: Buffer) => void handle(String(data)).catch(fail)),
    },
    { socket, request },
  );
  socket.once('close', (code, reason) => void closed(code, String(reason)).catch(fail));
}

/** Settles when it has left the process; also when it never will: the socket's close ends whoever goes on. */
function sent(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
    else resolve();
  });
}

/** A client that is gone without a word is not asked to close: it would be waited for. */
function giveUpWhenSilent(socket: WebSocket, keepAliveMs: number, onSilent: () => void): void {
  let answered = true;
  const timer = setInterval(() => {
    if (!answered) {
      onSilent();
      return socket.terminate();
    }
    answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, keepAliveMs);
  socket.on('pong', () => (answered = true)).once('close', () => clearInterval(timer));
}
