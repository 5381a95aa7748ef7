import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  createGenesysAuthenticator,
  type GenesysAuthenticatorOptions,
} from '../../src/auth/genesys-authenticator.js';
import { createUpstreamHttp } from '../../src/upstream/http.js';
import { createUpstreamIdentity } from '../../src/upstream/identity.js';
import {
  type ReceivedRequest,
  type Script,
  sendJson,
  withScriptedServer,
} from '../support/scripted-server.js';

const ORGANIZATION = { id: 'o-1', name: 'Org' };
const CLIENT = { id: 'c-1', name: 'Client' };
const USER = { id: 'u-1', name: 'User', authorization: { permissions: ['usage:*'] } };

/** Says what upstream says of each token; a number is a status of `tokens/me`. */
type Tokens = Record<string, 'user' | 'client' | number>;

function identityServer(tokens: Tokens, slowMs = 0): Script {
  return async ({ path, headers }, response) => {
    if (slowMs > 0) await delay(slowMs);
    const known = tokens[headers.authorization?.slice('Bearer '.length) ?? ''] ?? 401;
    if (typeof known === 'number') return sendJson(response, known, {});
    if (path === '/api/v2/tokens/me') {
      return sendJson(response, 200, { organization: ORGANIZATION, OAuthClient: CLIENT });
    }
    return known === 'user' ? sendJson(response, 200, USER) : sendJson(response, 400, {});
  };
}

function setUp(
  tokens: Tokens,
  use: (context: {
    authenticator: ReturnType<typeof createGenesysAuthenticator>;
    clock: { now: number };
    lookups: () => number;
  }) => Promise<void>,
  options: Partial<GenesysAuthenticatorOptions> & { slowMs?: number } = {},
): Promise<void> {
  return withScriptedServer(identityServer(tokens, options.slowMs), ({ url, received }) => {
    const clock = { now: 5_000_000 };
    const identity = createUpstreamIdentity(createUpstreamHttp({ baseUrl: url }));
    const authenticator = createGenesysAuthenticator({ identity, now: () => clock.now, ...options });
    const isLookup = ({ path }: ReceivedRequest) => path === '/api/v2/tokens/me';
    return use({ authenticator, clock, lookups: () => received.filter(isLookup).length });
  });
}

describe('a caller', () => {
  it('with a user token is that user, with permissions', async () => {
    await setUp({ good: 'user' }, async ({ authenticator }) => {
      expect(await authenticator.authenticate('good')).toEqual({
        organization: ORGANIZATION,
        client: CLIENT,
        subject: { id: 'u-1', name: 'User', kind: 'USER' },
        permissions: ['usage:*'],
        token: 'good',
      });
    });
  });

  it('with a client-credentials token is that client, with unknown permissions', async () => {
    await setUp({ machine: 'client' }, async ({ authenticator }) => {
      expect(await authenticator.authenticate('machine')).toEqual({
        organization: ORGANIZATION,
        client: CLIENT,
        subject: { ...CLIENT, kind: 'CLIENT' },
        permissions: null,
        token: 'machine',
      });
    });
  });

  it.each(['', 'two words', 'new\nline', 'ünicode', 'x'.repeat(8193)])(
    'with the misshapen token %j is refused without a look-up',
    async (token) => {
      await setUp({}, async ({ authenticator, lookups }) => {
        await expect(authenticator.authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
        expect(lookups()).toBe(0);
      });
    },
  );
});

describe('a token of a user whom upstream does not describe', () => {
  const undescribed = (client: object, status: number): Script => {
    return ({ path }, response) =>
      path === '/api/v2/tokens/me'
        ? sendJson(response, 200, { organization: ORGANIZATION, OAuthClient: { ...CLIENT, ...client } })
        : sendJson(response, status, {});
  };
  const ofUser = { authorizedGrantType: 'CODE' };

  it.each([
    ['403', {}, 403],
    ['403, although its client is one of users', ofUser, 403],
    ['400, although its client is one of users', ofUser, 400],
  ])('(%s) is refused, not taken for a client, and remembered shortly', async (_what, client, status) => {
    await withScriptedServer(undescribed(client, status), async ({ url, received }) => {
      const identity = createUpstreamIdentity(createUpstreamHttp({ baseUrl: url }));
      const clock = { now: 1_000_000 };
      const authenticator = createGenesysAuthenticator({ identity, now: () => clock.now });
      const refusal = { name: 'RequestError', code: 'FORBIDDEN', retryable: false };
      await expect(authenticator.authenticate('user')).rejects.toMatchObject(refusal);
      await expect(authenticator.authenticate('user')).rejects.toMatchObject(refusal);
      expect(received).toHaveLength(2);
      clock.now += 5_000;
      await expect(authenticator.authenticate('user')).rejects.toMatchObject(refusal);
      expect(received).toHaveLength(4);
    });
  });

  it('is not asked about at all when its client has no users', async () => {
    const script = undescribed({ authorizedGrantType: 'CLIENT-CREDENTIALS' }, 200);
    await withScriptedServer(script, async ({ url, received }) => {
      const identity = createUpstreamIdentity(createUpstreamHttp({ baseUrl: url }));
      const caller = await createGenesysAuthenticator({ identity }).authenticate('machine');
      expect(caller).toMatchObject({ subject: { ...CLIENT, kind: 'CLIENT' }, permissions: null });
      expect(received.map(({ path }) => path)).toEqual(['/api/v2/tokens/me']);
    });
  });
});

describe('a flood of unknown tokens', () => {
  it('is looked up in bounded numbers, and the rest may come again', async () => {
    const tokens: Tokens = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, 'user']));
    await setUp(
      tokens,
      async ({ authenticator, lookups }) => {
        const [first, again, second, third] = await Promise.allSettled(
          ['a', 'a', 'b', 'c'].map((token) => authenticator.authenticate(token)),
        );
        expect([first?.status, again?.status, second?.status]).toEqual(Array(3).fill('fulfilled'));
        expect(third).toMatchObject({ reason: { code: 'SERVICE_UNAVAILABLE', retryable: true } });
        expect(lookups()).toBe(2);
        expect(await authenticator.authenticate('c')).toMatchObject({ token: 'c' });
      },
      { maxPending: 2, slowMs: 5 },
    );
  });
});

describe('an accepted token', () => {
  it('is looked up once a minute, counted from when upstream was asked', async () => {
    await setUp({ good: 'user' }, async ({ authenticator, clock, lookups }) => {
      await authenticator.authenticate('good');
      clock.now += 59_999;
      await authenticator.authenticate('good');
      expect(lookups()).toBe(1);
      clock.now += 1;
      await authenticator.authenticate('good');
      expect(lookups()).toBe(2);
    });
  });

  it('is looked up once by a hundred requests at the same time', async () => {
    await setUp({ good: 'user' }, async ({ authenticator, lookups }) => {
      const callers = await Promise.all(
        Array.from({ length: 100 }, () => authenticator.authenticate('good')),
      );
      expect(callers).toHaveLength(100);
      expect(lookups()).toBe(1);
    });
  });

  it('is looked up again for one who wants fresher news', async () => {
    await setUp({ good: 'user' }, async ({ authenticator, clock, lookups }) => {
      await authenticator.authenticate('good');
      clock.now += 10_000;
      await authenticator.authenticate('good', 15_000);
      expect(lookups()).toBe(1);
      await authenticator.authenticate('good', 10_000);
      expect(lookups()).toBe(2);
    });
  });

  it('that is revoked is refused at the next look-up, for everybody', async () => {
    const tokens: Tokens = { good: 'user' };
    await setUp(tokens, async ({ authenticator, clock }) => {
      await authenticator.authenticate('good');
      tokens['good'] = 401;
      clock.now += 20_000;
      await authenticator.authenticate('good');
      await expect(authenticator.authenticate('good', 20_000)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
      await expect(authenticator.authenticate('good')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      clock.now += 5_000;
      await expect(authenticator.authenticate('good')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    });
  });

  it('that was forgotten is looked up again, also when it was being looked up', async () => {
    await setUp(
      { good: 'user' },
      async ({ authenticator, lookups }) => {
        const first = authenticator.authenticate('good');
        authenticator.forget('good');
        await first;
        await authenticator.authenticate('good');
        expect(lookups()).toBe(2);
        await authenticator.authenticate('good');
        expect(lookups()).toBe(2);
        authenticator.forget('good');
        await authenticator.authenticate('good');
        expect(lookups()).toBe(3);
      },
      { slowMs: 5 },
    );
  });

  it('makes room for a newer one when there are too many', async () => {
    const run = setUp(
      { a: 'user', b: 'user', c: 'user' },
      async ({ authenticator, lookups }) => {
        for (const token of ['a', 'b', 'c', 'c', 'b']) await authenticator.authenticate(token);
        expect(lookups()).toBe(3);
        await authenticator.authenticate('a');
        expect(lookups()).toBe(4);
      },
      { maxEntries: 2 },
    );
    await run;
  });
});

describe('a refused token', () => {
  it.each([401, 403])('(status %i) is not looked up again for five seconds', async (status) => {
    const tokens: Tokens = { bad: status };
    await setUp(tokens, async ({ authenticator, clock, lookups }) => {
      const refusal = { name: 'RequestError', code: 'UNAUTHENTICATED', retryable: false };
      await expect(authenticator.authenticate('bad')).rejects.toMatchObject(refusal);
      clock.now += 4_999;
      await expect(authenticator.authenticate('bad')).rejects.toMatchObject(refusal);
      expect(lookups()).toBe(1);
      tokens['bad'] = 'user';
      clock.now += 1;
      expect(await authenticator.authenticate('bad')).toMatchObject({ subject: { id: 'u-1' } });
    });
  });

  it('does not push an accepted one out', async () => {
    await setUp(
      { good: 'user' },
      async ({ authenticator, lookups }) => {
        await authenticator.authenticate('good');
        for (let i = 0; i < 10; i++) await authenticator.authenticate(`bad${i}`).catch(() => {});
        await authenticator.authenticate('good');
        expect(lookups()).toBe(11);
      },
      { maxEntries: 2 },
    );
  });
});

describe('when upstream can not be asked', () => {
  it.each([429, 500, 503, 404])(
    '(status %i) the request fails as retryable, and nothing is remembered',
    async (status) => {
      const tokens: Tokens = { good: status };
      await setUp(tokens, async ({ authenticator, lookups }) => {
        const failure = { name: 'RequestError', code: 'UPSTREAM_UNAVAILABLE', retryable: true };
        await expect(authenticator.authenticate('good')).rejects.toMatchObject(failure);
        tokens['good'] = 'user';
        expect(await authenticator.authenticate('good')).toMatchObject({ token: 'good' });
        expect(lookups()).toBe(2);
      });
    },
  );

  it('a busy client asks upstream no more than a few times a minute', async () => {
    await setUp({ good: 503 }, async ({ authenticator, clock, lookups }) => {
      for (let i = 0; i < 600; i += 1) {
        await authenticator.authenticate('good').catch(() => {});
        clock.now += 100;
      }
      expect(lookups()).toBeLessThanOrEqual(12);
    });
  });

  it('nobody asks about a token for as long as upstream wants to be left alone with it', async () => {
    const script: Script = (_request, response) => sendJson(response, 429, {}, { 'retry-after': '17' });
    await withScriptedServer(script, async ({ url, received }) => {
      const clock = { now: 0 };
      const identity = createUpstreamIdentity(createUpstreamHttp({ baseUrl: url }));
      const authenticator = createGenesysAuthenticator({ identity, now: () => clock.now });
      for (const at of [0, 1_000, 16_900, 17_000]) {
        clock.now = at;
        await authenticator.authenticate('good').catch(() => {});
      }
      expect(received).toHaveLength(2);
    });
  });

  it('a caller who is remembered is still served', async () => {
    const tokens: Tokens = { good: 'user' };
    await setUp(tokens, async ({ authenticator, clock }) => {
      await authenticator.authenticate('good');
      tokens['good'] = 503;
      await expect(authenticator.authenticate('good', 0)).rejects.toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
      });
      clock.now += 59_000;
      expect(await authenticator.authenticate('good')).toMatchObject({ token: 'good' });
    });
  });

  it('a user whose permissions can not be read is not taken for a client', async () => {
    const script: Script = ({ path }, response) =>
      path === '/api/v2/tokens/me'
        ? sendJson(response, 200, { organization: ORGANIZATION, OAuthClient: CLIENT })
        : sendJson(response, 503, {});
    await withScriptedServer(script, async ({ url }) => {
      const identity = createUpstreamIdentity(createUpstreamHttp({ baseUrl: url }));
      const answer = createGenesysAuthenticator({ identity }).authenticate('good');
      await expect(answer).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    });
  });

  it('tells the log why, without the token', async () => {
    const lines: string[] = [];
    const write = (fields: object, message: string) => void lines.push(JSON.stringify(fields) + message);
    const log = { debug: write, info: write, warn: write, error: write, child: () => log };
    await setUp(
      { 'very-secret': 503 },
      async ({ authenticator }) => {
        await authenticator.authenticate('very-secret').catch(() => {});
        expect(lines).toHaveLength(1);
        expect(lines[0]).toContain('503');
        expect(lines.join()).not.toContain('very-secret');
      },
      { log },
    );
  });
});
