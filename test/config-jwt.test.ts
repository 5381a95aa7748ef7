import { describe, expect, it } from '@jest/globals';

import { JWT_ALGORITHMS } from '../src/auth/jwt-algorithms.js';
import { parseConfig } from '../src/config.js';

const JWT = {
  AUTH_MODE: 'jwt',
  JWT_JWKS_URL: 'https://issuer.example/keys',
  JWT_ISSUER: 'https://issuer.example/',
  JWT_AUDIENCE: 'usage',
};
const CLIENT = { GENESYS_REGION: 'eu_central_1', GENESYS_CLIENT_ID: 'id', GENESYS_CLIENT_SECRET: 'secret' };

/** The variables that a refusal names first in its lines. */
function blamed(variables: Record<string, string>): string[] {
  try {
    parseConfig(variables);
  } catch (error) {
    const lines = (error as Error).message.split('\n').slice(1);
    return lines.map((line) => line.trim().split(' ')[0] ?? '').sort();
  }
  return [];
}

describe('tokens of an issuer', () => {
  it('are configured by four variables and the credentials of the service', () => {
    expect(parseConfig({ ...JWT, ...CLIENT })).toMatchObject({
      serviceClient: { id: 'id' },
      jwt: {
        jwksUrl: 'https://issuer.example/keys',
        issuer: 'https://issuer.example/',
        audience: 'usage',
        algorithms: JWT_ALGORITHMS,
        clockToleranceSeconds: 5,
        claims: {
          organization: 'org_id',
          subject: 'sub',
          name: 'name',
          permissions: 'permissions',
          client: 'client_id',
        },
      },
    });
  });

  it('need no credentials with the simulated upstream', () => {
    expect(parseConfig(JWT)).toMatchObject({ upstream: { kind: 'simulated' }, serviceClient: null });
  });

  it('need the credentials of the service with any other', () => {
    expect(blamed({ ...JWT, GENESYS_REGION: 'eu_central_1' })).toEqual(['GENESYS_CLIENT_ID']);
    const urls = { GENESYS_API_URL: 'https://a.example', GENESYS_LOGIN_URL: 'https://b.example' };
    expect(blamed({ ...JWT, ...urls })).toEqual(['GENESYS_CLIENT_ID']);
  });

  it('take claims and algorithms of choice', () => {
    const chosen = {
      JWT_ALGORITHMS: 'ES256, EdDSA',
      JWT_CLOCK_TOLERANCE_SECONDS: '25',
      JWT_ORGANIZATION_CLAIM: 'https://example.com/org',
      JWT_PERMISSIONS_CLAIM: 'realm_access.roles',
    };
    expect(parseConfig({ ...JWT, ...chosen }).jwt).toMatchObject({
      algorithms: ['ES256', 'EdDSA'],
      clockToleranceSeconds: 25,
      claims: { organization: 'https://example.com/org', permissions: 'realm_access.roles' },
    });
  });

  it('have every problem reported at once, together with those of other variables', () => {
    const wrong = {
      AUTH_MODE: 'jwt',
      JWT_JWKS_URL: 'http://issuer.example/keys',
      JWT_ALGORITHMS: 'RS256,HS256',
      JWT_CLOCK_TOLERANCE_SECONDS: '26',
      GENESYS_REGION: 'eu_central_1',
      PORT: 'eighty',
    };
    expect(blamed(wrong)).toEqual([
      'GENESYS_CLIENT_ID',
      'JWT_ALGORITHMS',
      'JWT_AUDIENCE',
      'JWT_CLOCK_TOLERANCE_SECONDS',
      'JWT_ISSUER',
      'JWT_JWKS_URL',
      'PORT',
    ]);
  });

  it('are not configured in the other mode, where it would look as if they were checked', () => {
    const { AUTH_MODE: _, ...rest } = JWT;
    expect(blamed(rest)).toEqual(['JWT_AUDIENCE', 'JWT_ISSUER', 'JWT_JWKS_URL']);
    expect(blamed({ ...rest, AUTH_MODE: 'JWT' })).toEqual(['AUTH_MODE']);
  });

  it.each(['none', 'HS256', 'HS512', 'RS256,none', 'rs256', 'ES256K', ',', 'RS256,', 'RSA-OAEP'])(
    'are never signed by %s',
    (JWT_ALGORITHMS_) => {
      expect(blamed({ ...JWT, JWT_ALGORITHMS: JWT_ALGORITHMS_ })).toEqual(['JWT_ALGORITHMS']);
    },
  );

  it.each([
    'issuer.example',
    'ftp://issuer.example/keys',
    'http://169.254.169.254/keys',
    'http://127.0.0.1.evil.example/keys',
    'https://user:password@issuer.example/keys',
    'file:///keys',
  ])('have no keys at %s', (JWT_JWKS_URL) => {
    expect(blamed({ ...JWT, JWT_JWKS_URL })).toEqual(['JWT_JWKS_URL']);
  });

  it.each(['http://127.0.0.1:1/keys', 'http://localhost/keys', 'http://[::1]:8080/keys'])(
    'may have them on this machine, at %s',
    (JWT_JWKS_URL) => {
      expect(parseConfig({ ...JWT, JWT_JWKS_URL }).jwt?.jwksUrl).toBe(JWT_JWKS_URL);
    },
  );

  it.each(['two words', 'ünicode', 'line\nbreak', 'x'.repeat(257)])('have no claim named %j', (name) => {
    expect(blamed({ ...JWT, JWT_SUBJECT_CLAIM: name })).toEqual(['JWT_SUBJECT_CLAIM']);
  });
});

describe("upstream's address", () => {
  it.each(['https://a.example?x=', 'https://a.example#x', 'https://u:p@a.example', 'https://u@a.example'])(
    'is not %s, behind which no path can be put',
    (address) => {
      const urls = { GENESYS_API_URL: address, GENESYS_LOGIN_URL: 'https://b.example' };
      expect(blamed(urls)).toEqual(['GENESYS_API_URL']);
    },
  );
});
