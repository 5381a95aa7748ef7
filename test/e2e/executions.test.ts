import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import {
  Execution,
  ExecutionRows as ROWS,
  Executions,
  ExecutionUpdated,
  NodeById,
} from '../documents/usage.graphql.js';
import type { ExecutionsQueryVariables } from '../generated/graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { inDatabase } from '../support/database.js';
import { closeClients, dataOf, DOORS, execute } from '../support/clients.js';
import { readPage } from '../support/rows.js';
import { DEMO_CLIENT_ID, finishedId, startedId } from '../support/starts.js';

let app: TestApp;
/** Oldest first. */
const ids: string[] = [];

beforeAll(async () => {
  app = await startAppWithSimulator();
  ids.push(await finishedId(app.url, 'ORGANIZATION_QUERY'));
  ids.push(await finishedId(app.url, 'OAUTH_CLIENT_QUERY', {}, 'demo-viewer'));
  ids.push(await finishedId(app.url, 'SIMPLE_SEARCH'));
  ids.push(await finishedId(app.url, 'OAUTH_CLIENT_SUMMARY'));
  app.simulator.faults.inject(
    { kind: 'job-status', queryStatus: 'Running' },
    { operation: 'organizationJob' },
  );
  ids.push(await startedId(app.url, 'ORGANIZATION_AGGREGATES'));
});
afterEach(closeClients);
afterAll(() => app?.stop());

async function list(variables: ExecutionsQueryVariables = {}, token?: string) {
  return dataOf(await execute(app.url, Executions, variables, token)).usageExecutions;
}

async function listedIds(variables: ExecutionsQueryVariables = {}, token?: string): Promise<string[]> {
  return (await list(variables, token)).nodes.map((node) => node.id);
}

const newestFirst = (...positions: number[]) => positions.map((position) => ids[position] ?? '').toReversed();

describe('one execution', () => {
  it('is found by its id', async () => {
    const { usageExecution } = dataOf(await execute(app.url, Execution, { id: ids[0] ?? '' }));
    expect(usageExecution?.id).toBe(ids[0]);
  });

  it('is found as a node', async () => {
    const { node } = dataOf(await execute(app.url, NodeById, { id: ids[0] ?? '' }));
    expect(node).toEqual({ __typename: 'UsageExecution', id: ids[0] });
  });

  it.each(['', 'exe_', 'exe_00000000000000000000000000000000', "' OR 1=1 --", 'ü'.repeat(5_000)])(
    'is null for an id that nobody was given: %.40s',
    async (id) => {
      expect(dataOf(await execute(app.url, Execution, { id }))).toEqual({ usageExecution: null });
    },
  );

  it('has no rows and zero totals while it runs', async () => {
    const { rows, totals, status } = await readPage(app.url, ids[4] ?? '');

    expect(status).toBe('RUNNING');
    expect(rows).toMatchObject({
      nodes: [],
      totalCount: 0,
      pageInfo: { hasNextPage: false, endCursor: null },
    });
    expect(totals).toMatchObject({ rowCount: 0, requests: null, errorRate: null });
  });

  it('tells when to ask again while it runs', async () => {
    const { usageExecution } = dataOf(await execute(app.url, Execution, { id: ids[4] ?? '' }));

    expect(usageExecution).toMatchObject({ done: false, finishedAt: null, expiresAt: null, asOf: null });
    expect(usageExecution?.pollAfterMs).toBeGreaterThanOrEqual(500);
  });
});

describe('the list of executions', () => {
  it('begins with the newest', async () => {
    expect(await listedIds()).toEqual(newestFirst(0, 1, 2, 3, 4));
  });

  it('gives each execution once when its pages are followed by cursors', async () => {
    const paged: string[] = [];
    let after: string | null | undefined = null;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list({ first: 2, after });
      expect(page.totalCount).toBe(5);
      paged.push(...page.nodes.map((node) => node.id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);

    expect(paged).toEqual(newestFirst(0, 1, 2, 3, 4));
  });

  it.each<[string, ExecutionsQueryVariables['filter'], number[]]>([
    ['status', { status: ['RUNNING', 'FAILED'] }, [4]],
    ['operation', { operation: ['SIMPLE_SEARCH', 'OAUTH_CLIENT_SUMMARY'] }, [2, 3]],
    ['client', { clientId: DEMO_CLIENT_ID }, [1, 3]],
    ['who started it', { mine: true }, [0, 2, 3, 4]],
    ['several at once', { mine: true, clientId: DEMO_CLIENT_ID }, [3]],
    ['an empty list, which nothing is in', { status: [] }, []],
  ])('is narrowed by %s', async (_name, filter, positions) => {
    expect(await listedIds({ filter })).toEqual(newestFirst(...positions));
  });

  it('is narrowed by the time of the start, the end excluded', async () => {
    const { nodes } = await list();
    const startOf = (position: number) => nodes.find(({ id }) => id === ids[position])?.createdAt ?? '';
    const filter = { createdFrom: startOf(1), createdTo: startOf(3) };

    expect(await listedIds({ filter })).toEqual(newestFirst(1, 2));
  });

  it('has no cursor on an empty page', async () => {
    expect((await list({ first: 0 })).pageInfo.endCursor).toBeNull();
    expect((await list({ first: 0 })).totalCount).toBe(5);
  });

  it('keeps its place when a newer execution is added between two pages', async () => {
    const { pageInfo } = await list({ first: 2 });
    await finishedId(app.url);

    expect(await listedIds({ after: pageInfo.endCursor ?? null })).toEqual(newestFirst(0, 1, 2));
  });
});

describe('cursors and page sizes', () => {
  const code = { extensions: { code: 'BAD_USER_INPUT' } };

  it.each([-1, 1_001, 5_000])('%i rows on a page are refused', async (first) => {
    const result = await execute(app.url, ROWS, { id: ids[0] ?? '', first });
    expect(result.errors).toMatchObject([{ ...code, message: expect.stringContaining('0 to 1000') }]);
  });

  it.each([-1, 101])('%i executions on a page are refused', async (first) => {
    expect((await execute(app.url, Executions, { first })).errors).toMatchObject([code]);
  });

  it('a cursor of another execution is refused', async () => {
    const { rows } = await readPage(app.url, ids[2] ?? '', { first: 1 });
    const after = rows.pageInfo.endCursor;

    expect((await execute(app.url, ROWS, { id: ids[0] ?? '', after })).errors).toMatchObject([code]);
    expect((await execute(app.url, Executions, { after })).errors).toMatchObject([code]);
  });

  it.each(['', 'x', 'ü', 'eA=='])('a cursor that was never given is refused: %s', async (after) => {
    expect((await execute(app.url, ROWS, { id: ids[0] ?? '', after })).errors).toMatchObject([code]);
    expect((await execute(app.url, Executions, { after })).errors).toMatchObject([code]);
  });
});

describe('an execution that has expired', () => {
  it.each(DOORS)('is gone for every reader, over $name too', async (door) => {
    const id = await finishedId(app.url);
    await inDatabase(
      app.databaseUrl,
      `UPDATE executions SET expires_at = now() WHERE id = '${id.replace('exe_', '')}'`,
    );

    expect(dataOf(await execute(app.url, Execution, { id }))).toEqual({ usageExecution: null });
    expect(await listedIds()).not.toContain(id);
    expect(await door.subscribe(app.url, ExecutionUpdated, { id }).rest()).toMatchObject([
      { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
    ]);
  });
});

describe('null in place of an argument that was left out', () => {
  it('means the same', async () => {
    const filter = { status: null, operation: null, clientId: null, createdFrom: null, mine: null };

    expect(await listedIds({ first: null, after: null, filter })).toEqual(await listedIds());
    expect(await listedIds({ filter: null })).toEqual(await listedIds());
  });
});
