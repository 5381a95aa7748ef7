import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

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

let test: TestStore;
beforeAll(async () => {
  test = await createTestStore();
});
afterAll(() => test?.stop());

/** Fewer rows are read one by one. */
const MANY = 300;

async function storedAs(rows: readonly UsageRow[]) {
  const claim = await runningClaim(test.store);
  const { id } = claim.execution;
  await test.store.finish(claim, SUCCEEDED, rows, TTL_MS);
  const inOne = await test.store.rows(id, 0, MANY);
  const few = [];
  for (let after = 0; after < rows.length; after += 50)
    few.push(...(await test.store.rows(id, after, 50)).items);
  return { inOne: inOne.items, few };
}

describe('a full page of rows', () => {
  it('has the rows as they were stored, and as small pages have them', async () => {
    const rows = numberedRows(250).map((row, i) => ({
      ...row,
      userId: i % 3 ? `user-${i}` : null,
      platform: i % 2 ? '' : 'é"\\\n',
    }));
    const { inOne, few } = await storedAs(rows);
    expect(inOne.map(({ row }) => row)).toEqual(rows);
    expect(inOne).toEqual(few);
  });

  it.each([
    ['separates columns', '\u001f'],
    ['stands for null', '\u001e'],
    ['has both', 'a\u001e\u001fb'],
  ])('keeps a text that %s', async (_what, templateUri) => {
    const rows = [
      ...numberedRows(120),
      usageRow({ templateUri }),
      usageRow({ templateUri: null }),
      ...numberedRows(3),
    ];
    const { inOne, few } = await storedAs(rows);
    expect(inOne.map(({ row }) => row)).toEqual(rows);
    expect(inOne).toEqual(few);
  });

  it('may be empty', async () => {
    const { inOne } = await storedAs([]);
    expect(inOne).toEqual([]);
  });
});
