import { describe, expect, it } from '@jest/globals';
import type { UpstreamError } from '../../src/domain/upstream-error.js';
import { createServiceTokenSource } from '../../src/upstream/service-token.js';
import {
  type Script,
  type ScriptedServer,
  sendJson,
  withScriptedServer,
} from '../support/scripted-server.js';
import { until } from '../support/until.js';

const HOUR_MS = 3_600_000;

/** Gives `t1`, `t2`, … with the given life in seconds. */
function login(expiresIn: unknown = 3600): Script {
  let count = 0;
  return (_request, response) => {
    count++;
    sendJson(response, 200, { access_token: `t${count}`, token_type: 'bearer', expires_in: expiresIn });
  };
}

function withSource<T>(
  script: Script,
  use: (context: ReturnType<typeof sourceAt>) => Promise<T>,
): Promise<T> {
  return withScriptedServer(script, (server) => use(sourceAt(server)));
}

function sourceAt(server: ScriptedServer) {
  const clock = { now: 1_000_000 };
  const options = { baseUrl: server.url, clientId: 'id:1', clientSecret: 'p+w', now: () => clock.now };
  return { source: createServiceTokenSource(options), clock, received: server.received };
}

describe('the service token', () => {
  it('is fetched with the client credentials, as a form', async () => {
    await withSource(login(), async ({ source, received }) => {
      expect(await source.token()).toBe('t1');
      const [request] = received;
      expect([request?.method, request?.path]).toEqual(['POST', '/oauth/token']);
      expect(request?.body).toBe('grant_type=client_credentials');
      expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
      const basic = `Basic ${Buffer.from('id:1:p+w').toString('base64')}`;
      expect(request?.headers.authorization).toBe(basic);
    });
  });

  it('is fetched once by fifty who need it at the same time', async () => {
    await withSource(login(), async ({ source, received }) => {
      const tokens = await Promise.all(Array.from({ length: 50 }, () => source.token()));
      expect(new Set(tokens)).toEqual(new Set(['t1']));
      expect(received).toHaveLength(1);
    });
  });

  it('is renewed in the background within the last minute, while the old one serves', async () => {
    await withSource(login(), async ({ source, clock, received }) => {
      await source.token();
      clock.now += HOUR_MS - 60_001;
      expect(await source.token()).toBe('t1');
      expect(received).toHaveLength(1);
      clock.now += 1;
      expect(await source.token()).toBe('t1');
      await until('the renewed token', async () => (await source.token()) === 't2');
      expect(received).toHaveLength(2);
    });
  });

  it('of a short life is renewed within its last tenth', async () => {
    await withSource(login(300), async ({ source, clock, received }) => {
      await source.token();
      clock.now += 269_999;
      await source.token();
      expect(received).toHaveLength(1);
      clock.now += 1;
      await source.token();
      await until('the second login', () => received.length === 2);
    });
  });

  it('is waited for once the old one has ended', async () => {
    await withSource(login(), async ({ source, clock }) => {
      await source.token();
      clock.now += HOUR_MS;
      expect(await source.token()).toBe('t2');
    });
  });

  it('serves on when its renewal fails, which is tried again a second later', async () => {
    let isDown = false;
    const up = login();
    const script: Script = (request, response) =>
      isDown ? sendJson(response, 503, {}) : up(request, response);
    await withSource(script, async ({ source, clock, received }) => {
      await source.token();
      isDown = true;
      clock.now += HOUR_MS - 60_000;
      expect(await source.token()).toBe('t1');
      await until('the second login', () => received.length === 2);
      clock.now += 999;
      isDown = false;
      await until('the renewed token', async () => (await source.token()) === 't1' && received.length === 2);
      clock.now += 1;
      await until('the renewed token', async () => (await source.token()) === 't2');
    });
  });

  it('is replaced after it was refused, but not because an older one was', async () => {
    await withSource(login(), async ({ source }) => {
      expect(await source.token()).toBe('t1');
      source.invalidate('t0');
      expect(await source.token()).toBe('t1');
      source.invalidate('t1');
      expect(await source.token()).toBe('t2');
      source.invalidate('t1');
      expect(await source.token()).toBe('t2');
    });
  });

  it.each([400, 401, 403, 404])('is UNAUTHENTICATED when the login answers %i', async (status) => {
    const body = { error: 'invalid_client', message: 'client id:1 with p+w' };
    await withSource(
      (_request, response) => sendJson(response, status, body),
      async ({ source }) => {
        const message = "Upstream does not accept the service's client credentials.";
        await expect(source.token()).rejects.toMatchObject({ kind: 'UNAUTHENTICATED', status, message });
      },
    );
  });

  it('is UNAVAILABLE when the login is, which is left alone for as long as it asks', async () => {
    let count = 0;
    const up = login();
    const script: Script = (request, response) =>
      ++count === 1 ? sendJson(response, 503, {}, { 'retry-after': '2' }) : up(request, response);
    await withSource(script, async ({ source, clock, received }) => {
      await expect(source.token()).rejects.toMatchObject({ kind: 'UNAVAILABLE', retryAfterMs: 2000 });
      clock.now += 1_500;
      await expect(source.token()).rejects.toMatchObject({ kind: 'UNAVAILABLE', retryAfterMs: 500 });
      expect(received).toHaveLength(1);
      clock.now += 500;
      expect(await source.token()).toBe('t1');
    });
  });

  it.each([401, 503])('is asked for ever more rarely while the login answers %i', async (status) => {
    await withSource(
      (_request, response) => sendJson(response, status, {}),
      async ({ source, clock, received }) => {
        const pauses: number[] = [];
        for (let i = 0; i < 9; i += 1) {
          const refusal = await source.token().then(String, (error: UpstreamError) => error);
          const { retryAfterMs } = refusal as UpstreamError;
          const again = await Promise.allSettled(Array.from({ length: 50 }, () => source.token()));
          expect(again.every(({ status: settled }) => settled === 'rejected')).toBe(true);
          expect(received).toHaveLength(i + 1);
          pauses.push(retryAfterMs ?? 0);
          clock.now += retryAfterMs ?? 0;
        }
        expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
      },
    );
  });

  it('is not renewed in a hot loop when every new one is refused at once', async () => {
    await withSource(login(), async ({ source, clock, received }) => {
      source.invalidate(await source.token());
      source.invalidate(await source.token());
      await expect(source.token()).rejects.toMatchObject({ kind: 'UNAUTHENTICATED', retryAfterMs: 1_000 });
      clock.now += 1_000;
      source.invalidate(await source.token());
      await expect(source.token()).rejects.toMatchObject({ retryAfterMs: 2_000 });
      clock.now += 2_000;
      expect(await source.token()).toBe('t4');
      expect(received).toHaveLength(4);
      clock.now += 60_000;
      source.invalidate('t4');
      expect(await source.token()).toBe('t5');
      source.invalidate('t5');
      expect(await source.token()).toBe('t6');
    });
  });

  it.each([0, -1, 'soon', null, undefined])('is UNAVAILABLE when its life is %j', async (expiresIn) => {
    const body = { access_token: 't', expires_in: expiresIn };
    await withSource(
      (_request, response) => sendJson(response, 200, body),
      async ({ source }) => {
        await expect(source.token()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
      },
    );
  });
});
