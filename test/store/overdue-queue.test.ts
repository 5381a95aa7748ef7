import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { overdueSpread } from '../../src/domain/overdue.js';
import { createTestStore, LEASE_MS, NODE, runningClaim, type TestStore } from '../support/store.js';

/** Nine polls of a credential in ten seconds. */
const SPREAD = overdueSpread(30_000, { limit: 10, windowMs: 10_000 });

describe('a queue that nobody has worked on', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  async function overdue(count: number, credentialOf: (n: number) => string, agoMs = 5_000): Promise<void> {
    for (let n = 0; n < count; n += 1) await runningClaim(test.store, { credentialId: credentialOf(n) });
    await test.query(`UPDATE executions SET due_at = now() - make_interval(secs => ${agoMs / 1_000})`);
  }

  const waits = async () => {
    const sql = `SELECT EXTRACT(EPOCH FROM due_at - min(due_at) OVER ())::float8 * 1000 AS ms FROM executions ORDER BY 1`;
    return (await test.query<{ ms: number }>(sql)).map(({ ms }) => Math.round(ms));
  };

  it('is left alone when it is short', async () => {
    await overdue(64, String);
    expect(await test.store.spreadOverdue(SPREAD)).toBe(0);
    expect(await test.store.claimDue(NODE, 100, LEASE_MS)).toHaveLength(64);
  });

  it('is spread evenly when it is long, once', async () => {
    await overdue(65, String);
    expect(await test.store.spreadOverdue(SPREAD)).toBe(65);
    expect(await waits()).toEqual(Array.from({ length: 65 }, (_, n) => n * 10));
    expect(await test.anotherNode().spreadOverdue(SPREAD)).toBe(0);
  });

  it('is spread at the pace of the budget for a credential that would use it up', async () => {
    await overdue(66, (n) => (n < 60 ? 'many' : String(n)));
    await test.store.spreadOverdue(SPREAD);
    // Instants are kept to the millisecond.
    expect(Math.abs(((await waits()).at(-1) ?? 0) - (59 * 10_000) / 9)).toBeLessThanOrEqual(2);
  });

  it('is not what has just come due', async () => {
    await overdue(70, String, 0);
    expect(await test.store.spreadOverdue(SPREAD)).toBe(0);
  });
});
