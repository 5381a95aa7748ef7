import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Execution } from '../../src/domain/execution.js';
import type { UsageOperation } from '../../src/domain/operation.js';
import type { NewExecution } from '../../src/domain/ports/execution-store.js';
import { EVERY_ROW } from '../../src/domain/row-query.js';
import type { RequestDraft } from '../../src/domain/request.js';
import { createUsageTable, type UsageTable } from '../../src/services/usage-table.js';
import {
  CALLER,
  createTestStore,
  FAILED,
  intent,
  numberedRows,
  runningClaim,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
} from '../support/store.js';
import { usageRequest } from '../support/usage-requests.js';

describe('the table of a result', () => {
  let test: TestStore;
  let table: UsageTable;
  beforeAll(async () => {
    test = await createTestStore();
    table = createUsageTable(test.store);
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  const everything = (execution: Execution) =>
    Promise.all([
      table.rows(execution, 0, 10),
      table.countRows(execution, EVERY_ROW),
      table.countRows(execution, { httpMethods: ['GET'] }),
      table.totals(execution),
      table.groups(execution, { by: ['DATE'], first: 5, order: null, filter: EVERY_ROW }),
    ]);

  it('is empty before it has succeeded, though rows are stored already', async () => {
    const claim = await runningClaim(test.store);
    await test.store.appendRows(claim, numberedRows(3), 'page-2');
    const open = (await test.store.get(claim.execution.id, { ...VISIBLE }))!;
    expect(await everything(open)).toEqual([
      { items: [], hasNextPage: false },
      0,
      0,
      expect.objectContaining({ rowCount: 0, requests: null }),
      [],
    ]);

    const ended = (await test.store.finish(claim, SUCCEEDED, [], TTL_MS))!;
    expect(await everything(ended)).toMatchObject([
      { items: [{ position: 1 }, { position: 2 }, { position: 3 }] },
      3,
      3,
      { rowCount: 3, requests: 6 },
      [{ totals: { requests: 6 }, share: 1 }],
    ]);
  });

  it('refuses a wrong question also while it is empty', async () => {
    const { execution } = await runningClaim(test.store);
    const asked = table.groups(execution, { by: [], first: 5, order: null, filter: EVERY_ROW });
    await expect(asked).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  async function succeeded(
    operation: UsageOperation,
    draft: RequestDraft = {},
    changes: Partial<NewExecution> = {},
  ) {
    const request = usageRequest(operation, draft);
    const claim = await runningClaim(test.store, { operation, request, ...changes });
    await test.store.finish(claim, SUCCEEDED, numberedRows(1), TTL_MS);
    return claim.execution.id;
  }
  const compared = (baseline: string, current: string, by: readonly ('DATE' | 'USER')[] = ['USER']) =>
    table.compare(CALLER, { baseline, current, by, first: 10 });

  it.each<[string, UsageOperation, RequestDraft, RegExp]>([
    ['operation', 'ORGANIZATION_AGGREGATES', {}, /operation: ORGANIZATION_QUERY and ORGANIZATION_AGGREGATES/],
    ['metrics', 'ORGANIZATION_QUERY', { metrics: ['STATUS_429'] }, /metrics: REQUESTS.* and STATUS_429/],
    ['granularity', 'ORGANIZATION_QUERY', { granularity: 'DAY' }, /granularity: none and DAY/],
    ['dimension', 'ORGANIZATION_QUERY', { groupBy: ['USER'] }, /not by USER and by USER/],
  ])('is not compared with that of another %s', async (_what, operation, draft, message) => {
    const [one, other] = [await succeeded('ORGANIZATION_QUERY'), await succeeded(operation, draft)];
    await expect(compared(one, other, ['DATE', 'USER'])).rejects.toMatchObject({
      code: 'NOT_COMPARABLE',
      message: expect.stringMatching(message),
      retryable: false,
    });
  });

  it('is compared though the granularity differs, when it is not asked for the date', async () => {
    const [one, other] = [
      await succeeded('ORGANIZATION_QUERY'),
      await succeeded('ORGANIZATION_QUERY', { granularity: 'DAY' }),
    ];
    expect((await compared(one, other)).groups).toHaveLength(1);
  });

  it('is not compared with what has no rows yet, or never will', async () => {
    const one = await succeeded('ORGANIZATION_QUERY');
    const claim = await runningClaim(test.store);
    const open = compared(one, claim.execution.id);
    await expect(open).rejects.toMatchObject({ code: 'NOT_COMPARABLE', retryable: true });
    await test.store.finish(claim, FAILED, [], TTL_MS);
    await expect(compared(claim.execution.id, one)).rejects.toMatchObject({
      code: 'NOT_COMPARABLE',
      retryable: false,
      message: expect.stringMatching(/baseline is FAILED/),
    });
  });

  it('is not found for a comparison by whoever may not see it, just as if there were none', async () => {
    const one = await succeeded('ORGANIZATION_QUERY');
    const foreign = await succeeded(
      'ORGANIZATION_QUERY',
      {},
      { owner: { ...intent().owner, organizationId: 'org-2' } },
    );
    const refusals = await Promise.all(
      [foreign, 'exe_0f0e0d0c0b0a49088706050403020100', 'junk'].map((id) =>
        compared(one, id).catch((error: Error & { code?: string }) => [error.code, error.message]),
      ),
    );
    expect(refusals[0]).toEqual(['NOT_FOUND', expect.stringContaining('current')]);
    expect(new Set(refusals.map((refusal) => JSON.stringify(refusal))).size).toBe(1);
  });
});

const VISIBLE = { organizationId: 'org-1', scope: 'tenant', operations: ['ORGANIZATION_QUERY' as const] };
