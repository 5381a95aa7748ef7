import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, post, serverSentEventsDoor, type Token, webSocketDoor } from '../support/clients.js';
import { openRawSocket } from '../support/sockets.js';
import { THREE_DOORS } from '../support/three-doors.js';

const VIEWER = { query: '{ viewer { organization { id } } }' };

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterEach(async () => {
  app.simulator.faults.clear();
  await closeClients();
});
afterAll(() => app?.stop());

const unauthenticated = {
  errors: [
    { extensions: { code: 'UNAUTHENTICATED', retryable: false }, message: expect.stringMatching(/token/) },
  ],
};

describe.each<[string, Token]>([
  ['no token', null],
  ['an unknown token', 'nobody'],
  ['a token that is none', 'a b'],
  ['an endless token', 'x'.repeat(10_000)],
])('%s', (_name, token) => {
  it('is answered over HTTP with 401', async () => {
    expect(await post(app.url, VIEWER, token)).toMatchObject({ status: 401, ...unauthenticated });
  });

  it('is answered to an event stream with 401', async () => {
    const { ended } = serverSentEventsDoor.send(app.url, VIEWER, token);
    expect(await ended).toMatchObject({ kind: 'refused', status: 401, body: unauthenticated });
  });

  it('closes the WebSocket with 4403', async () => {
    const { ended } = webSocketDoor.send(app.url, VIEWER, token);
    expect(await ended).toMatchObject({ kind: 'closed', code: 4403, reason: expect.stringMatching(/token/) });
  });
});

describe('a WebSocket', () => {
  it('takes the token of the upgrade when the first message bears none', async () => {
    const raw = await openRawSocket(app.url, { headers: { authorization: 'Bearer demo-admin' } });
    raw.send({ type: 'connection_init' });
    expect(await raw.message()).toMatchObject({ type: 'connection_ack' });
    raw.socket.close();
    await raw.closed;
  });

  it('that subscribes before it has said who it is is closed', async () => {
    const raw = await openRawSocket(app.url);
    raw.send({ id: '1', type: 'subscribe', payload: VIEWER });
    expect(await raw.closed).toMatchObject({ code: 4401 });
  });
});

describe('an expired token', () => {
  it('is refused as a bad one', async () => {
    const token = app.simulator.tokens.issue();
    app.simulator.tokens.revoke(token);
    expect(await post(app.url, VIEWER, token)).toMatchObject({ status: 401, ...unauthenticated });
  });
});

describe('when upstream can not be asked about a token', () => {
  const unavailable = { errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true } }] };
  /** One that nobody has brought before. */
  const newToken = () => app.simulator.tokens.issue();

  it.each([
    ['answers 503', { kind: 'status', status: 503 }],
    ['answers with a page', { kind: 'html' }],
    ['answers with something else', { kind: 'huge-body', bytes: 100 }],
    ['answers nothing', { kind: 'empty-body' }],
    ['breaks the connection', { kind: 'reset', when: 'before' }],
    ['throttles', { kind: 'status', status: 429, retryAfter: '60' }],
  ] as const)('and %s, the caller may try again', async (_name, fault) => {
    app.simulator.faults.inject(fault, { stage: 'directory' });
    expect(await post(app.url, VIEWER, newToken())).toMatchObject({ status: 503, ...unavailable });
  });

  it('an event stream is answered alike', async () => {
    app.simulator.faults.inject({ kind: 'status', status: 503 }, { stage: 'directory' });
    const { ended } = serverSentEventsDoor.send(app.url, VIEWER, newToken());
    expect(await ended).toMatchObject({ kind: 'refused', status: 503, body: unavailable });
  });

  it('a WebSocket is closed as one that may come again', async () => {
    app.simulator.faults.inject({ kind: 'status', status: 503 }, { stage: 'directory' });
    const { ended } = webSocketDoor.send(app.url, VIEWER, newToken());
    expect(await ended).toMatchObject({
      kind: 'closed',
      code: 1013,
      reason: expect.stringMatching(/try again/),
    });
  });

  it('the same token works as soon as upstream is back', async () => {
    const token = newToken();
    const down = app.simulator.faults.inject({ kind: 'status', status: 503 }, { stage: 'directory' });
    await post(app.url, VIEWER, token);
    down.remove();

    for (const door of THREE_DOORS) expect((await door.ask(app.url, VIEWER, token)).errors).toBeUndefined();
  });
});
