/** Subscribers that cost their own process next to nothing, and that can stop reading. */
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';

import { openAcknowledged } from '../../support/sockets.js';

export interface LightSubscriber {
  /** Takes nothing more from the network; what the server sends fills the buffers on the way. */
  pause(): void;
  resume(): void;
  leave(): void;
}

export interface LightSubscription {
  readonly url: string;
  readonly token: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Each result as text. */
  readonly onResult: (text: string) => void;
  /** It has ended, in whatever way. */
  readonly onEnd?: () => void;
}

export type LightDoor = (subscription: LightSubscription) => Promise<LightSubscriber>;

const overWebSocket: LightDoor = async ({ url, token, query, variables, onResult, onEnd }) => {
  const raw = await openAcknowledged(url, token);
  const { socket } = raw;
  socket.removeAllListeners('message').on('message', (data: Buffer) => {
    const text = data.toString();
    if (text.includes('"type":"next"')) onResult(text);
  });
  socket.once('close', () => onEnd?.());
  raw.send({ id: '1', type: 'subscribe', payload: { query, variables } });
  return {
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    leave: () => socket.terminate(),
  };
};

const overEventStream: LightDoor = async ({ url, token, query, variables, onResult, onEnd }) => {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'text/event-stream',
    'content-type': 'application/json',
  };
  const asking = request(`${url}/graphql/stream`, { method: 'POST', headers, agent: false });
  asking.end(JSON.stringify({ query, variables }));
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  let rest = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) if (block.startsWith('event: next')) onResult(block);
  });
  response.on('error', () => {}).once('close', () => onEnd?.());
  return {
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    leave: () => response.destroy(),
  };
};

export const LIGHT_DOORS: readonly { readonly name: string; readonly subscribe: LightDoor }[] = [
  { name: 'WebSocket', subscribe: overWebSocket },
  { name: 'server-sent events', subscribe: overEventStream },
];
