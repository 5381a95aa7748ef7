import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { SubmittedQuery } from '../../src/domain/ports/usage-upstream.js';
import { fails, hang } from '../support/scripted-upstream.js';
import { stepParts } from '../support/steps.js';
import { createTestStore, LEASE_MS, NODE, numberedRows, type TestStore } from '../support/store.js';

/** A result of `pages` pages with 10 rows each; the cursor is the number of the page. */
function paged(pages: number) {
  return ({ cursor }: Pick<SubmittedQuery, 'cursor'>) => {
    const page = Number(cursor ?? 1);
    const rows = numberedRows(10, (page - 1) * 10 + 1);
    return { state: 'ROWS' as const, rows, nextCursor: page < pages ? String(page + 1) : null };
  };
}

describe('a result of many pages', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  const requestsOf = async (id: string) =>
    (await test.store.rows(id, 0, 1_000)).items.map(({ row }) => row.requests);
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  const claimAgain = async () => (await test.store.claimDue(NODE, 1, LEASE_MS))[0]!;

  it('is drained in one step', async () => {
    const { upstream, running, make } = stepParts(test.store);
    upstream.onPoll = paged(4);
    const ended = await make(await running());
    expect(ended).toMatchObject({ status: 'SUCCEEDED', rowCount: 40, truncated: false });
    expect(await requestsOf(ended!.id)).toEqual(upTo(40));
    expect(upstream.polls.map(({ cursor }) => cursor)).toEqual([null, '2', '3', '4']);
  });

  it('loses and doubles no row when it is interrupted at any page and taken up again', async () => {
    for (const stopAt of [1, 2, 3, 4]) {
      await test.clear();
      const { upstream, running, make } = stepParts(test.store);
      const claim = await running();
      const abort = new AbortController();
      upstream.onPoll = (query, _token, signal) => {
        if (Number(query.cursor ?? 1) < stopAt) return paged(4)(query);
        abort.abort(new Error('the node stops'));
        return hang(signal);
      };
      await expect(make(claim, abort.signal)).rejects.toThrow('the node stops');
      await test.store.release(claim);
      upstream.onPoll = paged(4);
      const ended = await make(await claimAgain());
      expect(ended).toMatchObject({ status: 'SUCCEEDED', rowCount: 40 });
      expect(await requestsOf(ended!.id)).toEqual(upTo(40));
      expect(upstream.polls.at(stopAt)?.cursor).toBe(stopAt === 1 ? null : String(stopAt));
    }
  });

  it('is taken up where a failure has stopped it', async () => {
    const { upstream, running, make } = stepParts(test.store);
    upstream.onPoll = (query) => (query.cursor === '3' ? fails('UNAVAILABLE')() : paged(4)(query));
    expect(await make(await running())).toMatchObject({ status: 'RUNNING', failureCount: 1, rowCount: 0 });
    await test.query('UPDATE executions SET due_at = now()');
    upstream.onPoll = paged(4);
    const ended = await make(await claimAgain());
    expect(await requestsOf(ended!.id)).toEqual(upTo(40));
  });

  it('is stored once when two nodes drain it, one of them without a lease', async () => {
    const slow = stepParts(test.store);
    const quick = stepParts(test.store);
    const claim = await slow.running();
    const atPage3 = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    slow.upstream.onPoll = async (query) => {
      if (query.cursor === '3') {
        atPage3.resolve();
        await goOn.promise;
      }
      return paged(4)(query);
    };
    const late = slow.make(claim);
    await atPage3.promise;
    await test.query('UPDATE executions SET due_at = now()');
    quick.upstream.onPoll = paged(4);
    const ended = await quick.make(await claimAgain());
    goOn.resolve();
    expect(await late).toBeNull();
    expect(ended).toMatchObject({ status: 'SUCCEEDED', rowCount: 40 });
    expect(await requestsOf(ended!.id)).toEqual(upTo(40));
  });

  it('is cut at the most rows that are kept, and says so', async () => {
    const { upstream, running, make } = stepParts(test.store, { maxResultRows: 25 });
    upstream.onPoll = paged(4);
    const ended = await make(await running());
    expect(ended).toMatchObject({ status: 'SUCCEEDED', rowCount: 25, truncated: true });
    expect(await requestsOf(ended!.id)).toEqual(upTo(25));
    expect(upstream.polls).toHaveLength(3);
  });

  it('is whole when it has exactly as many rows as are kept', async () => {
    const { upstream, running, make } = stepParts(test.store, { maxResultRows: 40 });
    upstream.onPoll = paged(4);
    expect(await make(await running())).toMatchObject({ rowCount: 40, truncated: false });
  });

  it('gets no more rows when the limit was lowered while it was drained', async () => {
    const before = stepParts(test.store);
    const claim = await before.running();
    await test.store.appendRows(claim, numberedRows(20), '3');
    await test.store.release(claim);
    const { upstream, make } = stepParts(test.store, { maxResultRows: 15 });
    upstream.onPoll = paged(4);
    expect(await make(await claimAgain())).toMatchObject({
      status: 'SUCCEEDED',
      rowCount: 20,
      truncated: true,
    });
  });

  it('ends as unknown when upstream has dropped it half way', async () => {
    const { upstream, running, make } = stepParts(test.store);
    upstream.onPoll = (query) =>
      query.cursor === '3' ? fails('NOT_FOUND', { status: 404 })() : paged(4)(query);
    await make(await running());
    await test.query('UPDATE executions SET due_at = now()');
    expect(await make(await claimAgain())).toMatchObject({
      status: 'FAILED',
      rowCount: 0,
      error: { code: 'UPSTREAM_NOT_FOUND', retryable: true },
    });
    expect(await test.query('SELECT 1 FROM usage_rows')).toEqual([]);
  });

  it.each([
    ['SIMPLE_SEARCH', 20_000, true],
    ['SIMPLE_SEARCH', 19_999, false],
    ['ORGANIZATION_QUERY', 20_000, false],
  ] as const)('of %s with %d rows was cut by upstream: %s', async (operation, count, truncated) => {
    const { upstream, running, make } = stepParts(test.store, { maxResultRows: 100_000 });
    upstream.onPoll = () => ({ state: 'ROWS', rows: numberedRows(count), nextCursor: null });
    expect(await make(await running({ operation }))).toMatchObject({ rowCount: count, truncated });
  });
});
