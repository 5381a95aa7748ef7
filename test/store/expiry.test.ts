import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { deleteBatch } from '../../src/store/expiry.js';
import { replaceRows } from '../support/exports.js';
import {
  createTestStore,
  EVERYTHING,
  FAILED,
  LEASE_MS,
  NODE,
  numberedRows,
  runningClaim,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
} from '../support/store.js';

const MANY = 50_000;

describe('what has expired', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  async function finished(rows: number, { expired }: { expired: boolean }): Promise<string> {
    const claim = await runningClaim(test.store);
    const outcome = rows > 0 ? SUCCEEDED : FAILED;
    await test.store.finish(claim, outcome, numberedRows(Math.min(rows, 10)), expired ? 0 : TTL_MS);
    if (rows > 10) await replaceRows(test.url, claim.execution.id, rows);
    return claim.execution.id;
  }

  const count = async (table: string) =>
    (await test.query<{ count: number }>(`SELECT count(*)::int FROM ${table}`))[0]?.count;

  it('is deleted with its rows, in batches of 5,000, and nothing else is', async () => {
    await finished(12_000, { expired: true });
    const kept = await finished(10, { expired: false });
    const left: unknown[] = [];
    do left.push([await count('executions'), await count('usage_rows')]);
    while (await test.store.deleteExpired());

    expect(left).toEqual([
      [2, 12_010],
      [2, 7_010],
      [2, 2_010],
    ]);
    expect([await count('executions'), await count('usage_rows')]).toEqual([1, 10]);
    expect((await test.store.rows(kept, 0, 100)).items).toHaveLength(10);
  });

  it('goes many at a time when it is small', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, (_, i) => finished(i % 3, { expired: true })));
    expect(await test.store.deleteExpired()).toBe(false);
    expect(ids).toHaveLength(30);
    expect([await count('executions'), await count('usage_rows')]).toEqual([0, 0]);
  });

  it('holds up nobody while a batch is being deleted', async () => {
    await finished(MANY, { expired: true });
    const kept = await finished(20_000, { expired: false });
    const due = await runningClaim(test.store, {}, 0);
    const other = test.anotherNode();

    await test.database.db.transaction().execute(async (tx) => {
      expect(await deleteBatch(tx)).toBe(true);
      // Its locks are held until the transaction ends; none of these waits for them.
      const claims = await other.claimDue(NODE, 10, LEASE_MS);
      expect(claims.map(({ execution }) => execution.id)).toEqual([due.execution.id]);
      expect(await other.finish(claims[0]!, SUCCEEDED, numberedRows(100), TTL_MS)).not.toBeNull();
      expect((await other.rows(kept, 10_000, 100)).items).toHaveLength(100);
      expect(await other.get(kept, EVERYTHING)).not.toBeNull();
      expect((await other.list(EVERYTHING, {}, { first: 10, after: null })).items).toHaveLength(2);
      await runningClaim(other);
    });
  });

  it('is shared by nodes that tidy at the same time: none waits for another', async () => {
    await finished(MANY, { expired: true });
    await finished(MANY, { expired: true });
    await test.database.db.transaction().execute(async (tx) => {
      await deleteBatch(tx);
      expect(await test.anotherNode().deleteExpired()).toBe(false);
    });
    const nodes = [test.anotherNode(), test.anotherNode(), test.store];
    await Promise.all(
      nodes.map(async (node) => {
        while (await node.deleteExpired());
      }),
    );
    while (await test.store.deleteExpired());
    expect([await count('executions'), await count('usage_rows')]).toEqual([0, 0]);
  });
});
