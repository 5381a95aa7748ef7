import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { post } from '../support/clients.js';
import { openEventStream, type RawEventStream } from '../support/event-streams.js';
import { openAcknowledged, openRawSocket, type RawSocket } from '../support/sockets.js';
import { until } from '../support/until.js';

const WATCH = 'subscription { usageExecutionsFinished { id } }';
const QUERY = '{ viewer { operations } }';
const PER_IDENTITY = 4;
const PER_ADDRESS = 8;

let app: TestApp;
const open = new Set<RawSocket | RawEventStream>();
const keep = <T extends RawSocket | RawEventStream>(connection: T): T => {
  open.add(connection);
  return connection;
};

beforeAll(async () => {
  app = await startAppWithSimulator({
    env: {
      MAX_CONNECTIONS_PER_IDENTITY: String(PER_IDENTITY),
      MAX_CONNECTIONS_PER_ADDRESS: String(PER_ADDRESS),
      TRUST_PROXY: '1',
    },
  });
});
afterEach(async () => {
  await Promise.all([...open].map(close));
  open.clear();
});
afterAll(() => app?.stop());

async function close(connection: RawSocket | RawEventStream): Promise<unknown> {
  if (!('socket' in connection)) return connection.close();
  connection.socket.close();
  return connection.closed;
}

const socket = async (token?: string) => keep(await openAcknowledged(app.url, token));
const stream = async (token?: string, headers?: Record<string, string>) =>
  keep(await openEventStream(app.url, WATCH, token, headers));

describe('the connections of one caller', () => {
  it('are counted over WebSockets and event streams alike, and others do not notice', async () => {
    await Promise.all([socket(), socket(), stream(), stream()]);

    const oneMore = await stream();
    expect(oneMore.status).toBe(429);
    expect(Number(oneMore.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await oneMore.text()).toMatch(/RATE_LIMITED.*"retryable":true/);

    const refused = await openRawSocket(app.url);
    refused.send({ type: 'connection_init', payload: { authorization: 'Bearer demo-admin' } });
    // 1013: clients come back by themselves, after a while.
    expect(await refused.closed).toEqual({ code: 1013, reason: expect.stringContaining('4 connections') });

    expect((await stream('demo-other-org')).status).toBe(200);
    expect((await post(app.url, { query: QUERY })).status).toBe(200);
    const other = await socket('demo-viewer');
    other.send({ id: '1', type: 'subscribe', payload: { query: QUERY } });
    expect(await other.message()).toMatchObject({ type: 'next', payload: { data: { viewer: {} } } });
  });

  it('give their places back, however they end', async () => {
    for (let round = 0; round < 3; round += 1) {
      const streams = await Promise.all([stream(), stream()]);
      const sockets = await Promise.all([socket(), socket()]);
      expect(streams.map(({ status }) => status)).toEqual([200, 200]);
      await Promise.all([streams[0]?.close(), streams[1]?.close()]);
      sockets[0]?.socket.terminate();
      sockets[1]?.socket.close();
      await until('a free place', async () => {
        const probe = await stream();
        await probe.close();
        return probe.status === 200;
      });
    }
  });
});

describe('the connections from one address', () => {
  it('are counted before anybody is known, and other addresses do not notice', async () => {
    const silent = await Promise.all(Array.from({ length: PER_ADDRESS }, () => openRawSocket(app.url)));
    silent.forEach(keep);

    const refused = await upgrade({});
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBeDefined();
    expect(JSON.parse(refused.body)).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect((await stream()).status).toBe(429);

    expect((await stream('demo-admin', { 'x-forwarded-for': '192.0.2.7' })).status).toBe(200);
    expect((await post(app.url, { query: QUERY })).status).toBe(200);
  });

  it('are not those of the address that a client makes up where no proxy is trusted', async () => {
    const direct = await app.startNode({ TRUST_PROXY: 'off' });
    const statuses: number[] = [];
    for (let i = 0; i <= PER_ADDRESS; i += 1) {
      const token = i % 2 ? 'demo-admin' : 'demo-other-org';
      const opened = keep(
        await openEventStream(direct.url, WATCH, token, { 'x-forwarded-for': `192.0.2.${i}` }),
      );
      statuses.push(opened.status);
    }
    expect(statuses.slice(0, PER_ADDRESS)).toEqual(Array.from({ length: PER_ADDRESS }, () => 200));
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('the operations of one socket', () => {
  it('are bounded, and the socket stays open', async () => {
    // Sixteen for the identity: four for each of its connections.
    const [busy, other] = [await socket(), await socket('demo-other-org')];
    for (let id = 0; id <= 16; id += 1) {
      busy.send({ id: String(id), type: 'subscribe', payload: { query: WATCH } });
    }
    expect(await busy.message()).toMatchObject({
      type: 'error',
      id: '16',
      payload: [{ extensions: { code: 'RATE_LIMITED', retryable: true } }],
    });

    other.send({ id: '1', type: 'subscribe', payload: { query: QUERY } });
    expect(await other.message()).toMatchObject({ type: 'next' });

    busy.send({ id: '3', type: 'complete' });
    await until('a free place', async () => {
      busy.send({ id: 'again', type: 'subscribe', payload: { query: QUERY } });
      const answer = await busy.message();
      if (answer['type'] === 'next') await busy.message();
      return answer['type'] === 'next';
    });
  });
});

/** An upgrade that is refused. */
async function upgrade(headers: Record<string, string>) {
  const asking = request(`${app.url}/graphql`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16, 1).toString('base64'),
      ...headers,
    },
  });
  asking.end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, headers: response.headers, body };
}
