/**
 * A process of its own with all the subscribers of a run. They count and do not parse, so that what is measured is the
 * server. Times are those of the machine's monotonic clock, which all its processes share.
 */
import { request, type IncomingMessage } from 'node:http';

import { WebSocket } from 'ws';

export interface Wish {
  readonly url: string;
  readonly door: 'websocket' | 'event-stream';
  readonly count: number;
  /** The one with number i asks the one with number i modulo their count. */
  readonly queries: readonly string[];
  readonly variables: Readonly<Record<string, unknown>>;
}

export type News =
  | { readonly kind: 'open' }
  | { readonly kind: 'told'; readonly last: string; readonly bytes: number; readonly sample: string };

/** At the same time: what the backlog of a listening socket takes. */
const OPENING = 100;

/** Of the run under way. */
let told = 0;
let bytes = 0;
const leaving: (() => void)[] = [];

process.on('message', (wish: Wish) => {
  void run(wish);
});
process.send?.({ kind: 'ready' });

async function run(wish: Wish): Promise<void> {
  told = 0;
  bytes = 0;
  const open = wish.door === 'websocket' ? openWebSocket : openEventStream;
  for (let i = 0; i < wish.count; i += OPENING) {
    const some = Array.from({ length: Math.min(OPENING, wish.count - i) }, (_, k) => open(wish, i + k));
    await Promise.all(some);
  }
  process.send?.({ kind: 'open' } satisfies News);
}

function count(wish: Wish, length: number, sample: () => string): void {
  told += 1;
  bytes += length;
  if (told !== wish.count) return;
  const last = String(process.hrtime.bigint());
  process.send?.({ kind: 'told', last, bytes, sample: sample() } satisfies News);
  for (const leave of leaving.splice(0)) leave();
}

function questionOf({ queries, variables }: Wish, i: number): object {
  return { query: queries[i % queries.length], variables };
}

function openWebSocket(wish: Wish, i: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = new WebSocket(`${wish.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  const send = (message: object) => socket.send(JSON.stringify(message));
  socket.on('open', () => send({ type: 'connection_init', payload: { authorization: 'Bearer demo-admin' } }));
  socket.on('message', (data: Buffer) => {
    if (data.includes('"type":"next"')) return count(wish, data.length, () => data.toString());
    if (!data.includes('connection_ack')) return;
    send({ id: '1', type: 'subscribe', payload: questionOf(wish, i) });
    resolve();
  });
  socket.on('error', reject);
  leaving.push(() => socket.terminate());
  return promise;
}

function openEventStream(wish: Wish, i: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = {
    authorization: 'Bearer demo-admin',
    accept: 'text/event-stream',
    'content-type': 'application/json',
  };
  const asking = request(`${wish.url}/graphql/stream`, { method: 'POST', headers, agent: false });
  asking.on('error', reject).on('response', (response: IncomingMessage) => {
    leaving.push(() => response.destroy());
    response.on('error', () => {});
    const chunks: Buffer[] = [];
    let length = 0;
    response.on('data', (chunk: Buffer) => {
      if (length === 0 && !chunk.includes('event: next')) return;
      chunks.push(chunk);
      length += chunk.length;
      // The result is one line between two blank ones.
      if (chunk.at(-1) === 0x0a && chunk.at(-2) === 0x0a && length > 0) {
        const whole = length;
        length = -Infinity;
        count(wish, whole, () => Buffer.concat(chunks).toString());
      }
    });
    resolve();
  });
  asking.end(JSON.stringify(questionOf(wish, i)));
  return promise;
}
