import { once } from 'node:events';
import { request } from 'node:http';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { WebSocket } from 'ws';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization } from '../support/clients.js';
import { openAcknowledged, openRawSocket, webSocketUrl } from '../support/sockets.js';

const QUERY = '{ viewer { operations } }';
const MUTATION = 'mutation { cancelUsageExecution(input: {id: "x"}) { userErrors { code } } }';
const headers = { ...authorization('demo-admin'), 'content-type': 'application/json' };
const STREAM = { ...headers, accept: 'text/event-stream' };

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator({ env: { ALLOWED_ORIGINS: 'https://friend.example' } });
});
afterAll(() => app?.stop());

const getUrl = (path: string, query: string) => `${app.url}${path}?query=${encodeURIComponent(query)}`;

describe('GraphQL over GET', () => {
  it('answers a query that bears a header which no simple form can send', async () => {
    const response = await fetch(getUrl('/graphql', QUERY), {
      headers: { ...authorization('demo-admin'), 'apollo-require-preflight': '1' },
    });
    expect(response.status).toBe(200);
  });

  it('is refused without such a header', async () => {
    const response = await fetch(getUrl('/graphql', QUERY), { headers: authorization('demo-admin') });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/CSRF/);
  });

  it.each([
    ['/graphql', { ...headers, 'apollo-require-preflight': '1' }],
    ['/graphql/stream', STREAM],
  ])('%s refuses a mutation', async (path, sent) => {
    const response = await fetch(getUrl(path, MUTATION), { headers: sent });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('answers a query as an event stream', async () => {
    const response = await fetch(getUrl('/graphql/stream', QUERY), { headers: STREAM });
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/event: next\ndata: \{"data":\{"viewer"/);
  });
});

describe('a body', () => {
  it.each([
    ['/graphql', headers],
    ['/graphql/stream', STREAM],
  ])('of more than 256 kB is refused by %s', async (path, sent) => {
    const body = JSON.stringify({ query: `${QUERY} # ${'x'.repeat(300_000)}` });
    expect((await fetch(app.url + path, { method: 'POST', headers: sent, body })).status).toBe(413);
  });

  it.each([
    ['/graphql', headers],
    ['/graphql/stream', STREAM],
  ])('that is no JSON is refused by %s', async (path, sent) => {
    const response = await fetch(app.url + path, { method: 'POST', headers: sent, body: '{"query":' });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toMatch(/node_modules|\.js/);
  });

  it.each([
    ['no object', '[]'],
    ['no query', '{}'],
    ['a query that is no text', '{"query": 7}'],
    ['variables that are no object', `{"query": "${QUERY}", "variables": "x"}`],
  ])('with %s is refused alike', async (_name, body) => {
    const [plain, stream] = await Promise.all([
      fetch(`${app.url}/graphql`, { method: 'POST', headers, body }),
      fetch(`${app.url}/graphql/stream`, { method: 'POST', headers: STREAM, body }),
    ]);
    expect([plain.status, stream.status]).toEqual([400, 400]);
  });

  it('that is a form is refused, as other sites can send those', async () => {
    const form = { ...authorization('demo-admin'), 'content-type': 'text/plain' };
    const body = JSON.stringify({ query: QUERY });
    const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers: form, body });
    expect(response.status).toBeGreaterThanOrEqual(400);
  });
});

describe('a subscription over plain HTTP', () => {
  it('is refused with a hint where it can be made', async () => {
    const query = 'subscription { usageExecutionsFinished { id } }';
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringMatching(/WebSocket|\/graphql\/stream/) }],
    });
  });
});

describe('an event stream', () => {
  it('is given to those alone who ask for one', async () => {
    const body = JSON.stringify({ query: QUERY });
    const response = await fetch(`${app.url}/graphql/stream`, { method: 'POST', headers, body });
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringMatching(/text\/event-stream/) }],
    });
  });

  it('may stand among other types that are accepted', async () => {
    const accept = 'application/json;q=0.5, text/event-stream';
    const body = JSON.stringify({ query: QUERY });
    const response = await fetch(`${app.url}/graphql/stream`, {
      method: 'POST',
      headers: { ...headers, accept },
      body,
    });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    await response.text();
  });
});

describe('a WebSocket', () => {
  it('is closed with 1009 by a message of more than 64 kB', async () => {
    const raw = await openAcknowledged(app.url);
    raw.send({ id: '1', type: 'subscribe', payload: { query: `${QUERY} # ${'x'.repeat(65_536)}` } });
    expect(await raw.closed).toMatchObject({ code: 1009 });
  });

  it('can not make the server print by breaking the protocol', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => {});
    const raw = await openAcknowledged(app.url);
    raw.socket.send('x'.repeat(65_537));
    await raw.closed;

    expect(printed.mock.calls).toEqual([]);
    printed.mockRestore();
  });

  it('is closed by a message that is none of the protocol', async () => {
    const raw = await openAcknowledged(app.url);
    raw.send({ type: 'hello' });
    expect(await raw.closed).toMatchObject({ code: 4400 });
  });

  it('is closed by a second operation under an id that is in use', async () => {
    const raw = await openAcknowledged(app.url);
    const query = 'subscription { usageExecutionsFinished { id } }';
    for (let twice = 0; twice < 2; twice += 1) raw.send({ id: '1', type: 'subscribe', payload: { query } });
    expect(await raw.closed).toMatchObject({ code: 4409 });
  });

  it('of another protocol is not spoken with', async () => {
    await expect(openRawSocket(app.url, { protocols: ['soap'] })).rejects.toThrow();
    // Of the old one there are clients, and they are told what to change.
    const old = await openRawSocket(app.url, { protocols: ['graphql-ws'] });
    expect(await old.closed).toMatchObject({
      code: 4406,
      reason: expect.stringMatching(/graphql-transport-ws/),
    });
  });

  it('picks its protocol among several', async () => {
    const raw = await openRawSocket(app.url, { protocols: ['soap', 'graphql-transport-ws'] });
    expect(raw.socket.protocol).toBe('graphql-transport-ws');
    raw.socket.close();
    await raw.closed;
  });

  it.each([
    ['another origin', 'https://elsewhere.example'],
    ['an opaque origin', 'null'],
    ['our own name in another one', 'https://127.0.0.1.elsewhere.example'],
  ])('is refused to a page of %s', async (_name, origin) => {
    expect(await upgradeStatus('/graphql', origin)).toBe(403);
  });

  it('is open to a page of ours and of those that are listed', async () => {
    for (const origin of [app.url, 'https://friend.example']) {
      const raw = await openRawSocket(app.url, { headers: { origin } });
      raw.socket.close();
      await raw.closed;
    }
  });

  it('is nowhere but at its path', async () => {
    expect(await upgradeStatus('/elsewhere', app.url)).toBe(404);
  });

  it('that is broken off in the middle leaves the server well', async () => {
    const socket = new WebSocket(webSocketUrl(app.url), ['graphql-transport-ws']);
    await once(socket, 'open');
    socket.terminate();
    expect((await fetch(`${app.url}/health/live`)).status).toBe(200);
  });
});

describe('every answer', () => {
  it.each(['/graphql', '/health/live', '/nowhere'])(
    '%s bears a request id and security headers',
    async (path) => {
      const response = await fetch(app.url + path);
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      await response.text();
    },
  );
});

/** HTTP status with which an upgrade is refused. */
async function upgradeStatus(path: string, origin: string): Promise<number | undefined> {
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const key = Buffer.alloc(16, 1).toString('base64');
  const asking = request(app.url + path, { headers: { ...upgrade, 'sec-websocket-key': key, origin } });
  asking.end();
  const [response] = (await once(asking, 'response')) as [{ statusCode?: number }];
  return response.statusCode;
}
