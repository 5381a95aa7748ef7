import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { UsageRow } from '../../src/domain/execution.js';
import type { RowBlock } from '../../src/domain/row-block.js';
import { parseBlock, ROWS_PER_BLOCK, toBlockText } from '../../src/store/block-text.js';
import {
  createTestStore,
  numberedRows,
  runningClaim,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
  usageRow,
} from '../support/store.js';

/** Three blocks, the last one with room. */
const MANY = ROWS_PER_BLOCK * 2 + 300;
const NASTY = ['', 'é😀', '"\\\n', '\u001e', '\u001f', '[0,"', 'null', null];

/** Columns with one value, with few, and with one for each row. */
function rowsOf(count: number): UsageRow[] {
  return numberedRows(count).map((row, i) => ({
    ...row,
    date: i % 5 ? `2026-03-0${1 + (i % 9)}` : null,
    platform: NASTY[i % NASTY.length]!,
    userId: i % 3 ? `user-${i}` : null,
    status200: Number.MAX_SAFE_INTEGER - i,
    status300: i % 44,
    status400: i % 45,
  }));
}

function toRows(blocks: readonly RowBlock[]): UsageRow[] {
  return blocks.flatMap(({ count, columns }) =>
    Array.from({ length: count }, (_, i) => {
      const entries = Object.entries(columns).map(([name, { values, indexes }]) => [
        name,
        values[indexes[i]!],
      ]);
      return Object.fromEntries(entries) as UsageRow;
    }),
  );
}

describe('rows in blocks', () => {
  let test: TestStore;
  let id: string;
  const rows = rowsOf(MANY);
  beforeAll(async () => {
    test = await createTestStore();
    const claim = await runningClaim(test.store);
    id = claim.execution.id;
    await test.store.finish(claim, SUCCEEDED, rows, TTL_MS);
  });
  afterAll(() => test?.stop());

  it.each([
    [0, 1],
    [0, ROWS_PER_BLOCK],
    [1, ROWS_PER_BLOCK],
    [ROWS_PER_BLOCK - 1, 2],
    [ROWS_PER_BLOCK, ROWS_PER_BLOCK],
    [ROWS_PER_BLOCK - 5, ROWS_PER_BLOCK + 10],
    [0, MANY],
    [MANY - 1, 1],
  ])('are the rows behind position %i, %i of them', async (after, count) => {
    const blocks = await test.store.blocks(id, after, count);
    const single = await test.store.rows(id, after, count);
    expect(toRows(blocks!)).toEqual(rows.slice(after, after + count));
    expect(toRows(blocks!)).toEqual(single.items.map(({ row }) => row));
    expect(blocks![0]!.position).toBe(after + 1);
  });

  it('have no value that none of their rows has', async () => {
    const [block] = (await test.store.blocks(id, 0, 3))!;
    for (const { values, indexes } of Object.values(block!.columns)) {
      expect(new Set(indexes)).toEqual(new Set(values.keys()));
    }
  });

  it('are not given when a part of them is missing', async () => {
    expect(await test.store.blocks(id, 0, MANY + 1)).toBeNull();
    const claim = await runningClaim(test.store);
    // No JSON number holds it exactly, nor is it the domain's: the rows alone have it.
    const large = usageRow({ requests: 2 ** 53 });
    await test.store.finish(claim, SUCCEEDED, [...numberedRows(ROWS_PER_BLOCK), large], TTL_MS);
    const { id: other } = claim.execution;
    expect(await test.store.blocks(other, 0, ROWS_PER_BLOCK)).toHaveLength(1);
    expect(await test.store.blocks(other, 5, ROWS_PER_BLOCK)).toBeNull();
  });

  it('go on where the page before has ended, when upstream gives a result in pages', async () => {
    const claim = await runningClaim(test.store);
    await test.store.appendRows(claim, rows.slice(0, 130), 'next');
    await test.store.appendRows(claim, rows.slice(130, 140), 'last');
    await test.store.finish(claim, SUCCEEDED, rows.slice(140, 500), TTL_MS);
    const blocks = await test.store.blocks(claim.execution.id, 100, 300);
    expect(toRows(blocks!)).toEqual(rows.slice(100, 400));
  });

  it('go with the execution', async () => {
    const count = () => test.query<{ n: number }>('SELECT count(*)::integer AS n FROM row_blocks');
    expect((await count())[0]?.n).toBeGreaterThan(0);
    await test.query(`UPDATE executions SET expires_at = now() WHERE finished_at IS NOT NULL`);
    while (await test.store.deleteExpired());
    expect((await count())[0]?.n).toBe(0);
  });
});

describe('the text of a block', () => {
  it('keeps what JSON escapes, half a surrogate pair included', () => {
    const rows = ['\ud800', '\u0000', '\u2028', '"', '\\'].map((templateUri) => usageRow({ templateUri }));
    expect(toRows([parseBlock(toBlockText(rows)!, 1, 0, rows.length)])).toEqual(rows);
  });

  it.each([{ requests: 1.5 }, { status500: 2 ** 53 }, { date: '2026-1-1' }])(
    'is not made of %j, which the database would give back in another way',
    (changes) => {
      expect(toBlockText([usageRow(), usageRow(changes)])).toBeNull();
    },
  );
});
