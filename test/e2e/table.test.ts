import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { CompareExecutions, ExecutionTable } from '../documents/usage.graphql.js';
import type { ExecutionTableQueryVariables } from '../generated/graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, DOORS, execute, type Token } from '../support/clients.js';
import { inDatabase } from '../support/database.js';
import { type ReadRow, readPages, sumsOf } from '../support/rows.js';
import { finishedId, startedId } from '../support/starts.js';
import { THREE_DOORS } from '../support/three-doors.js';

/** Other days than the usual ones, so that these are other questions, whatever is answered from what is stored. */
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
const OTHER_INTERVAL = `${daysAgo(9)}/${daysAgo(7)}`;
const OPEN_INTERVAL = `${daysAgo(19)}/${daysAgo(17)}`;

let app: TestApp;
let id: string;
let all: ReadRow[];
/** How long upstream takes. */
let durationMs = 0;

beforeAll(async () => {
  app = await startAppWithSimulator({ simulator: { durations: () => durationMs } });
  id = await finishedId(app.url);
  all = (await readPages(app.url, id, 1_000)).flatMap((page) => page.rows.nodes);
});
afterEach(async () => {
  durationMs = 0;
  await closeClients();
});
afterAll(() => app?.stop());

async function ask(variables: Partial<ExecutionTableQueryVariables>, token?: Token) {
  const result = await execute(app.url, ExecutionTable, { id, by: ['HTTP_METHOD'], ...variables }, token);
  return dataOf(result).usageExecution!;
}
const compare = (baseline: string, current: string, token?: Token) =>
  execute(app.url, CompareExecutions, { baseline, current, by: ['OAUTH_CLIENT'], first: null }, token);

describe('the rows of a result over HTTP', () => {
  it('come in the order asked for, page by page, each once', async () => {
    const orderBy = [
      { field: 'HTTP_METHOD' as const },
      { field: 'REQUESTS' as const, direction: 'DESC' as const },
    ];
    const found: unknown[] = [];
    for (let after: string | null | undefined = null; ;) {
      const { rows } = await ask({ first: 7, orderBy, after });
      found.push(...rows.nodes.map(({ httpMethod, requests }) => [httpMethod, requests]));
      after = rows.pageInfo.endCursor;
      if (!rows.pageInfo.hasNextPage) break;
    }
    const expected = all.map(({ httpMethod, requests }) => [httpMethod!, requests!] as const);
    expected.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : b[1] - a[1]));
    expect(found).toEqual(expected);
  });

  it('are those that pass the filter, and so are their count, their totals and their groups', async () => {
    const day = all[0]!.date!;
    const [client] = all.flatMap(({ oauthClient }) => oauthClient?.id ?? []);
    const filter = {
      dateFrom: day,
      dateTo: day,
      oauthClientIds: [client!],
      minimum: [{ metric: 'REQUESTS' as const, value: 1 }],
    };
    const expected = all.filter(
      (row) => row.date === day && row.oauthClient?.id === client && row.requests! >= 1,
    );

    const { rows, totals, groups } = await ask({ filter });

    expect(expected.length).toBeGreaterThan(0);
    expect(rows.nodes.map(({ httpMethod }) => httpMethod)).toEqual(
      expected.map(({ httpMethod }) => httpMethod),
    );
    expect(rows.totalCount).toBe(expected.length);
    expect(totals).toMatchObject({ rowCount: expected.length, requests: sumsOf(expected).requests });
    expect(groups.reduce((sum, group) => sum + group.totals.requests!, 0)).toBe(totals.requests);
  });

  it('refuse the cursor of another order and of another execution', async () => {
    const other = await finishedId(app.url, 'ORGANIZATION_QUERY', { interval: OTHER_INTERVAL });
    const orderBy = [{ field: 'REQUESTS' as const }];
    const cursor = (await ask({ first: 1, orderBy })).rows.pageInfo.endCursor!;
    const plain = (await ask({ first: 1 })).rows.pageInfo.endCursor!;
    const wrong: Partial<ExecutionTableQueryVariables>[] = [
      { after: cursor },
      { after: plain, orderBy },
      { after: cursor, orderBy: [{ field: 'REQUESTS', direction: 'DESC' }] },
      { after: cursor, orderBy: [...orderBy, { field: 'DATE' }] },
      { after: cursor, orderBy, id: other },
      { after: plain, id: other },
    ];
    for (const variables of wrong) {
      const { errors } = await execute(app.url, ExecutionTable, { id, by: ['DATE'], ...variables });
      expect(errors).toMatchObject([
        { message: expect.stringMatching(/same orderBy/), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
  });

  it('are not there before the execution has succeeded', async () => {
    durationMs = 60_000;
    const open = await startedId(app.url, 'ORGANIZATION_QUERY', { interval: OPEN_INTERVAL });
    const seen = await ask({ id: open, orderBy: [{ field: 'DATE' }], filter: { httpMethods: ['GET'] } });
    expect(seen).toMatchObject({ rows: { totalCount: 0, nodes: [] }, totals: { rowCount: 0 }, groups: [] });
    const { errors } = await compare(id, open);
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_COMPARABLE', retryable: true } }]);
  });
});

describe('the groups of a result', () => {
  it('by date are a time series, with shares that add up', async () => {
    const { groups, totals } = await ask({ by: ['DATE'] });
    const days = [...new Set(all.map(({ date }) => date!))].sort();
    expect(groups.map(({ key }) => key)).toEqual(
      days.map((value) => [{ dimension: 'DATE', value, name: null }]),
    );
    expect(groups.reduce((sum, { share }) => sum + share!, 0)).toBeCloseTo(1);
    expect(groups[0]!.share).toBeCloseTo(groups[0]!.totals.requests! / totals.requests!);
  });

  it.each([
    ['OAUTH_CLIENT', '/api/v2/oauth/clients'],
    ['USER', '/api/v2/users?id='],
  ] as const)('by %s have names, for at most one call upstream', async (dimension, path) => {
    const grouped = await finishedId(app.url, 'ORGANIZATION_QUERY', {
      groupBy: [dimension],
      granularity: null,
    });
    await inDatabase(
      app.databaseUrl,
      'UPDATE usage_rows SET oauth_client_name = NULL; DELETE FROM row_blocks',
    );
    const before = app.simulator.requests.length;
    const { groups } = await ask({ id: grouped, by: [dimension], first: 0 });
    expect(groups.length).toBeGreaterThan(5);
    // Requests that no user made are a group as well.
    const known = groups.filter(({ key }) => key[0]!.value !== null);
    expect(known.filter(({ key }) => key[0]!.name === null)).toEqual([]);
    const calls = app.simulator.requests.slice(before).map((call) => call.path);
    const lookUps = calls.filter((call) => !call.includes('/usage/'));
    expect(lookUps).toEqual([expect.stringContaining(path)]);
  });
});

describe('compareUsageExecutions', () => {
  it('tells what has changed most, and what is on one side alone', async () => {
    const current = await finishedId(app.url, 'ORGANIZATION_QUERY', { interval: OTHER_INTERVAL });
    const [biggest, gone] = [...new Set(all.map(({ oauthClient }) => oauthClient!.id!))];
    const uuid = current.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    await inDatabase(
      app.databaseUrl,
      `DELETE FROM usage_rows WHERE execution_id = '${uuid}' AND oauth_client_id = '${gone}';
       UPDATE usage_rows SET requests = requests + 1000000000 WHERE execution_id = '${uuid}' AND oauth_client_id = '${biggest}'`,
    );

    const { compareUsageExecutions: told } = dataOf(await compare(id, current));

    expect([told.baseline.id, told.current.id]).toEqual([id, current]);
    expect(told.groups[0]).toMatchObject({ key: [{ value: biggest }] });
    expect(told.groups[0]!.difference.requests).toBeGreaterThan(0);
    const missing = told.groups.find(({ key }) => key[0]!.value === gone);
    expect(missing).toMatchObject({ current: null, ratio: { requests: 0 } });
    expect(missing!.difference.requests).toBe(-missing!.baseline!.requests!);
  });

  it('knows a foreign execution as little as one that there is not', async () => {
    const foreign = await finishedId(app.url, 'ORGANIZATION_QUERY', {}, 'demo-other-org');
    const unknown = 'exe_0f0e0d0c0b0a49088706050403020100';
    const [one, other] = [await compare(id, foreign), await compare(id, unknown)];
    expect(one.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    expect(one.errors).toEqual(other.errors);
  });
});

describe.each(THREE_DOORS)('through $name', (door) => {
  const CASES: [string, string, RegExp][] = [
    [
      'rows(filter: {dateFrom: "2026-03-02", dateTo: "2026-03-01"}) { totalCount }',
      'BAD_USER_INPUT',
      /lies after/,
    ],
    ['rows(filter: {templateUriContains: "\\u0000"}) { totalCount }', 'BAD_USER_INPUT', /NUL/],
    ['groups(by: []) { share }', 'BAD_USER_INPUT', /at least one/],
    ['groups(by: [DATE], first: 1001) { share }', 'BAD_USER_INPUT', /0 to 1000/],
    ['groups(by: [DATE], orderBy: {field: USER}) { share }', 'BAD_USER_INPUT', /not by USER/],
    ['totals(filter: {platforms: [""]}) { rowCount }', 'BAD_USER_INPUT', /platforms/],
  ];
  it.each(CASES)('%s is refused, and says why', async (field, code, message) => {
    const { errors } = await door.ask(app.url, { query: `{ usageExecution(id: "${id}") { ${field} } }` });
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code } }]);
  });
});

it.each(DOORS)('the final event over $name brings the table with it', async (door) => {
  const open = await startedId(app.url);
  const query = `subscription ($id: ID!) { usageExecutionFinished(id: $id) {
    rows(first: 1, orderBy: [{field: REQUESTS, direction: DESC}]) { nodes { requests } totalCount }
    groups(by: [OAUTH_CLIENT, HTTP_METHOD], first: 3) { key { value name } totals { requests } share }
  } }`;
  const result = await door.send(app.url, { query, variables: { id: open } }).next();
  const { usageExecutionFinished: seen } = dataOf(result ?? {}) as {
    usageExecutionFinished: { rows: { nodes: { requests: number }[] }; groups: unknown[] };
  };
  expect(seen.rows.nodes[0]!.requests).toBe(Math.max(...all.map(({ requests }) => requests!)));
  expect(seen.groups).toHaveLength(3);
});
