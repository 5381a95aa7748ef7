/**
 * Why a WebSocket is closed, for the person who reads the close event: the library's own reasons name the rule, not
 * what to do. The protocol allows 123 bytes.
 */
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';

/** Of subscriptions-transport-ws, which older clients speak. */
const OLD_PROTOCOL = 'graphql-ws';
const MOST_REASON_BYTES = 123;

/** Also for what is no JSON at all. */
export const INVALID_MESSAGE =
  'No JSON of graphql-transport-ws: connection_init, ping, pong, subscribe, complete, as its protocol has them.';

const REASONS: Readonly<Record<string, string>> = {
  'Subprotocol not acceptable':
    'Speak the subprotocol graphql-transport-ws (npm: graphql-ws), not subscriptions-transport-ws.',
  'Invalid message received': INVALID_MESSAGE,
  Unauthorized: 'Send connection_init first, and wait for connection_ack before you subscribe.',
  'Connection initialisation timeout':
    'No connection_init came in time. Send it as soon as the socket is open.',
  'Too many initialisation requests': 'connection_init came twice. Send it once for each socket.',
};

/**
 * The one that we speak, if it is offered. The old one is answered with itself: a browser fails a handshake without a
 * protocol in silence, and only on an open socket can its user be told what to change.
 */
export function chosenProtocol(offered: ReadonlySet<string>): string | false {
  return [GRAPHQL_TRANSPORT_WS_PROTOCOL, OLD_PROTOCOL].find((protocol) => offered.has(protocol)) ?? false;
}

/** Cut to what the protocol allows: a reason may hold an id of the client's. */
export function closeReason(reason = ''): string {
  return Buffer.from(REASONS[reason] ?? reason)
    .toString('utf8', 0, MOST_REASON_BYTES)
    .replace(/\uFFFD+$/, '');
}
