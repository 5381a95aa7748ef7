import { randomBytes } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { DEMO_ORGANIZATION } from '../../src/simulator/simulator.js';
import { ExecutionsFinished, OAuthClients, ViewerInfo } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, execute, webSocketDoor } from '../support/clients.js';
import { finalStatus, start } from '../support/starts.js';

/** The service's own OAuth client, of the first organization. */
const CLIENT_ID = DEMO_ORGANIZATION.clients[0]?.id ?? '';
const CLIENT_SECRET = randomBytes(16).toString('hex');

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator({
    env: { GENESYS_CLIENT_ID: CLIENT_ID, GENESYS_CLIENT_SECRET: CLIENT_SECRET },
    simulator: { clientSecrets: { [CLIENT_ID]: CLIENT_SECRET } },
  });
});
afterEach(closeClients);
afterAll(() => app?.stop());

describe('with credentials of its own, the service', () => {
  it('asks upstream for usage with them, and not with the token of the caller', async () => {
    const before = app.simulator.requests.length;

    const { execution } = await start(app.url, 'ORGANIZATION_QUERY');
    expect(await finalStatus(app.url, execution?.id ?? '')).toBe('SUCCEEDED');

    const usage = app.simulator.requests.slice(before).filter(({ path }) => path.includes('/usage/'));
    expect(usage.length).toBeGreaterThan(1);
    expect(usage.filter(({ token }) => token === 'demo-admin')).toEqual([]);
  });

  it('refuses callers of another organization, whose data its credentials do not reach', async () => {
    const { status, data, errors } = await execute(app.url, ViewerInfo, {}, 'demo-other-org');
    expect(status).toBe(403);
    expect(data ?? null).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);

    const stream = webSocketDoor.subscribe(app.url, ExecutionsFinished, {}, 'demo-other-org');
    expect(await stream.ended).toMatchObject({ kind: 'closed', code: 4403 });
  });

  it('gives no rights to a caller whose permissions nobody can tell', async () => {
    const token = app.simulator.tokens.issue({ kind: 'client', clientId: CLIENT_ID });

    expect(dataOf(await execute(app.url, ViewerInfo, {}, token)).viewer.operations).toEqual([]);
    expect(await start(app.url, 'ORGANIZATION_QUERY', {}, token)).toMatchObject({
      execution: null,
      userErrors: [{ code: 'FORBIDDEN' }],
    });
  });

  it('lends nobody its own right to list OAuth clients', async () => {
    const { data, errors } = await execute(app.url, OAuthClients, {}, 'demo-none');
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['oauthClients'], extensions: { code: 'FORBIDDEN' } }]);
    expect(dataOf(await execute(app.url, OAuthClients, {})).oauthClients).not.toEqual([]);
  });
});
