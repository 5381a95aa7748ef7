/**
 * From an HTTP upgrade to a WebSocket: only at our path, for pages that may, and while there is a place. Who is refused
 * gets an HTTP answer in the shape of all our errors.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

import { type WebSocketServer } from 'ws';

import { RequestError } from '../../domain/error-codes.js';
import type { Logger } from '../../lib/logger.js';
import type { Admission, SocketAdmission } from '../admission/admission.js';
import type { GuardedWebSocket } from './guarded-socket.js';
import { guardMessages } from './message-guard.js';
import { bareAnswer } from '../http/refusals.js';

export interface UpgradeOptions {
  readonly server: Server;
  /** Made with `GuardedWebSocket`. */
  readonly sockets: InstanceType<typeof WebSocketServer<typeof GuardedWebSocket>>;
  readonly path: string;
  readonly admission: Admission;
  readonly isAllowedOrigin: (request: IncomingMessage) => boolean;
  readonly log: Logger;
}

/** What was admitted for the upgrade that a connection began with. */
export type AdmissionOf = (request: IncomingMessage) => SocketAdmission;

export function acceptUpgrades(options: UpgradeOptions): AdmissionOf {
  const { server, sockets, log } = options;
  const admitted = new WeakMap<IncomingMessage, SocketAdmission>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {});
    const admission = admissionOrRefusal(options, request, socket);
    if (!admission) return;
    admitted.set(request, admission);
    // Of the bare socket: it is closed even when the handshake fails.
    socket.once('close', () => admission.leave());
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      guardMessages(webSocket, admission);
      sockets.emit('connection', webSocket, request);
      // `ws` has closed it with the right code already; the protocol library would print it as an error of ours.
      webSocket.removeAllListeners('error').on('error', (error) => {
        log.debug({ err: error }, 'a WebSocket client broke the protocol');
      });
    });
  });
  sockets.on('wsClientError', (error, socket) => {
    socket.end(bareAnswer(400, `This is not a WebSocket handshake: ${error.message}.`));
  });
  return (request) => {
    const admission = admitted.get(request);
    if (!admission) throw new Error('a WebSocket that was never admitted');
    return admission;
  };
}

function admissionOrRefusal(
  { path, isAllowedOrigin, admission }: UpgradeOptions,
  request: IncomingMessage,
  socket: Duplex,
): SocketAdmission | null {
  const refuse = (status: number, message: string, headers?: Readonly<Record<string, string>>) => {
    socket.end(bareAnswer(status, message, headers));
    return null;
  };
  if ((request.url ?? '').split('?', 1)[0] !== path)
    return refuse(404, `WebSockets are at ${path}, not here.`);
  if (!isAllowedOrigin(request))
    return refuse(
      403,
      'Pages of this origin are not allowed. ALLOWED_ORIGINS of the server lists those that are.',
    );
  try {
    return admission.socket(request);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return refuse(429, error.message, { 'retry-after': String(error.retryAfterSeconds ?? 1) });
  }
}
