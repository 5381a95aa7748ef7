import { describe, expect, it } from '@jest/globals';
import { DEMO_ORGANIZATION, OTHER_ORGANIZATION } from '../../src/simulator/simulator.js';
import type {
  EntityListing,
  OAuthClientModel,
  TokenInfo,
  UserMe,
  UserModel,
} from '../../src/simulator/wire.js';
import {
  CLIENT_JOB,
  CLIENT_QUERY,
  HEAVY_CLIENT,
  JOB,
  QUERY,
  read,
  SEARCH,
  SUMMARY,
  WEEK,
  withSimulator,
} from './support.js';

const BODY = { interval: WEEK };

describe('tokens', () => {
  it.each([
    [null, 'authentication.required'],
    ['nobody', 'bad.credentials'],
  ])('of %s get 401 with an error body and a correlation id', (token, code) =>
    withSimulator(async ({ call }) => {
      const response = await call(QUERY, { method: 'POST', token });
      expect(response.status).toBe(401);
      const body = await read(response);
      expect(body).toMatchObject({ status: 401, code, details: [], errors: [] });
      expect(response.headers.get('inin-correlation-id')).toBe(body.contextId);
    }),
  );

  it('bear a correlation id on success too, another each time', () =>
    withSimulator(async ({ call }) => {
      const ids = await Promise.all(
        [1, 2].map(async () => (await call('/api/v2/tokens/me')).headers.get('ININ-Correlation-Id')),
      );
      expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
      expect(ids[0]).not.toBe(ids[1]);
    }));

  it('tell whose they are', () =>
    withSimulator(async ({ call }) => {
      const info = await read<TokenInfo>(await call('/api/v2/tokens/me', { token: 'demo-none' }));
      expect(info.organization).toEqual({ id: DEMO_ORGANIZATION.id, name: DEMO_ORGANIZATION.name });
      expect(info.OAuthClient.organization.id).toBe(DEMO_ORGANIZATION.id);
      const other = await read<TokenInfo>(await call('/api/v2/tokens/me', { token: 'demo-other-org' }));
      expect(other.organization.id).toBe(OTHER_ORGANIZATION.id);
    }));

  it('can be checked with HEAD', () =>
    withSimulator(async ({ call }) => {
      const head = (token: string): Promise<Response> => call('/api/v2/tokens/me', { method: 'HEAD', token });
      expect([(await head('demo-viewer')).status, (await head('nobody')).status]).toEqual([200, 401]);
    }));

  it('stop working when they are revoked', () =>
    withSimulator(async ({ call, tokens }) => {
      tokens.revoke('demo-admin');
      expect((await call('/api/v2/tokens/me')).status).toBe(401);
      tokens.restore('demo-admin');
      expect((await call('/api/v2/tokens/me')).status).toBe(200);
    }));

  it('of a user tell their permissions only when asked to expand them', () =>
    withSimulator(async ({ call }) => {
      const me = async (query: string): Promise<UserMe> =>
        read(await call(`/api/v2/users/me${query}`, { token: 'demo-viewer' }));
      expect((await me('?expand=authorization')).authorization).toEqual({
        permissions: ['usage:client:view'],
      });
      expect(await me('')).not.toHaveProperty('authorization');
    }));

  it('of the client credentials grant have no user', () =>
    withSimulator(async ({ call, tokens }) => {
      const response = await call('/api/v2/users/me?expand=authorization', {
        token: tokens.issue({ kind: 'client' }),
      });
      expect(response.status).toBe(400);
    }));

  it('of the client credentials grant may start queries and read results', () =>
    withSimulator(async ({ start, call, tokens }) => {
      const token = tokens.issue({ kind: 'client' });
      expect((await call(await start(QUERY, BODY, token), { token })).status).toBe(200);
    }));
});

describe('POST /oauth/token', () => {
  const SECRETS = { clientSecrets: { 'service-client': 'a:secret' }, tokenLifetimeSeconds: 300 };
  const login = (
    url: string,
    credentials: string,
    form = 'grant_type=client_credentials',
  ): Promise<Response> =>
    fetch(`${url}/oauth/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form,
    });

  it('gives a token that lives as long as it says', () =>
    withSimulator(async ({ url, call, clock }) => {
      const granted = await read<Record<string, unknown>>(await login(url, 'service-client:a:secret'));
      expect(granted).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 300 });
      const token = String(granted['access_token']);
      expect(await read<object>(await call('/api/v2/tokens/me', { token }))).toMatchObject({
        OAuthClient: { id: 'service-client' },
      });
      clock.now += 300_000;
      expect((await call('/api/v2/tokens/me', { token })).status).toBe(401);
    }, SECRETS));

  it.each(['service-client:wrong', 'unknown:a:secret', 'constructor:x', 'no colon'])(
    'refuses %s',
    (credentials) =>
      withSimulator(async ({ url }) => {
        expect((await login(url, credentials)).status).toBe(401);
      }, SECRETS),
  );

  it('knows no other grant', () =>
    withSimulator(async ({ url }) => {
      expect((await login(url, 'service-client:a:secret', 'grant_type=password')).status).toBe(400);
    }, SECRETS));
});

describe('permissions', () => {
  it.each([
    [QUERY, 403],
    [SEARCH, 403],
    [JOB, 403],
    [CLIENT_QUERY, 202],
    [CLIENT_JOB, 202],
  ])('of demo-viewer give %s a %i', (path, status) =>
    withSimulator(async ({ post }) => {
      expect((await post(path, BODY, 'demo-viewer')).status).toBe(status);
    }),
  );

  it.each([QUERY, SEARCH, JOB, CLIENT_QUERY, CLIENT_JOB])('are missing for demo-none at %s', (path) =>
    withSimulator(async ({ post }) => {
      const response = await post(path, BODY, 'demo-none');
      expect(response.status).toBe(403);
      expect(await read(response)).toMatchObject({ code: 'missing.any.permissions', status: 403 });
    }),
  );

  it('are needed for results as well', () =>
    withSimulator(async ({ start, call }) => {
      for (const path of [
        await start(QUERY, BODY),
        await start(JOB, BODY),
        await start(SUMMARY, undefined),
      ]) {
        expect((await call(path, { token: 'demo-none' })).status).toBe(403);
      }
    }));

  it.each([
    ['usage:*', 202],
    ['usage:organization:*', 202],
    ['*', 202],
    ['usage:client:*', 403],
    ['usage', 403],
  ])('granted as %s give an organization job a %i', (permission, status) =>
    withSimulator(async ({ post, tokens }) => {
      expect((await post(JOB, BODY, tokens.issue({ permissions: [permission] }))).status).toBe(status);
    }),
  );

  it('of another organization make a job unknown', () =>
    withSimulator(async ({ start, call }) => {
      for (const path of [QUERY, SEARCH, JOB]) {
        const results = await start(path, BODY);
        const [foreign, unknown] = [
          await call(results, { token: 'demo-other-org' }),
          await call(results.replace(/[0-9a-f]{8}-/, '00000000-')),
        ];
        expect([foreign.status, unknown.status]).toEqual([404, 404]);
        expect((await read(foreign)).message).toBe((await read(unknown)).message);
      }
    }));

  it("do not reach another organization's OAuth client", () =>
    withSimulator(async ({ post, call }) => {
      expect((await post(CLIENT_QUERY, BODY, 'demo-other-org')).status).toBe(404);
      const path = `/api/v2/oauth/clients/${HEAVY_CLIENT}`;
      expect((await call(path, { token: 'demo-other-org' })).status).toBe(404);
    }));
});

describe('the directory', () => {
  it('lists a dozen OAuth clients, each with a secret that is obviously fake', () =>
    withSimulator(async ({ call }) => {
      const { entities, total } = await read<EntityListing<OAuthClientModel>>(
        await call('/api/v2/oauth/clients'),
      );
      expect([entities.length, total]).toEqual([12, 12]);
      expect(entities.every(({ secret }) => secret.startsWith('FAKE-SECRET'))).toBe(true);
      const one = await read<OAuthClientModel>(await call(`/api/v2/oauth/clients/${HEAVY_CLIENT}`));
      expect(one).toEqual(entities[0]);
    }));

  it('shows OAuth clients only with oauth:client:view', () =>
    withSimulator(async ({ call }) => {
      expect((await call('/api/v2/oauth/clients', { token: 'demo-viewer' })).status).toBe(403);
    }));

  it('reads users by id and leaves unknown and foreign ones out', () =>
    withSimulator(async ({ call }) => {
      const [a, b] = DEMO_ORGANIZATION.users;
      const foreign = OTHER_ORGANIZATION.users[0]?.id;
      const listing = await read<EntityListing<UserModel>>(
        await call(`/api/v2/users?id=${a?.id}&id=${b?.id}&id=${foreign}&id=nobody`),
      );
      expect(listing.entities.map(({ name }) => name)).toEqual([a?.name, b?.name]);
    }));

  it('has the same ids on every start', async () => {
    expect(DEMO_ORGANIZATION.clients[0]).toMatchObject({ id: HEAVY_CLIENT, name: 'Salesforce CTI Adapter' });
    const all = [DEMO_ORGANIZATION, OTHER_ORGANIZATION].flatMap(({ id, clients, users }) => [
      id,
      ...clients.map((client) => client.id),
      ...users.map((user) => user.id),
    ]);
    expect(new Set(all).size).toBe(all.length);
    expect(
      all.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toBe(true);
    expect(HEAVY_CLIENT).toBe('2ff5bd8c-d497-4cff-bbad-434ac6c066e1');
  });
});

describe('the rate limit', () => {
  it('answers 429 with Retry-After past the limit and lets the next minute through', () =>
    withSimulator(
      async ({ call, clock }) => {
        for (let n = 0; n < 3; n++) expect((await call('/api/v2/tokens/me')).status).toBe(200);
        clock.now += 17_500;
        const refused = await call('/api/v2/tokens/me');
        expect(refused.status).toBe(429);
        expect(refused.headers.get('retry-after')).toBe('43');
        expect(await read(refused)).toMatchObject({
          code: 'too.many.requests.retry.after',
          message: 'Rate limit exceeded the maximum. Retry the request in [43] seconds',
        });
        clock.now += 43_000;
        expect((await call('/api/v2/tokens/me')).status).toBe(200);
      },
      { rateLimitPerMinute: 3 },
    ));

  it('counts each token on its own', () =>
    withSimulator(
      async ({ call }) => {
        await call('/api/v2/tokens/me');
        expect((await call('/api/v2/tokens/me', { token: 'demo-viewer' })).status).toBe(200);
      },
      { rateLimitPerMinute: 1 },
    ));

  it('is 300 a minute by default', () =>
    withSimulator(async ({ call, requests }) => {
      for (let n = 0; n < 301; n++) await call('/api/v2/tokens/me', { method: 'HEAD' });
      expect(requests.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(300);
      expect(requests.at(-1)?.status).toBe(429);
    }));
});

describe('the request log', () => {
  it('keeps what was asked with whose token, and no issued token in clear', () =>
    withSimulator(async ({ call, tokens, requests, clock }) => {
      const token = tokens.issue();
      await call('/api/v2/users?id=a', { token });
      await call('/api/v2/tokens/me');
      expect(requests).toEqual([
        {
          at: clock.now,
          method: 'GET',
          path: '/api/v2/users?id=a',
          token: expect.stringMatching(/^[0-9a-f]{12}$/),
          status: 200,
        },
        { at: clock.now, method: 'GET', path: '/api/v2/tokens/me', token: 'demo-admin', status: 200 },
      ]);
      expect(JSON.stringify(requests)).not.toContain(token);
    }));
});
