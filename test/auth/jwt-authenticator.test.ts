import { createHmac, createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import type { ServerResponse } from 'node:http';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, exportSPKI, SignJWT, UnsecuredJWT } from 'jose';

import { JWT_ALGORITHMS } from '../../src/auth/jwt-algorithms.js';
import { createJwtAuthenticator } from '../../src/auth/jwt-authenticator.js';
import { createJwtKeys, type JwtKeysOptions } from '../../src/auth/jwt-keys.js';
import { parseConfig } from '../../src/config.js';
import { DEMO_ORGANIZATION } from '../../src/simulator/simulator.js';
import { ALL_PERMISSIONS, AUDIENCE, type Issuer, ISSUER, startIssuer, SUBJECT } from '../support/issuer.js';
import { until } from '../support/until.js';
import { always, withScriptedServer } from '../support/scripted-server.js';

let issuer: Issuer;
beforeEach(async () => {
  issuer = await startIssuer();
});
afterEach(() => issuer.stop());

interface Options {
  readonly keys?: Partial<JwtKeysOptions>;
  readonly env?: Record<string, string>;
  readonly clock?: { now: number };
}

/** What a service with the issuer's environment makes. */
function authenticator({ keys, env, clock }: Options = {}) {
  const { jwt } = parseConfig({ ...issuer.env, ...env });
  if (!jwt) throw new Error('not in this mode');
  const created = createJwtKeys({ url: jwt.jwksUrl, ...keys });
  return createJwtAuthenticator({ keys: created, rules: jwt, now: () => clock?.now ?? Date.now() });
}

const refused = { name: 'RequestError', code: 'UNAUTHENTICATED', retryable: false };
const unavailable = { name: 'RequestError', code: 'SERVICE_UNAVAILABLE', retryable: true };
const seconds = () => Math.floor(Date.now() / 1000);

describe('a token of the issuer', () => {
  it('stands for its subject, with its permissions and its end', async () => {
    const exp = seconds() + 60;
    const token = await issuer.token({ exp });
    expect(await authenticator().authenticate(token)).toEqual({
      organization: { id: DEMO_ORGANIZATION.id, name: null },
      subject: { id: SUBJECT, name: 'Ada', kind: 'USER' },
      client: { id: 'dashboard', name: 'dashboard' },
      permissions: ALL_PERMISSIONS,
      expiresAt: (exp + 5) * 1000,
      token,
    });
  });

  it.each(JWT_ALGORITHMS)('may be signed with %s', async (algorithm) => {
    await issuer.rotate({ algorithm });
    expect(await authenticator().authenticate(await issuer.token())).toMatchObject({
      subject: { id: SUBJECT },
    });
  });

  it('is refused when it is signed otherwise than the configuration allows', async () => {
    const answer = authenticator({ env: { JWT_ALGORITHMS: 'RS256, PS256' } }).authenticate(
      await issuer.token(),
    );
    await expect(answer).rejects.toMatchObject(refused);
  });

  it.each([
    ['for another audience', { aud: 'another' }, 'aud'],
    ['for no audience', { aud: undefined }, 'aud'],
    ['of another issuer', { iss: 'https://issuer.example' }, 'iss'],
    ['without an end', { exp: undefined }, 'exp'],
    ['with an end that is no number', { exp: '9999999999' }, 'exp'],
    ['that is not good yet', { nbf: seconds() + 60 }, 'nbf'],
    ['without an organization', { org_id: undefined }, 'org_id'],
    ['without a subject', { sub: undefined }, 'sub'],
  ])('%s is refused, and the message names the claim', async (_what, claims, claim) => {
    const answer = authenticator().authenticate(await issuer.token(claims));
    await expect(answer).rejects.toMatchObject({ ...refused, message: expect.stringContaining(claim) });
  });

  it.each([['among others', ['x', AUDIENCE]]])('for this audience %s is accepted', async (_what, aud) => {
    expect(await authenticator().authenticate(await issuer.token({ aud }))).toMatchObject({
      permissions: ALL_PERMISSIONS,
    });
  });

  it.each(['', 'a.b', 'a.b.c', 'a.b.c.d.e', '..', 'x'.repeat(9_000), 'demo-admin', 'two words'])(
    'that is none (%j) is refused, and nobody is asked',
    async (token) => {
      await expect(authenticator().authenticate(token)).rejects.toMatchObject(refused);
      expect(issuer.fetches()).toBe(0);
    },
  );
});

describe('a forged token', () => {
  const claims = () => ({
    iss: ISSUER,
    aud: AUDIENCE,
    sub: SUBJECT,
    org_id: DEMO_ORGANIZATION.id,
    exp: seconds() + 600,
  });

  it('without a signature is refused', async () => {
    const token = new UnsecuredJWT(claims()).encode();
    await expect(authenticator().authenticate(token)).rejects.toMatchObject(refused);
    expect(issuer.fetches()).toBe(0);
  });

  it('that is signed with the public key as a shared secret is refused', async () => {
    await issuer.rotate({ algorithm: 'RS256' });
    const response = await fetch(issuer.jwksUrl);
    const { keys } = (await response.json()) as { keys: object[] };
    const pem = await exportSPKI(createPublicKey({ key: keys.at(-1) as never, format: 'jwk' }));
    const head = Buffer.from(JSON.stringify({ alg: 'HS256', kid: 'key-2' })).toString('base64url');
    const body = Buffer.from(JSON.stringify(claims())).toString('base64url');
    const mac = createHmac('sha256', createSecretKey(Buffer.from(pem)))
      .update(`${head}.${body}`)
      .digest('base64url');
    await expect(authenticator().authenticate(`${head}.${body}.${mac}`)).rejects.toMatchObject(refused);
  });

  it('that brings its own key, or says where to fetch it, is refused, and nothing is fetched there', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = await exportJWK(publicKey);
    await withScriptedServer(always(200, { keys: [{ ...jwk, kid: 'mine' }] }), async ({ url, received }) => {
      const headers = [
        { jwk },
        { jku: url, kid: 'mine' },
        { jku: url, kid: 'key-1' },
        { x5u: url, kid: 'key-1' },
        { kid: url },
        { kid: '../../../../dev/null' },
        { crit: ['exp'], kid: 'key-1' },
      ];
      for (const header of headers) {
        const token = await new SignJWT(claims())
          .setProtectedHeader({ alg: 'ES256', ...header })
          .sign(privateKey)
          .catch(() => '');
        await expect(authenticator().authenticate(token)).rejects.toMatchObject(refused);
      }
      expect(received).toEqual([]);
    });
  });

  it('whose claims were changed is refused', async () => {
    const [head, , signature] = (await issuer.token()).split('.');
    const body = Buffer.from(JSON.stringify({ ...claims(), permissions: ['*'] })).toString('base64url');
    await expect(authenticator().authenticate(`${head}.${body}.${signature}`)).rejects.toMatchObject(refused);
  });
});

describe('the end of a token', () => {
  it('bounds what is remembered of it, with a tolerance for clocks that differ', async () => {
    const clock = { now: Date.now() };
    const exp = Math.floor(clock.now / 1000) + 10;
    const service = authenticator({ clock });
    const token = await issuer.token({ exp });
    await service.authenticate(token);
    clock.now = (exp + 5) * 1000 - 1;
    await service.authenticate(token);
    clock.now += 1;
    const expired = { ...refused, message: 'The bearer token has expired. Get a new one.' };
    await expect(service.authenticate(token)).rejects.toMatchObject(expired);
    await expect(authenticator({ clock }).authenticate(token)).rejects.toMatchObject(expired);
  });

  it('has no tolerance when none is wanted', async () => {
    const clock = { now: Date.now() };
    const exp = Math.floor(clock.now / 1000) + 10;
    const service = authenticator({ clock, env: { JWT_CLOCK_TOLERANCE_SECONDS: '0' } });
    clock.now = exp * 1000;
    await expect(service.authenticate(await issuer.token({ exp }))).rejects.toMatchObject(refused);
  });
});

describe('the keys', () => {
  it('are fetched once for many tokens at the same time', async () => {
    const service = authenticator();
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, n) => issuer.token({ sub: `user-${n}` })),
    );
    await Promise.all(tokens.map((token) => service.authenticate(token)));
    expect(issuer.fetches()).toBe(1);
  });

  it('are fetched again for a new key id, but not for each: only after a pause', async () => {
    const service = authenticator({ keys: { cooldownMs: 600_000 } });
    await service.authenticate(await issuer.token());
    await issuer.rotate({ published: false });
    for (let n = 0; n < 20; n++) {
      await expect(service.authenticate(await issuer.token({ sub: `s-${n}` }))).rejects.toMatchObject(
        refused,
      );
    }
    expect(issuer.fetches()).toBe(1);
  });

  it('that are new are found without a restart, and old ones serve on', async () => {
    const service = authenticator({ keys: { cooldownMs: 0 } });
    const old = await issuer.token();
    await service.authenticate(old);
    await issuer.rotate({ algorithm: 'RS256' });
    await service.authenticate(await issuer.token());
    await service.authenticate(await issuer.token({ sub: 'another' }));
    expect(issuer.fetches()).toBe(2);
    await service.authenticate(old, 0);
  });

  it('without names are tried in turn', async () => {
    await issuer.rotate({ named: false });
    await issuer.rotate({ named: false });
    const service = authenticator();
    await service.authenticate(await issuer.token());
    await issuer.rotate({ named: false, published: false });
    await expect(service.authenticate(await issuer.token())).rejects.toMatchObject(refused);
  });

  it('that are withdrawn end what they have signed, for one who wants fresh news', async () => {
    const service = authenticator();
    const token = await issuer.token();
    await service.authenticate(token);
    await issuer.rotate();
    issuer.withdrawOld();
    await service.authenticate(token);
    await expect(service.authenticate(token, 0)).rejects.toMatchObject(refused);
    await expect(service.authenticate(token)).rejects.toMatchObject(refused);
  });
});

describe('when the keys can not be had', () => {
  const endless = async (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    while (!response.destroyed) {
      response.write(' '.repeat(65_536));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const answers = {
    'a 500': (_: unknown, response: ServerResponse) => void response.writeHead(500).end('{}'),
    'a 404': (_: unknown, response: ServerResponse) => void response.writeHead(404).end('{}'),
    'a page': (_: unknown, response: ServerResponse) => void response.end('<html>'),
    'another JSON': (_: unknown, response: ServerResponse) => void response.end('{"keys":{}}'),
    'an empty set': (_: unknown, response: ServerResponse) => void response.end('{"keys":[]}'),
    nothing: (_: unknown, response: ServerResponse) => void response.destroy(),
    silence: () => {},
    'a body without end': (_: unknown, response: ServerResponse) => void endless(response),
  };

  it.each(Object.entries(answers))(
    'but %s, the caller may try again, and the token is not refused',
    async (_what, answer) => {
      issuer.answer(answer);
      const service = authenticator({ keys: { timeoutMs: 300, pauseMs: 0 } });
      const token = await issuer.token();
      await expect(service.authenticate(token)).rejects.toMatchObject(unavailable);
      issuer.answer(null);
      expect(await service.authenticate(token)).toMatchObject({ token });
    },
  );

  it('more than 256 KiB are not read, even when the key is among them', async () => {
    const keys = await (await fetch(issuer.jwksUrl)).text();
    issuer.answer((_, response) => void response.end(keys + ' '.repeat(256 * 1024)));
    const service = authenticator({ keys: { pauseMs: 0 } });
    await expect(service.authenticate(await issuer.token())).rejects.toMatchObject(unavailable);
    issuer.answer((_, response) => void response.end(keys + ' '.repeat(128 * 1024)));
    await service.authenticate(await issuer.token());
  });

  it('a redirect is not followed', async () => {
    const keys = (await (await fetch(issuer.jwksUrl)).json()) as object;
    await withScriptedServer(always(200, keys), async ({ url, received }) => {
      issuer.answer((_, response) => void response.writeHead(302, { location: url }).end());
      await expect(authenticator().authenticate(await issuer.token())).rejects.toMatchObject(unavailable);
      expect(received).toEqual([]);
    });
  });

  it('they are not asked for by every token', async () => {
    issuer.answer((_, response) => void response.writeHead(503).end());
    const service = authenticator({ keys: { pauseMs: 600_000 } });
    for (let n = 0; n < 10; n++) {
      await expect(service.authenticate(await issuer.token({ sub: `s-${n}` }))).rejects.toMatchObject(
        unavailable,
      );
    }
    expect(issuer.fetches()).toBe(1);
  });

  it('those that are known serve on, while a new key id is no reason to refuse', async () => {
    const service = authenticator({ keys: { pauseMs: 0, cooldownMs: 0 } });
    const token = await issuer.token();
    await service.authenticate(token);
    issuer.answer((_, response) => void response.writeHead(503).end());
    expect(await service.authenticate(token, 0)).toMatchObject({ token });
    expect(issuer.fetches()).toBe(2);
    await issuer.rotate();
    await expect(service.authenticate(await issuer.token())).rejects.toMatchObject(unavailable);
  });

  it('those that are known serve no longer than they may', async () => {
    const service = authenticator({ keys: { pauseMs: 0, staleMs: 50 } });
    const token = await issuer.token();
    await service.authenticate(token);
    issuer.answer((_, response) => void response.writeHead(503).end());
    const isUnavailable = () =>
      service.authenticate(token, 0).then(
        () => false,
        (error: { code: string }) => error.code === 'SERVICE_UNAVAILABLE',
      );
    await until('the keys to be too old', isUnavailable);
  });
});
