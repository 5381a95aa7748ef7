import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, post } from '../support/clients.js';
import { openAcknowledged, openRawSocket } from '../support/sockets.js';
import { finishedId } from '../support/starts.js';
import { THREE_DOORS } from '../support/three-doors.js';

const QUERY = '{ viewer { operations } }';
const PER_MINUTE = 10;
const ATTEMPTS = 300;

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterEach(closeClients);
afterAll(() => app?.stop());

/** Each test has a node, and with it a minute, of its own. */
const limitedNode = (env: Record<string, string> = {}) =>
  app.startNode({ RATE_LIMIT_PER_MINUTE: String(PER_MINUTE), ...env });

const codesOf = ({ errors = [] }: { errors?: readonly { extensions?: Record<string, unknown> }[] }) =>
  errors.map(({ extensions }) => extensions?.['code']);

describe.each(THREE_DOORS)('operations in a minute: $name', (door) => {
  it('are bounded for each caller, and the others do not notice', async () => {
    const { url } = await limitedNode();
    const flood = await Promise.all(
      Array.from({ length: PER_MINUTE + 5 }, () => door.ask(url, { query: QUERY })),
    );

    const refused = flood.filter((seen) => codesOf(seen).includes('RATE_LIMITED'));
    expect(refused).toHaveLength(5);
    expect(flood.filter(({ errors }) => !errors)).toHaveLength(PER_MINUTE);
    expect(refused[0]?.errors).toMatchObject([
      { extensions: { retryable: true, retryAfterSeconds: expect.any(Number) } },
    ]);
    if (door.name !== 'WebSocket') expect(refused[0]?.status).toBe(429);
    expect((await door.ask(url, { query: QUERY }, 'demo-other-org')).errors).toBeUndefined();
  });
});

describe('operations in a minute', () => {
  it('are counted together, whatever the door', async () => {
    const { url } = await limitedNode();
    const seen = [];
    for (let i = 0; i < PER_MINUTE + 3; i += 1) {
      seen.push(await THREE_DOORS[i % 3]?.ask(url, { query: QUERY }));
    }
    expect(seen.slice(0, PER_MINUTE).flatMap((one) => codesOf(one ?? {}))).toEqual([]);
    expect(seen.slice(PER_MINUTE).flatMap((one) => codesOf(one ?? {}))).toEqual(
      Array.from({ length: 3 }, () => 'RATE_LIMITED'),
    );
  });

  it('beyond the limit are answered with when to come back, exports too', async () => {
    const id = await finishedId(app.url);
    const { url } = await limitedNode();
    for (let i = 0; i < PER_MINUTE; i += 1) await post(url, { query: QUERY });

    const refused = await post(url, { query: QUERY });
    const headers = { authorization: 'Bearer demo-admin' };
    const download = await fetch(`${url}/executions/${id}/rows.csv`, { headers });

    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(download.status).toBe(429);
    expect(download.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await download.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
  });

  it('that a caller is refused do not count for its address', async () => {
    const { url } = await limitedNode({ RATE_LIMIT_PER_MINUTE: '1', TRUST_PROXY: '127.0.0.1' });
    const ask = async (token: string, address: string) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'x-forwarded-for': address,
        },
        body: JSON.stringify({ query: QUERY }),
      });
      await response.body?.cancel();
      return response.status;
    };
    // One for each of three callers; what a caller is refused does not count for the address.
    for (const token of ['demo-admin', 'demo-viewer', 'demo-none']) {
      expect(await ask(token, '192.0.2.1')).toBe(200);
      expect(await ask(token, '192.0.2.1')).toBe(429);
    }
    expect(await ask('demo-other-org', '192.0.2.2')).toBe(200);
  });

  it('are not bounded by 0', async () => {
    const { url } = await limitedNode({ RATE_LIMIT_PER_MINUTE: '0' });
    const all = await Promise.all(Array.from({ length: 50 }, () => post(url, { query: QUERY })));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('messages in a minute', () => {
  it('are bounded before a socket has a caller', async () => {
    const { url } = await limitedNode();
    const raw = await openRawSocket(url);
    for (let i = 0; i <= PER_MINUTE * 3 * 5; i += 1) raw.send({ type: 'ping' });
    expect(await raw.closed).toMatchObject({ code: 4429 });
  });

  it('are bounded for each caller, over all sockets, and the others do not notice', async () => {
    const { url } = await limitedNode();
    const [flooding, second, other] = [
      await openAcknowledged(url),
      await openAcknowledged(url),
      await openAcknowledged(url, 'demo-other-org'),
    ];
    for (let i = 0; i <= PER_MINUTE * 3; i += 1) flooding.send({ type: 'ping' });
    expect(await flooding.closed).toEqual({ code: 4429, reason: expect.stringContaining('messages') });
    second.send({ type: 'ping' });
    expect(await second.closed).toMatchObject({ code: 4429 });

    other.send({ id: '1', type: 'subscribe', payload: { query: QUERY } });
    expect(await other.message()).toMatchObject({ type: 'next' });
    other.socket.close();
    await other.closed;
  });
});

describe('guessing tokens', () => {
  it('is slowed for the address, asks upstream no more, and who was known there does not notice', async () => {
    const { url } = await app.startNode({ RATE_LIMIT_PER_MINUTE: '100000' });
    expect((await post(url, { query: QUERY })).status).toBe(200);
    const before = lookUps();

    const statuses: number[] = [];
    for (let i = 0; i < ATTEMPTS + 40; i += 20) {
      const some = Array.from({ length: 20 }, (_, k) => post(url, { query: QUERY }, `guess-${i + k}`));
      statuses.push(...(await Promise.all(some)).map(({ status }) => status));
    }

    expect(statuses.filter((status) => status === 401)).toHaveLength(ATTEMPTS);
    expect(statuses.slice(ATTEMPTS)).toEqual(Array.from({ length: 40 }, () => 429));
    expect(lookUps() - before).toBe(ATTEMPTS);
    expect((await post(url, { query: QUERY })).status).toBe(200);
    const socket = await openRawSocket(url);
    socket.send({ type: 'connection_init', payload: { authorization: 'Bearer one-more-guess' } });
    expect(await socket.closed).toMatchObject({ code: 1013 });
  });

  it('is not what many requests with one new good token do', async () => {
    const { url } = await app.startNode();
    const all = await Promise.all(Array.from({ length: ATTEMPTS + 50 }, () => post(url, { query: QUERY })));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

function lookUps(): number {
  return app.simulator.requests.filter(({ path }) => path.endsWith('/tokens/me')).length;
}
