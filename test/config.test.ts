import { describe, expect, it } from '@jest/globals';

import { type Config, parseConfig } from '../src/config.js';

/** The lines of a refusal, without its heading. */
function problems(variables: Record<string, string>): string[] {
  try {
    parseConfig(variables);
  } catch (error) {
    const { name, message } = error as Error;
    expect(name).toBe('StartupError');
    return message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

/** The variables that a refusal names. */
function blamed(variables: Record<string, string>): string[] {
  return problems(variables).map((line) => line.split(' ')[0] ?? '');
}

describe('parseConfig', () => {
  it('needs nothing: a database of its own and a simulated upstream', () => {
    const expected: Config = {
      host: '127.0.0.1',
      port: 4000,
      databaseUrl: null,
      dataDir: '.data',
      redis: null,
      upstream: { kind: 'simulated' },
      serviceClient: null,
      jwt: null,
      tokenEncryptionKey: null,
      poll: { minMs: 1_000, maxMs: 30_000, callCostMs: 1_500 },
      upstreamBudget: { limit: 250, windowMs: 61_000 },
      executionDeadlineMs: 3_600_000,
      leaseMs: 10_000,
      resultTtlMs: 168 * 3_600_000,
      maxResultRows: 1_000_000,
      dataDayBoundaryMs: 0,
      drainMs: null,
      allowedOrigins: [],
      trustProxy: false,
      rateLimitPerMinute: 6_000,
      maxConnections: { perIdentity: 5_000, perAddress: 20_000 },
      graphiql: true,
      introspection: true,
      limits: { tokens: 1_000, depth: 10, aliases: 30, rootFields: 20, cost: 10_000 },
      trustedDocuments: null,
      keepAliveMs: 12_000,
      metrics: 'on',
      logLevel: 'info',
      tracing: null,
    };
    expect(parseConfig({})).toEqual(expected);
  });

  it.each([
    ['off', false],
    ['2', 2],
    ['10.0.0.0/8, fd00::1', ['10.0.0.0/8', 'fd00::1']],
  ])('takes TRUST_PROXY=%s', (TRUST_PROXY, expected) => {
    expect(parseConfig({ TRUST_PROXY }).trustProxy).toEqual(expected);
  });

  it.each(['on', '0', '11', 'proxy.internal', '10.0.0.0/33'])('refuses TRUST_PROXY=%s', (TRUST_PROXY) => {
    expect(blamed({ TRUST_PROXY })).toEqual(['TRUST_PROXY']);
  });

  it.each(['https://a.example', 'http://localhost:3000,https://b.example', '*'])(
    'takes ALLOWED_ORIGINS=%s',
    (ALLOWED_ORIGINS) => {
      expect(parseConfig({ ALLOWED_ORIGINS }).allowedOrigins).toEqual(ALLOWED_ORIGINS.split(','));
    },
  );

  it.each(['https://a.example/', 'a.example', 'https://*.example', 'null', 'HTTPS://A.example', 'file:///x'])(
    'refuses an origin that no browser would send: %s',
    (ALLOWED_ORIGINS) => {
      expect(blamed({ ALLOWED_ORIGINS })).toEqual(['ALLOWED_ORIGINS']);
    },
  );

  it('takes what is set to nothing as not set', () => {
    expect(parseConfig({ PORT: '', DATABASE_URL: '', GENESYS_CLIENT_ID: '', GRAPHIQL: '' })).toEqual(
      parseConfig({}),
    );
  });

  it('closes GraphiQL and introspection in production, unless told otherwise', () => {
    const production = { NODE_ENV: 'production' };
    expect(parseConfig(production)).toMatchObject({ graphiql: false, introspection: false });
    expect(parseConfig({ ...production, GRAPHIQL: 'on' })).toMatchObject({
      graphiql: true,
      introspection: false,
    });
  });

  it('knows the addresses of a region', () => {
    expect(parseConfig({ GENESYS_REGION: 'eu_central_1' }).upstream).toEqual({
      kind: 'genesys',
      apiUrl: 'https://api.mypurecloud.de',
      loginUrl: 'https://login.mypurecloud.de',
    });
  });

  it('reads a time of the day, a list of origins and a service client', () => {
    const config = parseConfig({
      DATA_DAY_BOUNDARY: '05:30',
      ALLOWED_ORIGINS: 'https://a.example, https://b.example',
      GENESYS_API_URL: 'http://127.0.0.1:1',
      GENESYS_LOGIN_URL: 'http://127.0.0.1:2',
      GENESYS_CLIENT_ID: 'id',
      GENESYS_CLIENT_SECRET: 'secret',
    });
    expect(config).toMatchObject({
      dataDayBoundaryMs: 5.5 * 3_600_000,
      allowedOrigins: ['https://a.example', 'https://b.example'],
      upstream: { kind: 'genesys', apiUrl: 'http://127.0.0.1:1' },
      serviceClient: { id: 'id', secret: 'secret' },
    });
  });

  it('reports every problem at once, those of two variables together included', () => {
    const wrong = {
      PORT: 'eighty',
      LEASE_MS: '1',
      DATABASE_URL: 'mysql://host/db',
      GENESYS_API_URL: 'ftp://host',
      GENESYS_CLIENT_ID: 'id',
      AUTH_MODE: 'none',
      GRAPHIQL: 'maybe',
      LOG_LEVEL: 'loud',
      DATA_DAY_BOUNDARY: '24:00',
      POLL_INITIAL_MS: '5000',
      POLL_MAX_MS: '2000',
    };
    expect(blamed(wrong).sort()).toEqual([
      'AUTH_MODE',
      'DATABASE_URL',
      'DATA_DAY_BOUNDARY',
      'GENESYS_API_URL',
      'GENESYS_API_URL',
      'GENESYS_CLIENT_ID',
      'GRAPHIQL',
      'LEASE_MS',
      'LOG_LEVEL',
      'POLL_INITIAL_MS',
      'PORT',
    ]);
  });

  it.each([
    ['one address without the other', { GENESYS_API_URL: 'https://a.example' }, 'GENESYS_API_URL'],
    [
      'an id without a secret',
      { GENESYS_REGION: 'eu_central_1', GENESYS_CLIENT_ID: 'id' },
      'GENESYS_CLIENT_ID',
    ],
    [
      'a client without an upstream',
      { GENESYS_CLIENT_ID: 'id', GENESYS_CLIENT_SECRET: 's' },
      'GENESYS_CLIENT_ID',
    ],
    [
      'a first poll after the longest delay',
      { POLL_INITIAL_MS: '9000', POLL_MAX_MS: '8000' },
      'POLL_INITIAL_MS',
    ],
    [
      'a region and addresses',
      {
        GENESYS_REGION: 'eu_central_1',
        GENESYS_API_URL: 'https://a.example',
        GENESYS_LOGIN_URL: 'https://b.example',
      },
      'GENESYS_REGION',
    ],
  ])('refuses %s', (_what, variables, variable) => {
    expect(blamed(variables)).toEqual([variable]);
  });

  it.each(['-1', '1.5', '1e3', '0x10', ' 80', '65536', '99999999999999999999', 'NaN'])(
    'refuses the port %j',
    (PORT) => {
      expect(problems({ PORT })).toEqual(['PORT must be a whole number from 0 to 65535.']);
    },
  );

  it.each(['9', '301', 'all'])('refuses a budget of %j requests a minute', (POLL_BUDGET_PER_MINUTE) => {
    expect(problems({ POLL_BUDGET_PER_MINUTE })).toEqual([
      'POLL_BUDGET_PER_MINUTE must be a whole number from 10 to 300.',
    ]);
  });

  it('never shows a value, which may be a secret', () => {
    const names = [
      'PORT',
      'DATABASE_URL',
      'GENESYS_REGION',
      'GENESYS_API_URL',
      'AUTH_MODE',
      'GRAPHIQL',
      'LOG_LEVEL',
    ];
    const variables = Object.fromEntries(names.map((name) => [name, 'hunter2']));
    const lines = problems({ ...variables, GENESYS_CLIENT_SECRET: 'hunter2', LEASE_MS: 'hunter2' });
    expect(lines.length).toBeGreaterThan(names.length);
    expect(lines.join('\n')).not.toContain('hunter2');
  });
});
