import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { OAuthClients } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { inDatabase } from '../support/database.js';
import { closeClients, dataOf, execute, post, webSocketDoor } from '../support/clients.js';
import { readPage } from '../support/rows.js';
import { finishedId } from '../support/starts.js';
import { until } from '../support/until.js';

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterEach(async () => {
  app.simulator.faults.clear();
  await closeClients();
});
afterAll(() => app?.stop());

describe('names in rows', () => {
  it.each(['ORGANIZATION_QUERY', 'ORGANIZATION_AGGREGATES'] as const)(
    'of users, of which %s gives ids alone, cost one call for a page',
    async (operation) => {
      const id = await finishedId(app.url, operation, { granularity: null, groupBy: ['USER'] });
      const before = app.simulator.requests.length;

      const users = (await readPage(app.url, id)).rows.nodes.flatMap((row) => row.user ?? []);

      expect(users.length).toBeGreaterThan(5);
      expect(users.filter((user) => user.name === null)).toEqual([]);
      expect(callsSince(before)).toEqual([expect.stringMatching(/^\/api\/v2\/users\?id=/)]);
    },
  );

  it('of OAuth clients that upstream gave with the row cost nothing', async () => {
    const id = await finishedId(app.url, 'ORGANIZATION_QUERY', { groupBy: ['OAUTH_CLIENT'] });
    const before = app.simulator.requests.length;

    const clients = (await readPage(app.url, id)).rows.nodes.flatMap((row) => row.oauthClient ?? []);

    expect(clients.filter((client) => client.name === null)).toEqual([]);
    expect(callsSince(before)).toEqual([]);
  });

  it('of OAuth clients that upstream left out cost one call for a page', async () => {
    const id = await finishedId(app.url, 'ORGANIZATION_QUERY', { groupBy: ['OAUTH_CLIENT'] });
    await inDatabase(app.databaseUrl, 'UPDATE usage_rows SET oauth_client_name = NULL');
    const before = app.simulator.requests.length;

    const clients = (await readPage(app.url, id)).rows.nodes.flatMap((row) => row.oauthClient ?? []);

    expect(clients.filter((client) => client.name === null)).toEqual([]);
    expect(callsSince(before)).toEqual(['/api/v2/oauth/clients']);
  });

  it('stay empty, and the rows come all the same, when upstream can not be asked for them', async () => {
    const id = await finishedId(app.url, 'ORGANIZATION_QUERY', { groupBy: ['USER'] });
    app.simulator.faults.inject(
      { kind: 'status', status: 503 },
      { path: (path) => path.startsWith('/api/v2/users?') },
    );

    const users = (await readPage(app.url, id)).rows.nodes.flatMap((row) => row.user ?? []);

    expect(users.length).toBeGreaterThan(0);
    expect(users.every((user) => user.name === null)).toBe(true);
  });
});

describe('names in a subscription that lives on', () => {
  it('are there again after upstream could not be asked for them', async () => {
    const query =
      'subscription { usageExecutionsFinished { id rows(first: 5) { nodes { user { id name } } } } }';
    const stream = webSocketDoor.send(app.url, { query });
    const byUser = { groupBy: ['USER' as const], granularity: null };
    const down = app.simulator.faults.inject(
      { kind: 'status', status: 503 },
      { path: (path) => path.startsWith('/api/v2/users?') },
    );
    const first = stream.next();
    await until('the awaited state', async () => {
      await finishedId(app.url, 'ORGANIZATION_QUERY', byUser);
      return down.hits > 0;
    });
    expect(namesIn(dataOf((await first) ?? {}))).toEqual(new Set([null]));
    down.remove();

    const id = await finishedId(app.url, 'ORGANIZATION_QUERY', byUser);

    let told: Record<string, unknown> = {};
    while (!JSON.stringify(told).includes(id)) told = dataOf((await stream.next()) ?? {});
    expect(namesIn(told)).not.toContain(null);
  });
});

describe('oauthClients', () => {
  it('lists the clients of the organization with their names', async () => {
    const { oauthClients } = dataOf(await execute(app.url, OAuthClients, {}));

    expect(oauthClients.length).toBeGreaterThan(5);
    expect(oauthClients.filter(({ id, name }) => !id || !name)).toEqual([]);
  });

  it('never gives a secret, and the schema has no field for one', async () => {
    const listed = await execute(app.url, OAuthClients, {});
    const asked = await post(app.url, { query: '{ oauthClients { id secret } }' });

    expect(JSON.stringify(listed)).not.toMatch(/secret/i);
    expect(asked.errors?.[0]?.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(JSON.stringify(asked)).not.toContain('FAKE-SECRET');
  });

  it('tells a caller without the permission that it is missing', async () => {
    const { errors } = await execute(app.url, OAuthClients, {}, 'demo-viewer');

    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', retryable: false } }]);
  });

  it('tells that upstream can not be asked just now', async () => {
    await execute(app.url, OAuthClients, {});
    app.simulator.faults.inject({ kind: 'status', status: 503 }, { stage: 'directory' });

    const { errors } = await execute(app.url, OAuthClients, {});

    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true } }]);
  });
});

/** The names of all users in a result. */
function namesIn(data: Record<string, unknown>): Set<string | null> {
  const execution = data['usageExecutionsFinished'] as { rows: { nodes: { user: User | null }[] } };
  return new Set(execution.rows.nodes.flatMap(({ user }) => (user ? [user.name] : [])));
}

interface User {
  readonly name: string | null;
}

function callsSince(count: number): string[] {
  return app.simulator.requests.slice(count).map(({ path }) => path);
}
