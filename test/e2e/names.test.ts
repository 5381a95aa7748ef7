import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { OAuthClients } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { inDatabase } from '../support/database.js';
import { closeClients, dataOf, execute, post, webSocketDoor } from '../support/clients.js';
import { csvPath, download, replaceRows } from '../support/exports.js';
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

/** What was looked up for other tests is not known to it. */
const nodeWithoutMemory = () => app.startNode();

type Users = readonly User[];

async function usersOf(url: string, id: string): Promise<Users> {
  return (await readPage(url, id)).rows.nodes.flatMap((row) => row.user ?? []);
}

describe('names in rows', () => {
  it.each(['ORGANIZATION_QUERY', 'ORGANIZATION_AGGREGATES'] as const)(
    'of users, of which %s gives ids alone, cost one call for a page',
    async (operation) => {
      const { url } = await nodeWithoutMemory();
      const id = await finishedId(app.url, operation, { granularity: null, groupBy: ['USER'] });
      let users: Users = [];
      const calls = await callsDuring(async () => (users = await usersOf(url, id)));

      expect(users.length).toBeGreaterThan(5);
      expect(users.filter((user) => user.name === null)).toEqual([]);
      expect(calls).toEqual([expect.stringMatching(/^\/api\/v2\/users\?id=/)]);
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
    await inDatabase(
      app.databaseUrl,
      'UPDATE usage_rows SET oauth_client_name = NULL; DELETE FROM row_blocks',
    );
    const before = app.simulator.requests.length;

    const clients = (await readPage(app.url, id)).rows.nodes.flatMap((row) => row.oauthClient ?? []);

    expect(clients.filter((client) => client.name === null)).toEqual([]);
    expect(callsSince(before)).toEqual(['/api/v2/oauth/clients']);
  });

  it('stay empty, and the rows come all the same, when upstream can not be asked for them', async () => {
    const { url } = await nodeWithoutMemory();
    const id = await finishedId(app.url, 'ORGANIZATION_QUERY', { groupBy: ['USER'] });
    app.simulator.faults.inject(
      { kind: 'status', status: 503 },
      { path: (path) => path.startsWith('/api/v2/users?') },
    );

    const users = await usersOf(url, id);

    expect(users.length).toBeGreaterThan(0);
    expect(users.every((user) => user.name === null)).toBe(true);
    // Soon there is an answer that is kept, and compared with what upstream says.
    for (let n = 0; n < 4; n += 1) expect(await callsDuring(() => usersOf(url, id))).toHaveLength(1);
  });
});

describe('names that were looked up', () => {
  const tenant = ['oauth:client:view', 'usage:*'];
  const withoutNames = (table: string) =>
    inDatabase(app.databaseUrl, `UPDATE usage_rows SET ${table} = NULL; DELETE FROM row_blocks`);
  const clientsOf = async (id: string, token?: string) =>
    (await readPage(app.url, id, {}, token)).rows.nodes.flatMap((row) => row.oauthClient ?? []);
  const nameless = (things: readonly { readonly name?: string | null }[]) =>
    things.filter(({ name }) => name === null);

  it('for a page of 1,000 rows with 40 clients cost one call, and nothing in the next request', async () => {
    const id = await fortyClients();
    const page = () => readPage(app.url, id, {}, app.simulator.tokens.issue({ permissions: tenant }));
    await clientsOf(id, app.simulator.tokens.issue({ permissions: ['usage:*'] }));
    const first = await callsDuring(page);
    const second = await callsDuring(page);

    expect((await page()).rows.nodes).toHaveLength(1_000);
    expect(first).toEqual(['/api/v2/oauth/clients']);
    expect(second).toEqual([]);
  });

  it('are not shown to a caller who may not see them, and cost nothing there', async () => {
    const id = await finishedId(app.url, 'ORGANIZATION_QUERY', { groupBy: ['OAUTH_CLIENT'] });
    await withoutNames('oauth_client_name');
    const seen = await clientsOf(id);
    const token = app.simulator.tokens.issue({ permissions: ['usage:organization:view'] });
    let blind: typeof seen = [];
    const calls = await callsDuring(async () => (blind = await clientsOf(id, token)));

    expect(nameless(seen)).toEqual([]);
    expect(blind).toHaveLength(seen.length);
    expect(nameless(blind)).toEqual(blind);
    expect(calls).toEqual([]);
  });

  it('with permissions unknown to us are asked for anew, and a refusal of them is no error', async () => {
    const token = app.simulator.tokens.issue({ kind: 'client', permissions: ['usage:*'] });
    const id = await finishedId(app.url, 'ORGANIZATION_QUERY', { groupBy: ['OAUTH_CLIENT'] }, token);
    await withoutNames('oauth_client_name');
    let clients: Awaited<ReturnType<typeof clientsOf>> = [];
    const calls = await callsDuring(async () => (clients = await clientsOf(id, token)));

    expect(clients.length).toBeGreaterThan(5);
    expect(nameless(clients)).toEqual(clients);
    expect(calls).toEqual(['/api/v2/oauth/clients']);
    expect(await callsDuring(() => clientsOf(id, token))).toEqual([]);
  });

  it('of users are asked for anew by another caller', async () => {
    const id = await finishedId(app.url, 'ORGANIZATION_QUERY', { groupBy: ['USER'], granularity: null });
    await readPage(app.url, id);
    const own = await callsDuring(() => readPage(app.url, id));
    // As the client of another user's token, which is another subject to upstream.
    app.simulator.tokens.setPermissions('demo-viewer', ['usage:*']);
    const another = await callsDuring(() => readPage(app.url, id, {}, 'demo-viewer'));
    app.simulator.tokens.setPermissions('demo-viewer', ['usage:client:view']);

    expect(own).toEqual([]);
    expect(another).toEqual([expect.stringMatching(/^\/api\/v2\/users\?id=/)]);
  });

  it('serve an export as well', async () => {
    const id = await finishedId(app.url, 'ORGANIZATION_QUERY', { groupBy: ['USER'], granularity: null });
    await readPage(app.url, id);
    expect(await callsDuring(() => download(app.url, csvPath(id)))).toEqual([]);
  });

  /** An execution with 2,000 rows of 40 clients, none of them named. */
  async function fortyClients(): Promise<string> {
    const id = await finishedId(app.url);
    await replaceRows(app.databaseUrl, id, 2_000);
    await withoutNames('oauth_client_name');
    return id;
  }
});

/** What upstream was asked meanwhile, but for who the callers are. */
async function callsDuring(work: () => Promise<unknown>): Promise<string[]> {
  const before = app.simulator.requests.length;
  await work();
  return callsSince(before).filter((path) => !path.includes('/me'));
}

describe('names in a subscription that lives on', () => {
  it('are there again after upstream could not be asked for them', async () => {
    const query =
      'subscription { usageExecutionsFinished { id rows(first: 5) { nodes { user { id name } } } } }';
    const { url } = await nodeWithoutMemory();
    const stream = webSocketDoor.send(url, { query });
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
  return new Set(execution.rows.nodes.flatMap(({ user }) => (user ? [user.name ?? null] : [])));
}

interface User {
  readonly name?: string | null;
}

function callsSince(count: number): string[] {
  return app.simulator.requests.slice(count).map(({ path }) => path);
}
