import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { UsageRow } from '../../src/domain/execution.js';
import {
  createTestStore,
  numberedRows,
  runningClaim,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
  usageRow,
} from '../support/store.js';

describe('the rows of a result', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  async function stored(rows: readonly UsageRow[]): Promise<string> {
    const claim = await runningClaim(test.store);
    const ended = await test.store.finish(claim, SUCCEEDED, rows, TTL_MS);
    expect(ended?.rowCount).toBe(rows.length);
    return claim.execution.id;
  }

  it('come back as they were given', async () => {
    const full = usageRow({
      organizationId: 'org-1',
      userId: 'user-1',
      userName: 'O\'Hara \\ "quoted" 😀 \u2028 ${}',
      platform: 'web',
      status200: 0,
      status500: Number.MAX_SAFE_INTEGER,
    });
    const empty = Object.fromEntries(Object.keys(full).map((key) => [key, null])) as unknown as UsageRow;
    const id = await stored([full, empty]);
    expect((await test.store.rows(id, 0, 10)).items).toEqual([
      { position: 1, row: full },
      { position: 2, row: empty },
    ]);
  });

  it('keep a day a day, whatever the time zone of the database', async () => {
    const id = await stored([usageRow({ date: '2024-02-29' })]);
    expect((await test.store.rows(id, 0, 1)).items[0]?.row.date).toBe('2024-02-29');
  });

  it('of 20,000 are stored in chunks, in order and without a gap', async () => {
    const id = await stored(numberedRows(20_000));
    const { items } = await test.store.rows(id, 0, 20_001);
    expect(items.map(({ position, row }) => position === row.requests && position)).toEqual(
      Array.from({ length: 20_000 }, (_, i) => i + 1),
    );
  });

  it('of several pages follow each other', async () => {
    const claim = await runningClaim(test.store);
    await test.store.appendRows(claim, numberedRows(3), 'page-2');
    await test.store.appendRows(claim, numberedRows(2, 4), 'page-3');
    await test.store.appendRows(claim, [], 'page-4');
    const ended = await test.store.finish(claim, SUCCEEDED, numberedRows(2, 6), TTL_MS);
    expect(ended?.rowCount).toBe(7);
    const { items } = await test.store.rows(claim.execution.id, 0, 100);
    expect(items.map(({ position, row }) => [position, row.requests])).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((n) => [n, n]),
    );
  });

  it('are paged by position, and the last page says so', async () => {
    const id = await stored(numberedRows(5));
    const pageAfter = async (after: number, first: number) => {
      const { items, hasNextPage } = await test.store.rows(id, after, first);
      return [items.map(({ position }) => position), hasNextPage];
    };
    expect(await pageAfter(0, 2)).toEqual([[1, 2], true]);
    expect(await pageAfter(2, 3)).toEqual([[3, 4, 5], false]);
    expect(await pageAfter(5, 3)).toEqual([[], false]);
    expect(await pageAfter(0, 0)).toEqual([[], true]);
  });

  it('are found by nobody under another execution or an id that is none', async () => {
    const [one, two] = [await stored(numberedRows(1)), await stored(numberedRows(1, 50))];
    const requests = async (id: string) =>
      (await test.store.rows(id, 0, 9)).items.map(({ row }) => row.requests);
    expect([await requests(one), await requests(two), await requests('junk')]).toEqual([[1], [50], []]);
  });

  it('add up to totals, and a counter that nobody asked for stays null', async () => {
    const id = await stored([
      usageRow({ requests: 1, status200: 0 }),
      usageRow({ requests: 2, status200: 0 }),
      usageRow({ requests: null, status200: 0, status429: 7 }),
    ]);
    expect(await test.store.totals(id)).toEqual({
      rowCount: 3,
      requests: 3,
      status200: 0,
      status300: null,
      status400: null,
      status429: 7,
      status500: null,
    });
  });

  it('add up beyond 32 bits without losing one', async () => {
    const id = await stored([usageRow({ requests: 2 ** 31 }), usageRow({ requests: 2 ** 52 + 1 })]);
    expect((await test.store.totals(id)).requests).toBe(2 ** 52 + 2 ** 31 + 1);
  });

  it('of an empty result add up to nothing', async () => {
    expect(await test.store.totals(await stored([]))).toMatchObject({ rowCount: 0, requests: null });
  });

  it('go when their execution goes', async () => {
    await stored(numberedRows(3));
    await test.query('DELETE FROM executions');
    expect(await test.query('SELECT 1 FROM usage_rows')).toEqual([]);
  });
});
