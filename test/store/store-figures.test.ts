import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { ReadStoreFigures } from '../../src/domain/ports/store-figures.js';
import { createStoreFigures } from '../../src/store/store-figures.js';
import { createUpstreamBudgetStore } from '../../src/store/upstream-budget.js';
import { createUpstreamTroubleStore } from '../../src/store/upstream-troubles.js';
import { createTestStore, intent, LEASE_MS, NODE, runningClaim, type TestStore } from '../support/store.js';

const BUDGET = { limit: 10, windowMs: 60_000 };
const TROUBLE = { afterFailures: 2, firstPauseMs: 60_000, longestPauseMs: 60_000 };

describe('the figures of the store', () => {
  let test: TestStore;
  let read: ReadStoreFigures;
  beforeAll(async () => {
    test = await createTestStore();
    read = createStoreFigures(test.database.db, BUDGET);
  });
  beforeEach(async () => {
    await test.clear();
    await test.query('TRUNCATE upstream_budgets, upstream_troubles');
  });
  afterAll(() => test.stop());

  it('are zero where nothing is open', async () => {
    expect(await read()).toEqual({
      queued: 0,
      running: 0,
      waiting: { BUDGET_USED_UP: 0, UPSTREAM_ASKED_TO_WAIT: 0, UPSTREAM_FAILING: 0, CREDENTIALS: 0 },
      latestByMs: 0,
      budget: { usedShare: 0, blocked: 0 },
      paused: { host: 0, credentials: 0 },
    });
  });

  it('count what is open by status and by what it waits for', async () => {
    await test.store.create(intent(), NODE, LEASE_MS);
    for (const reason of ['BUDGET_USED_UP', 'UPSTREAM_ASKED_TO_WAIT', 'UPSTREAM_FAILING'] as const)
      await test.store.postpone(await runningClaim(test.store), 60_000, reason);
    const failure = { code: 'CREDENTIALS_MISSING', message: '', retryable: true } as const;
    const error = { ...failure, retryAfter: null, upstreamStatus: null, correlationId: null };
    await test.store.awaitCredentials(await runningClaim(test.store), error, 'MISSING');
    expect(await read()).toMatchObject({
      queued: 1,
      running: 4,
      waiting: { BUDGET_USED_UP: 1, UPSTREAM_ASKED_TO_WAIT: 1, UPSTREAM_FAILING: 1, CREDENTIALS: 1 },
      latestByMs: 0,
    });
  });

  it('tell for how long the one that is due for longest has been so', async () => {
    await test.store.create(intent(), NODE, LEASE_MS);
    await test.query(`UPDATE executions SET due_at = now() - interval '90 seconds'`);
    expect((await read()).latestByMs).toBeGreaterThanOrEqual(90_000);
  });

  it('tell how much the busiest credential has used within the window, and who is blocked', async () => {
    const budget = createUpstreamBudgetStore(test.database.db, BUDGET);
    await budget.admit('a', 'START');
    for (let polls = 0; polls < 4; polls += 1) await budget.admit('a', 'POLL');
    await budget.admit('b', 'POLL');
    await budget.block('c', 60_000);
    expect((await read()).budget).toEqual({ usedShare: 0.5, blocked: 1 });
    await test.query(`UPDATE upstream_budgets SET polls = ARRAY[now() - interval '2 minutes']`);
    expect((await read()).budget.usedShare).toBe(0.1);
  });

  it('tell what is left alone', async () => {
    const troubles = createUpstreamTroubleStore(test.database.db, TROUBLE);
    for (const query of ['1', '2', '3']) await troubles.failed(['host', 'credential a'], query, []);
    await troubles.failed(['credential b'], '1', []);
    expect((await read()).paused).toEqual({ host: 1, credentials: 1 });
  });
});

describe('a claim', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  it('says so when it takes over from a node that has not given its lease back', async () => {
    await test.store.create(intent(), NODE, 0);
    const [taken] = await test.store.claimDue('node-2', 1, LEASE_MS);
    expect(taken?.takenOver).toBe(true);
  });

  it('does not where the lease was given back', async () => {
    const claim = await test.store.create(intent(), NODE, LEASE_MS);
    await test.store.release(claim);
    const [taken] = await test.store.claimDue('node-2', 1, LEASE_MS);
    expect(taken?.takenOver).toBe(false);
  });
});
