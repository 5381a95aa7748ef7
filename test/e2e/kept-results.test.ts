import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { UsageOperation } from '../../src/domain/operation.js';
import {
  CancelUsageExecution,
  Execution,
  ExecutionFinished,
  ExecutionRows,
  Executions,
  NodeById,
} from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, DOORS, execute } from '../support/clients.js';
import { inDatabase } from '../support/database.js';
import { csvPath, download, jsonLinesPath, uuidOf } from '../support/exports.js';
import { finishedId } from '../support/starts.js';

const MOST = 30_000;

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator({ env: { MAX_RESULT_ROWS: String(MOST) } });
});
afterEach(async () => {
  app.simulator.faults.clear();
  await closeClients();
});
afterAll(() => app?.stop());

describe('truncated', () => {
  it.each<[UsageOperation, number, number, boolean]>([
    ['SIMPLE_SEARCH', 19_999, 19_999, false],
    ['SIMPLE_SEARCH', 20_000, 20_000, true],
    ['SIMPLE_SEARCH', 25_000, 20_000, true],
    ['ORGANIZATION_QUERY', MOST, MOST, false],
    ['ORGANIZATION_QUERY', MOST + 1, MOST, true],
    ['ORGANIZATION_AGGREGATES', MOST, MOST, false],
    ['ORGANIZATION_AGGREGATES', MOST + 1, MOST, true],
  ])('%s with %i rows upstream keeps %i: %s', async (operation, upstream, kept, truncated) => {
    app.simulator.faults.inject({ kind: 'rows', count: upstream }, { stage: 'results' });
    const id = await finishedId(app.url, operation);

    const { usageExecution } = dataOf(await execute(app.url, Execution, { id }));
    const { usageExecution: table } = dataOf(await execute(app.url, ExecutionRows, { id, first: 1 }));
    const exported = (await download(app.url, csvPath(id))).body.toString().split('\r\n');

    expect(usageExecution?.truncated).toBe(truncated);
    expect(table?.rows.totalCount).toBe(kept);
    expect(table?.totals.rowCount).toBe(kept);
    expect(exported).toHaveLength(kept + 2);
  });
});

describe('an execution that has expired behaves as one that never was', () => {
  const unknown = `exe_${'0'.repeat(32)}`;
  /** What a caller sees of an id, but for the id itself. */
  const withoutId = (seen: unknown, id: string) =>
    JSON.parse(JSON.stringify(seen).replaceAll(id, 'ID')) as object;
  let expired: string;
  beforeAll(async () => {
    expired = await finishedId(app.url);
    await inDatabase(
      app.databaseUrl,
      `UPDATE executions SET expires_at = now() WHERE id = '${uuidOf(expired)}'`,
    );
  });

  const PATHS: [string, (id: string) => Promise<unknown>][] = [
    ['a query', async (id) => dataOf(await execute(app.url, Execution, { id }))],
    ['node', async (id) => dataOf(await execute(app.url, NodeById, { id }))],
    ['its rows and totals', async (id) => dataOf(await execute(app.url, ExecutionRows, { id }))],
    ['a cancel', async (id) => dataOf(await execute(app.url, CancelUsageExecution, { input: { id } }))],
    ['an export as CSV', async (id) => (await download(app.url, csvPath(id))).body.toString()],
    ['an export as JSON Lines', async (id) => (await download(app.url, jsonLinesPath(id))).body.toString()],
    ...DOORS.map((door): [string, (id: string) => Promise<unknown>] => [
      `a subscription over ${door.name}`,
      (id) => door.subscribe(app.url, ExecutionFinished, { id }).rest(),
    ]),
  ];

  it.each(PATHS)('to %s', async (_name, see) => {
    expect(withoutId(await see(expired), expired)).toEqual(withoutId(await see(unknown), unknown));
  });

  it('in the list', async () => {
    const { usageExecutions } = dataOf(await execute(app.url, Executions, { first: 100 }));
    expect(usageExecutions.nodes.map(({ id }) => id)).not.toContain(expired);
    expect(usageExecutions.totalCount).toBe(usageExecutions.nodes.length);
  });
});
