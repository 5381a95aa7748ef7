import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

import type { UsageRow } from '../../src/domain/execution.js';
import { USAGE_METRICS } from '../../src/domain/operation.js';
import type { PositionedRow } from '../../src/domain/ports/execution-store.js';
import type { RowFilter, RowOrder, RowQuery } from '../../src/domain/row-query.js';
import { createExecutionStore } from '../../src/store/execution-store.js';
import type { Tables } from '../../src/store/tables.js';
import {
  createTestStore,
  numberedRows,
  runningClaim,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
  usageRow,
} from '../support/store.js';
import {
  groupsOf,
  passes,
  someDimensions,
  someFilter,
  someOrder,
  someRows,
  sorted,
  sortedGroups,
  totalsOf,
} from '../support/table-model.js';

/** Each run stores a result of its own: enough to meet every pair of features, and a few seconds in all. */
const RUNS = { numRuns: 120 };

describe('the table of a result', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
    // A database of one's own may sort by the rules of a language, in which a comes before B.
    for (const column of ['oauth_client_name', 'user_name', 'template_uri', 'platform'])
      await test.query(`ALTER TABLE usage_rows ALTER COLUMN ${column} TYPE text COLLATE "en-x-icu"`);
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  async function stored(rows: readonly UsageRow[]): Promise<string> {
    const claim = await runningClaim(test.store);
    await test.store.finish(claim, SUCCEEDED, rows, TTL_MS);
    return claim.execution.id;
  }

  /** Every page, one after the other. */
  async function allPages(id: string, first: number, query: RowQuery): Promise<PositionedRow[]> {
    const all: PositionedRow[] = [];
    for (;;) {
      const page = await test.store.rows(id, all.at(-1)?.position ?? 0, first, query);
      all.push(...page.items);
      expect(page.items.length).toBeLessThanOrEqual(first);
      if (!page.hasNextPage) return all;
      expect(page.items).toHaveLength(first);
    }
  }

  const placed = (rows: readonly UsageRow[]) => rows.map((row, i) => ({ ...row, position: i + 1 }));

  it('is sorted, filtered and paged as the model says, each row once, whatever the size of a page', async () => {
    const one = async (rows: UsageRow[], order: RowOrder[], filter: RowFilter, first: number) => {
      const id = await stored(rows);
      const expected = sorted(placed(rows), order).filter((row) => passes(row, filter));
      const found = await allPages(id, first, { order, filter });
      expect(found.map(({ row, position }) => ({ ...row, position }))).toEqual(expected);
      expect(await test.store.countRows(id, filter)).toBe(expected.length);
    };
    const pageSize = fc.integer({ min: 1, max: 12 });
    await fc.assert(fc.asyncProperty(someRows, someOrder, someFilter, pageSize, one), RUNS);
  });

  it('adds up as the model does', async () => {
    const one = async (rows: UsageRow[], filter: RowFilter) => {
      const id = await stored(rows);
      expect(await test.store.totals(id, filter)).toEqual(
        totalsOf(rows.filter((row) => passes(row, filter))),
      );
    };
    await fc.assert(fc.asyncProperty(someRows, someFilter, one), RUNS);
  });

  it('has the groups of the model, in its order, with the same shares', async () => {
    const orderOf = fc.tuple(
      someDimensions,
      fc.nat(),
      fc.constantFrom(...USAGE_METRICS),
      fc.constantFrom('ASC' as const, 'DESC' as const),
    );
    const one = async (
      rows: UsageRow[],
      [by, pick, metric, direction]: typeof orderOf extends fc.Arbitrary<infer T> ? T : never,
      filter: RowFilter,
      first: number,
    ) => {
      const id = await stored(rows);
      const order = { field: [...by, metric][pick % (by.length + 1)] ?? metric, direction };
      const groups = sortedGroups(
        groupsOf(
          rows.filter((row) => passes(row, filter)),
          by,
        ),
        order,
      );
      const counter =
        metric === 'REQUESTS' ? 'requests' : (metric.toLowerCase().replace('_', '') as 'status200');
      const whole = totalsOf(groups.flatMap((group) => group.rows))[counter];
      const found = await test.store.groups(id, { by, first, order, shareOf: metric, filter });
      expect(found).toEqual(
        groups.slice(0, first).map(({ key, rows: members }) => {
          const totals = totalsOf(members);
          const part = totals[counter];
          return { key, totals, share: whole && part !== null ? part / whole : null };
        }),
      );
    };
    const first = fc.integer({ min: 0, max: 50 });
    await fc.assert(fc.asyncProperty(someRows, orderOf, someFilter, first, one), RUNS);
  });

  it('is compared with another as the model does, keys of one side included', async () => {
    const one = async (
      before: UsageRow[],
      now: UsageRow[],
      by: Parameters<typeof groupsOf>[1],
      first: number,
    ) => {
      const [baseline, current] = [await stored(before), await stored(now)];
      const isOld = new Set(before);
      const groups = groupsOf([...before, ...now], by).map((group) => {
        const sides = [true, false].map((old) => {
          const rows = group.rows.filter((row) => isOld.has(row) === old);
          return rows.length === 0 ? null : totalsOf(rows);
        });
        return { ...group, baseline: sides[0] ?? null, current: sides[1] ?? null };
      });
      const change = ({ baseline: old, current: young }: (typeof groups)[number]) => {
        const [a, b] = [old ? old.requests : 0, young ? young.requests : 0];
        return a === null || b === null ? null : Math.abs(b - a);
      };
      const expected = sortedGroups(groups, { by: change }).slice(0, first);
      expect(await test.store.compare(baseline, current, { by, first, metric: 'REQUESTS' })).toEqual(
        expected.map((group) => ({ key: group.key, baseline: group.baseline, current: group.current })),
      );
    };
    const first = fc.integer({ min: 1, max: 80 });
    await fc.assert(fc.asyncProperty(someRows, someRows, someDimensions, first, one), RUNS);
  });

  it('compared with itself is the same on both sides', async () => {
    const id = await stored([usageRow({ requests: 3 }), usageRow({ requests: 4 })]);
    const [group] = await test.store.compare(id, id, { by: ['DATE'], first: 5, metric: 'REQUESTS' });
    expect(group).toMatchObject({ baseline: { rowCount: 2, requests: 7 }, current: { requests: 7 } });
  });

  it('shows a sum that no JSON number holds as the largest that one does', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const id = await stored([usageRow({ requests: most }), usageRow({ requests: most })]);
    const query = { by: ['DATE' as const], first: 1, order: { field: 'DATE', direction: 'ASC' } as const };
    expect((await test.store.totals(id)).requests).toBe(most);
    expect(await test.store.groups(id, { ...query, shareOf: 'REQUESTS', filter: {} })).toMatchObject([
      { totals: { requests: most } },
    ]);
  });

  it('goes on behind a row that the filter no longer lets pass', async () => {
    const id = await stored(numberedRows(6));
    const order = [{ field: 'REQUESTS', direction: 'DESC' } as const];
    const page = await test.store.rows(id, 5, 10, {
      order,
      filter: { minimum: [{ metric: 'REQUESTS', value: 0 }], templateUris: ['/api/v2/users'] },
    });
    expect(page.items.map(({ row }) => row.requests)).toEqual([4, 3, 2, 1]);
  });

  it('has nothing behind a position that it does not have', async () => {
    const id = await stored(numberedRows(3));
    const order = [{ field: 'REQUESTS', direction: 'ASC' } as const];
    for (const query of [{ order, filter: {} }, undefined])
      expect(await test.store.rows(id, 99, 10, query)).toEqual({ items: [], hasNextPage: false });
  });

  it('keeps what it is asked for apart from what it is asked with', async () => {
    const id = await stored(numberedRows(3));
    const evil = `'; DROP TABLE usage_rows; --`;
    const filter = { templateUris: [evil], templateUriContains: evil, platforms: [evil] };
    expect(await test.store.countRows(id, filter)).toBe(0);
    expect(await test.store.countRows(id, {})).toBe(3);
  });

  describe('in upstream’s order', () => {
    /** The store over a pool that takes note of its statements. */
    async function plansOf(use: (store: ReturnType<typeof createExecutionStore>) => Promise<unknown>) {
      const statements: { sql: string; parameters: readonly unknown[] }[] = [];
      const pool = new pg.Pool({ connectionString: test.url, max: 1 });
      const db = new Kysely<Tables>({
        dialect: new PostgresDialect({ pool }),
        log: ({ query }) => void statements.push(query),
      });
      await use(createExecutionStore(db));
      await db.destroy();
      const plans = statements.map(({ sql, parameters }) =>
        test.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, parameters),
      );
      return (await Promise.all(plans)).map((lines) => lines.map((line) => line['QUERY PLAN']).join('\n'));
    }

    it.each([0, 15_000])(
      'a page behind row %d is a range of the primary key, with no scan or sort of the rest',
      async (after) => {
        const id = await stored(numberedRows(20_000));
        await stored(numberedRows(20_000));
        const read = () => plansOf((store) => store.rows(id, after, 1_000));
        const untold = await read();
        await test.query('ANALYZE usage_rows');
        for (const [plan] of [untold, await read()]) {
          expect(plan).toMatch(/Index Cond: .*execution_id.*position.* <= /);
          expect(plan).not.toContain('Seq Scan');
        }
      },
    );

    it('is what the plan shows: one in another order would scan', async () => {
      const id = await stored(numberedRows(5_000));
      await test.query('ANALYZE usage_rows');
      const order = [{ field: 'REQUESTS', direction: 'ASC' } as const];
      const [plan] = await plansOf((store) => store.rows(id, 0, 10, { order, filter: {} }));
      expect(plan).toMatch(/Sort/);
    });
  });
});
