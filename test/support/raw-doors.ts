/** A request body, byte by byte as the test wrote it, through each of the three doors. */
import { authorization, type Token } from './clients.js';
import { openAcknowledged } from './sockets.js';

/** What was answered: an HTTP status, or a WebSocket's message or close code. */
export interface RawAnswer {
  readonly status: number | null;
  readonly closeCode: number | null;
  /** The errors or the data, as text. */
  readonly text: string;
}

export interface RawDoor {
  readonly name: string;
  send(url: string, body: string, token?: Token): Promise<RawAnswer>;
}

const overHttp = (name: string, path: string, accept: string): RawDoor => ({
  name,
  async send(url, body, token = 'demo-admin') {
    const headers = { ...authorization(token), 'content-type': 'application/json', accept };
    const response = await fetch(url + path, { method: 'POST', headers, body });
    return { status: response.status, closeCode: null, text: await response.text() };
  },
});

export const RAW_DOORS: readonly RawDoor[] = [
  overHttp('HTTP', '/graphql', 'application/json'),
  overHttp('server-sent events', '/graphql/stream', 'text/event-stream'),
  {
    name: 'WebSocket',
    async send(url, body, token = 'demo-admin') {
      const raw = await openAcknowledged(url, token ?? '');
      raw.socket.send(`{"id":"1","type":"subscribe","payload":${body}}`);
      const answer = await Promise.race([raw.message(), raw.closed]);
      raw.socket.terminate();
      const closeCode = 'code' in answer ? Number(answer['code']) : null;
      return { status: null, closeCode, text: JSON.stringify(answer) };
    },
  },
];
