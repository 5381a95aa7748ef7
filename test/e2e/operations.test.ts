import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { USAGE_OPERATIONS, type UsageOperation } from '../../src/domain/operation.js';
import { Execution, ExecutionUpdated } from '../documents/usage.graphql.js';
import type { UsageDimension } from '../generated/graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, DOORS, execute } from '../support/clients.js';
import { COUNTERS, readPage, readPages, type ReadRow, sumsOf } from '../support/rows.js';
import { DEMO_CLIENT_ID, finishedId, INTERVAL, startedId } from '../support/starts.js';

const DAY_MS = 86_400_000;
const PER_CLIENT: readonly UsageOperation[] = [
  'OAUTH_CLIENT_QUERY',
  'OAUTH_CLIENT_SUMMARY',
  'OAUTH_CLIENT_AGGREGATES',
];

let app: TestApp;
const finished = new Map<UsageOperation, string>();
const idOf = (operation: UsageOperation) => finished.get(operation) ?? '';

beforeAll(async () => {
  app = await startAppWithSimulator();
  await Promise.all(
    USAGE_OPERATIONS.map(async (operation) => finished.set(operation, await finishedId(app.url, operation))),
  );
});
afterEach(closeClients);
afterAll(() => app?.stop());

describe.each(USAGE_OPERATIONS)('%s', (operation) => {
  it.each(DOORS)('pushes its final state to whoever started it, over $name', async (door) => {
    const id = await startedId(app.url, operation);
    const stream = door.subscribe(app.url, ExecutionUpdated, { id });

    const states = (await stream.rest()).map((result) => dataOf(result).usageExecutionUpdated);

    expect(states.at(-1)).toMatchObject({ id, status: 'SUCCEEDED', done: true });
    expect(await stream.ended).toEqual({ kind: 'completed' });
  });

  it('gives each row once when its pages are followed by cursors', async () => {
    const pages = await readPages(app.url, idOf(operation), 12);
    const paged = pages.flatMap((page) => page.rows.nodes);

    expect(pages.length).toBeGreaterThan(2);
    expect(new Set(paged.map(keyOf)).size).toBe(paged.length);
    expect(paged).toEqual((await readPage(app.url, idOf(operation))).rows.nodes);
    expect(pages.map((page) => page.rows.totalCount)).toEqual(pages.map(() => paged.length));
  });

  it('has totals that are the sums of its rows', async () => {
    const { totals, rows } = await readPage(app.url, idOf(operation));

    expect(totals).toMatchObject({ ...sumsOf(rows.nodes), rowCount: rows.nodes.length });
    expect(rows.nodes.length).toBeGreaterThan(0);
  });

  it('shows when it ran, until when it is kept and what its rows cover', async () => {
    const { usageExecution } = dataOf(await execute(app.url, Execution, { id: idOf(operation) }));
    const { createdAt = '', submittedAt, finishedAt, expiresAt, asOf } = usageExecution ?? {};
    const at = (instant: string | null | undefined) => Date.parse(instant ?? '');
    const lastMidnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    const endOfInterval = at(INTERVAL.split('/')[1]) + DAY_MS;

    expect(usageExecution).toMatchObject({ operation, status: 'SUCCEEDED', done: true, truncated: false });
    expect(usageExecution).toMatchObject({ nextPollAt: null, pollAfterMs: null, error: null });
    expect(usageExecution?.upstreamMayStillRun).toBe(false);
    expect(usageExecution?.upstreamId).toMatch(/^[0-9a-f-]{36}$/);
    expect(usageExecution?.pollCount).toBeGreaterThan(0);
    expect(at(submittedAt)).toBeGreaterThanOrEqual(at(createdAt));
    expect(at(finishedAt)).toBeGreaterThan(at(submittedAt));
    expect(at(expiresAt) - at(finishedAt)).toBe(168 * 3_600_000);
    expect(at(asOf)).toBe(operation === 'OAUTH_CLIENT_SUMMARY' ? lastMidnight : endOfInterval);
  });

  it('shows the query in canonical form', async () => {
    const { usageExecution } = dataOf(await execute(app.url, Execution, { id: idOf(operation) }));
    const isSummary = operation === 'OAUTH_CLIENT_SUMMARY';

    expect(usageExecution?.request).toMatchObject({
      interval: isSummary ? null : INTERVAL,
      days: isSummary ? 7 : null,
      clientId: PER_CLIENT.includes(operation) ? DEMO_CLIENT_ID : null,
      filters: { httpMethods: [], templateUris: [] },
      sortBy: [],
    });
  });
});

describe.each(USAGE_OPERATIONS.filter((operation) => operation !== 'OAUTH_CLIENT_SUMMARY'))(
  '%s of one metric by one dimension',
  (operation) => {
    let rows: readonly ReadRow[];

    beforeAll(async () => {
      const choice = { granularity: null, metrics: ['STATUS_200' as const] };
      const id = await finishedId(app.url, operation, { ...choice, groupBy: ['TEMPLATE_URI'] });
      rows = (await readPage(app.url, id)).rows.nodes;
    });

    it('leaves every metric null that was not asked for', () => {
      const counted = COUNTERS.filter((counter) => rows.some((row) => row[counter] !== null));
      expect(counted).toEqual(['status200']);
    });

    it('leaves every dimension null that was not grouped by', () => {
      expect(dimensionsIn(rows)).toEqual(['TEMPLATE_URI']);
    });
  },
);

describe('differences between the operations that clients do not see', () => {
  it.each(['ORGANIZATION_QUERY', 'SIMPLE_SEARCH', 'ORGANIZATION_AGGREGATES'] as const)(
    '%s groups by OAUTH_CLIENT, whatever upstream calls it',
    async (operation) => {
      const groupBy: UsageDimension[] = ['OAUTH_CLIENT'];
      const id = await finishedId(app.url, operation, { granularity: null, groupBy });
      const { nodes } = (await readPage(app.url, id)).rows;

      expect(nodes.every((row) => (row.oauthClient?.name ?? '') !== '')).toBe(true);
      expect(dimensionsIn(nodes)).toEqual(groupBy);
    },
  );

  it.each(USAGE_OPERATIONS)('%s writes dates as days and methods and endpoints alike', async (operation) => {
    const [row] = (await readPage(app.url, idOf(operation), { first: 1 })).rows.nodes;

    expect(row?.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(row?.httpMethod).toMatch(/^[A-Z]+$/);
    expect(row?.templateUri ?? 'api/').toMatch(/^api\//);
  });
});

function keyOf({ date, oauthClient, user, platform, httpMethod, templateUri }: ReadRow): string {
  return [date, oauthClient?.id ?? oauthClient?.name, user?.id, platform, httpMethod, templateUri].join(' ');
}

function dimensionsIn(rows: readonly ReadRow[]): UsageDimension[] {
  const valueOf: Record<UsageDimension, (row: ReadRow) => unknown> = {
    DATE: (row) => row.date,
    OAUTH_CLIENT: (row) => row.oauthClient,
    ORGANIZATION: (row) => row.organizationId,
    USER: (row) => row.user,
    TEMPLATE_URI: (row) => row.templateUri,
    HTTP_METHOD: (row) => row.httpMethod,
    PLATFORM: (row) => row.platform,
  };
  const dimensions = Object.keys(valueOf) as UsageDimension[];
  return dimensions.filter((dimension) => rows.some((row) => valueOf[dimension](row) !== null));
}
