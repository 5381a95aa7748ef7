/** An issuer of tokens: a real key server on a loopback port, with keys that the test rotates and withdraws. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { exportJWK, generateKeyPair, SignJWT } from 'jose';

import { DEMO_ORGANIZATION } from '../../src/simulator/simulator.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface Issuer {
  readonly jwksUrl: string;
  /** What the environment of a service that trusts it has. */
  readonly env: Readonly<Record<string, string>>;
  /** Fetches of the keys so far. */
  readonly fetches: () => number;
  /** Makes a new key with which it signs from now on; it is published along with the others. */
  rotate(options?: {
    readonly algorithm?: string;
    readonly published?: boolean;
    readonly named?: boolean;
  }): Promise<void>;
  /** Unpublishes every key but the newest. */
  withdrawOld(): void;
  /** A token that a service with `env` accepts, unless `claims` or `header` say otherwise. */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  /** Answers in place of the keys, until it is taken back with null. */
  answer(with_: Answer | null): void;
  stop(): Promise<void>;
}

export const ISSUER = 'https://issuer.example/';
export const AUDIENCE = 'usage';
export const SUBJECT = 'auth0|5f7c';
export const ALL_PERMISSIONS = ['usage:*', 'oauth:client:view'];

type SigningKey = Awaited<ReturnType<typeof newKey>>;

async function newKey(algorithm: string, kid: string | undefined) {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), alg: algorithm, use: 'sig', ...(kid && { kid }) };
  return { algorithm, kid, privateKey: pair.privateKey, jwk };
}

export async function startIssuer(): Promise<Issuer> {
  let newest: SigningKey = await newKey('ES256', 'key-1');
  let published: SigningKey[] = [newest];
  let made = 1;
  let fetches = 0;
  let instead: Answer | null = null;
  const server = createServer((request, response) => {
    fetches += 1;
    if (instead) return instead(request, response);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;

  return {
    jwksUrl,
    env: { AUTH_MODE: 'jwt', JWT_JWKS_URL: jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE },
    fetches: () => fetches,
    async rotate({ algorithm = 'ES256', published: isPublished = true, named = true } = {}) {
      made += 1;
      newest = await newKey(algorithm, named ? `key-${made}` : undefined);
      if (isPublished) published.push(newest);
    },
    withdrawOld() {
      published = [newest];
    },
    token(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = {
        iss: ISSUER,
        aud: AUDIENCE,
        sub: SUBJECT,
        name: 'Ada',
        azp: 'dashboard',
        org_id: DEMO_ORGANIZATION.id,
        permissions: ALL_PERMISSIONS,
        iat: now,
        exp: now + 600,
        ...claims,
      };
      const { algorithm: alg, kid } = newest;
      return new SignJWT(all)
        .setProtectedHeader({ alg, ...(kid && { kid }), ...header })
        .sign(newest.privateKey);
    },
    answer(with_) {
      instead = with_;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
