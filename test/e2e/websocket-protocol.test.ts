import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { openAcknowledged, openRawSocket, type RawSocket } from '../support/sockets.js';

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterAll(() => app?.stop());

const WATCH = { query: 'subscription { usageExecutionsFinished { id } }' };
const INIT = { type: 'connection_init', payload: { authorization: 'Bearer demo-admin' } };
const SUBSCRIBE = { id: '1', type: 'subscribe', payload: WATCH };

/** Of more bytes than characters. */
const LONG_ID = { ...SUBSCRIBE, id: 'é'.repeat(100) };

const VIOLATIONS: readonly (readonly [string, number, (raw: RawSocket) => void])[] = [
  ['a text that is no JSON', 4400, ({ socket }) => socket.send('hello')],
  ['a message without a type', 4400, (raw) => raw.send({ id: '1' })],
  ['a message of the other side', 4400, (raw) => raw.send({ type: 'connection_ack' })],
  ['an operation without an id', 4400, (raw) => raw.send({ type: 'subscribe', payload: WATCH })],
  ['an operation without a text', 4400, (raw) => raw.send({ id: '1', type: 'subscribe', payload: {} })],
  ['the same key twice', 4400, ({ socket }) => socket.send('{"type":"ping","type":"pong"}')],
  ['a second introduction', 4429, (raw) => raw.send(INIT)],
  ['an id that is in use', 4409, (raw) => [SUBSCRIBE, SUBSCRIBE].forEach((message) => raw.send(message))],
  ['a long id that is in use', 4409, (raw) => [LONG_ID, LONG_ID].forEach((message) => raw.send(message))],
];

describe('a WebSocket that breaks the protocol is closed with the code for it', () => {
  it.each(VIOLATIONS)('%s: %i', async (_name, code, violate) => {
    const [raw, other] = [await openAcknowledged(app.url), await openAcknowledged(app.url)];
    violate(raw);
    expect(await raw.closed).toMatchObject({ code });

    other.send({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } });
    expect(await other.message()).toMatchObject({ type: 'next' });
    other.socket.close();
    await other.closed;
  });

  it('an operation before the introduction: 4401', async () => {
    const raw = await openRawSocket(app.url);
    raw.send(SUBSCRIBE);
    expect(await raw.closed).toMatchObject({ code: 4401 });
  });

  it('no token, or a bad one: 4403', async () => {
    for (const payload of [undefined, { authorization: 'Bearer nobody' }, { authorization: 7 }]) {
      const raw = await openRawSocket(app.url);
      raw.send({ type: 'connection_init', payload });
      expect(await raw.closed).toMatchObject({ code: 4403 });
    }
  });

  it('another subprotocol: 4406', async () => {
    const raw = await openRawSocket(app.url, { protocols: [] });
    expect(await raw.closed).toMatchObject({ code: 4406 });
  });

  it('no introduction: 4408', async () => {
    const raw = await openRawSocket(app.url);
    expect(await raw.closed).toMatchObject({ code: 4408 });
  });
});
