/** WebSockets without a client library, for what such a library would hide. */
import { once } from 'node:events';

import { WebSocket } from 'ws';

export interface Close {
  readonly code: number;
  readonly reason: string;
}

export interface RawSocket {
  readonly socket: WebSocket;
  readonly closed: Promise<Close>;
  /** The next message that has arrived or will arrive, parsed. */
  message(): Promise<Record<string, unknown>>;
  send(message: unknown): void;
}

export function webSocketUrl(url: string): string {
  return `${url.replace(/^http/, 'ws')}/graphql`;
}

/** Opens a socket and waits until it is open. Throws what the server answered to the upgrade when it refuses it. */
export async function openRawSocket(
  url: string,
  options: {
    readonly protocols?: readonly string[];
    readonly headers?: Readonly<Record<string, string>>;
    readonly answerPings?: boolean;
  } = {},
): Promise<RawSocket> {
  const { protocols = ['graphql-transport-ws'], headers = {}, answerPings = true } = options;
  const socket = new WebSocket(webSocketUrl(url), [...protocols], { headers, autoPong: answerPings });
  const messages: Record<string, unknown>[] = [];
  let wakeUp = () => {};
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as Record<string, unknown>);
    wakeUp();
  });
  const closed = new Promise<Close>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await once(socket, 'open');
  socket.on('error', () => {});
  return {
    socket,
    closed,
    async message() {
      while (messages.length === 0) await new Promise<void>((resolve) => (wakeUp = resolve));
      return messages.shift() ?? {};
    },
    send: (message) => socket.send(JSON.stringify(message)),
  };
}

/** A connection that the server has acknowledged. */
export async function openAcknowledged(url: string, token = 'demo-admin'): Promise<RawSocket> {
  const raw = await openRawSocket(url);
  raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await raw.message();
  return raw;
}

/** Libraries hand on the event itself; its class depends on the implementation. */
export function isCloseEvent(value: unknown): value is Close {
  return typeof value === 'object' && value !== null && 'code' in value && 'reason' in value;
}
