/** What a WebSocket may send at all: JSON as text, not too often, and nothing more once it is being closed. */
import { RequestError } from '../../domain/error-codes.js';
import { parseStrictJson } from '../../lib/strict-json.js';
import type { SocketAdmission } from '../admission/admission.js';
import { INVALID_MESSAGE } from './close-reasons.js';
import type { GuardedWebSocket } from './guarded-socket.js';

/** What only servers say: the protocol library takes it for a fault of ours. */
const SERVERS_MESSAGES = ['connection_ack', 'next', 'error'];
const CLOSE_BAD_REQUEST = 4400;
const CLOSE_TOO_MANY = 4429;
/** A client that floods us does not answer the closing handshake in good time either. */
const CLOSE_WAIT_MS = 1_000;

/** Closes with 4400 what is no message, with 4429 who sends too many. */
export function guardMessages(socket: GuardedWebSocket, admission: SocketAdmission): void {
  socket.guard = (data, isBinary) => {
    if (socket.readyState !== socket.OPEN) return false;
    admission.message().catch((error: unknown) => closeFlood(socket, error));
    if (!isBinary && isClientsMessage(data)) return true;
    socket.close(CLOSE_BAD_REQUEST, INVALID_MESSAGE);
    return false;
  };
}

/** Whether it may be one; the protocol library looks at the rest. */
function isClientsMessage(data: Buffer): boolean {
  try {
    const message = parseStrictJson(data.toString()) as { readonly type?: unknown } | null;
    return !SERVERS_MESSAGES.some((type) => type === message?.type);
  } catch {
    return false;
  }
}

function closeFlood(socket: GuardedWebSocket, error: unknown): void {
  if (socket.readyState !== socket.OPEN) return;
  const reason = error instanceof RequestError ? error.message.slice(0, 120) : 'Too many messages';
  socket.close(CLOSE_TOO_MANY, reason);
  const cutOff = setTimeout(() => socket.terminate(), CLOSE_WAIT_MS);
  socket.once('close', () => clearTimeout(cutOff));
}
