import { randomBytes } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { DEMO_ORGANIZATION, OTHER_ORGANIZATION } from '../../src/simulator/simulator.js';
import { OAuthClients, ViewerInfo } from '../documents/usage.graphql.js';
import { startApp, startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, execute, post } from '../support/clients.js';
import { ALL_PERMISSIONS, type Issuer, startIssuer, SUBJECT } from '../support/issuer.js';
import { finalStatus, finishedId, start, startedId } from '../support/starts.js';
import { THREE_DOORS } from '../support/three-doors.js';

/** The service's own OAuth client, of the first organization. */
const CLIENT_ID = DEMO_ORGANIZATION.clients[0]?.id ?? '';
const CLIENT_SECRET = randomBytes(16).toString('hex');
const VIEWER = { query: '{ viewer { organization { id } } }' };

let issuer: Issuer;
let app: TestApp;
beforeAll(async () => {
  issuer = await startIssuer();
  app = await startAppWithSimulator({
    env: { ...issuer.env, GENESYS_CLIENT_ID: CLIENT_ID, GENESYS_CLIENT_SECRET: CLIENT_SECRET },
    simulator: { clientSecrets: { [CLIENT_ID]: CLIENT_SECRET } },
  });
});
afterEach(async () => {
  issuer.answer(null);
  app.simulator.faults.clear();
  await closeClients();
});
afterAll(async () => {
  await app?.stop();
  await issuer?.stop();
});

describe('a caller with a token of the issuer', () => {
  it('is who the token says', async () => {
    const { viewer } = dataOf(await execute(app.url, ViewerInfo, {}, await issuer.token()));
    expect(viewer).toMatchObject({
      organization: { id: DEMO_ORGANIZATION.id, name: DEMO_ORGANIZATION.name },
      user: { id: SUBJECT, name: 'Ada' },
      permissions: ALL_PERMISSIONS,
    });
    expect(viewer.operations).toHaveLength(6);
  });

  it.each(THREE_DOORS)('is served over $name', async (door) => {
    const { data, errors } = await door.ask(app.url, VIEWER, await issuer.token());
    expect([data, errors]).toEqual([{ viewer: { organization: { id: DEMO_ORGANIZATION.id } } }, undefined]);
  });

  it("has queries run with the service's credentials, and its token never leaves the service", async () => {
    const token = await issuer.token({ sub: 'another' });
    const before = app.simulator.requests.length;
    const id = await startedId(app.url, 'ORGANIZATION_QUERY', {}, token);
    expect(await finalStatus(app.url, id, token)).toBe('SUCCEEDED');
    await execute(app.url, OAuthClients, {}, token);
    const seen = app.simulator.requests.slice(before).filter(({ path }) => !path.startsWith('/oauth/token'));
    expect(seen.some(({ path }) => path.includes('/usage/'))).toBe(true);
    expect(seen.some(({ path }) => path.includes('/oauth/clients'))).toBe(true);
    // Upstream knows every token that it was sent.
    expect(new Set(seen.map(({ token: label }) => label)).size).toBe(1);
    expect(seen[0]?.token).toBeDefined();
  });

  it('sees the names in rows, as far as the service may', async () => {
    const token = await issuer.token();
    const id = await finishedId(app.url, 'ORGANIZATION_QUERY', { groupBy: ['USER'] }, token);
    const query = `{ usageExecution(id: "${id}") { rows(first: 5) { nodes { user { name } } } } }`;
    const data = dataOf(await post(app.url, { query }, token));
    const { rows } = data['usageExecution'] as {
      rows: { nodes: { user: { name: string | null } | null }[] };
    };
    expect(rows.nodes.some(({ user }) => typeof user?.name === 'string')).toBe(true);
  });

  it.each([
    ['a wildcard', ['usage:client:*'], 3],
    ['a scope', 'openid usage:client:view', 3],
    ['no permission', [], 0],
    ['no such claim', undefined, 0],
  ])('has the operations that %s gives', async (_what, permissions, count) => {
    const token = await issuer.token({ permissions });
    expect(dataOf(await execute(app.url, ViewerInfo, {}, token)).viewer.operations).toHaveLength(count);
    expect(await start(app.url, 'ORGANIZATION_QUERY', {}, token)).toMatchObject({
      execution: null,
      userErrors: [{ code: 'FORBIDDEN' }],
    });
  });

  it("is not lent the service's right to list OAuth clients", async () => {
    const { errors } = await execute(
      app.url,
      OAuthClients,
      {},
      await issuer.token({ permissions: ['usage:*'] }),
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('whoever is not of this service', () => {
  it.each(THREE_DOORS)('but of another organization is refused clearly over $name', async (door) => {
    const token = await issuer.token({ org_id: OTHER_ORGANIZATION.id });
    const { data, errors, status, ending } = await door.ask(app.url, VIEWER, token);
    expect(data ?? null).toBeNull();
    if (door.name === 'WebSocket') {
      expect(ending).toMatchObject({
        kind: 'closed',
        code: 4403,
        reason: expect.stringMatching(/organization/),
      });
    } else {
      expect([status, errors]).toMatchObject([403, [{ extensions: { code: 'FORBIDDEN' } }]]);
    }
  });

  it.each([
    ['a token of Genesys Cloud', async () => app.simulator.tokens.issue()],
    ['a demo token', async () => 'demo-admin'],
    ['an expired token', async () => issuer.token({ exp: 1_000_000_000 })],
    ['a token for another service', async () => issuer.token({ aud: 'another' })],
  ])('but brings %s is not authenticated, and upstream is not asked', async (_what, tokenOf) => {
    const token = await tokenOf();
    const before = app.simulator.requests.length;
    for (const door of THREE_DOORS) {
      const { errors, status, ending } = await door.ask(app.url, VIEWER, token);
      if (door.name === 'WebSocket') expect(ending).toMatchObject({ kind: 'closed', code: 4403 });
      else expect([status, errors]).toMatchObject([401, [{ extensions: { code: 'UNAUTHENTICATED' } }]]);
    }
    expect(app.simulator.requests.slice(before)).toEqual([]);
  });
});

describe('a caller may try again', () => {
  it('while the keys can not be had', async () => {
    const node = await app.startNode();
    issuer.answer((_request, response) => void response.writeHead(503).end());
    for (const door of THREE_DOORS) {
      const { errors, status, ending } = await door.ask(node.url, VIEWER, await issuer.token());
      if (door.name === 'WebSocket') expect(ending).toMatchObject({ kind: 'closed', code: 1013 });
      else
        expect([status, errors]).toMatchObject([
          503,
          [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }],
        ]);
    }
  });

  it("while the service's own login can not be had", async () => {
    app.simulator.faults.inject({ kind: 'status', status: 503 }, { stage: 'login' });
    const node = await app.startNode();
    const { errors, status } = await post(node.url, VIEWER, await issuer.token());
    app.simulator.faults.clear();
    expect([status, errors]).toMatchObject([
      503,
      [{ extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true } }],
    ]);
  });

  it("and meets no trace of a service's token that was revoked", async () => {
    const token = await issuer.token();
    await execute(app.url, OAuthClients, {}, token);
    app.simulator.faults.inject({ kind: 'revoke-token' }, { stage: 'directory', times: 1 });
    expect(dataOf(await execute(app.url, OAuthClients, {}, token)).oauthClients).not.toEqual([]);
  });
});

it('with the simulated upstream the service has a client of its own there', async () => {
  const simulated = await startApp({ ...issuer.env, GRAPHIQL: 'on' });
  try {
    const token = await issuer.token();
    const id = await startedId(simulated.url, 'SIMPLE_SEARCH', {}, token);
    expect(await finalStatus(simulated.url, id, token)).toBe('SUCCEEDED');
    expect(await post(simulated.url, VIEWER, 'demo-admin')).toMatchObject({ status: 401 });
    expect(await (await fetch(`${simulated.url}/graphiql`)).text()).not.toContain('demo-admin');
  } finally {
    await closeClients();
    await simulated.stop();
  }
}, 60_000);
