import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { UpstreamBudgetStore } from '../../src/domain/ports/upstream-limits.js';
import type { BudgetOptions } from '../../src/domain/upstream-budget.js';
import { createExecutionPubSub } from '../../src/events/execution-pubsub.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createBudgetedUpstream } from '../../src/services/upstream-calls/budgeted-upstream.js';
import { createPoller, type Poller } from '../../src/services/polling/poller.js';
import { createUpstreamBudgetStore } from '../../src/store/upstream-budget.js';
import {
  fails,
  NO_ROWS,
  RUNNING,
  scriptedCredentials,
  scriptedUpstream,
} from '../support/scripted-upstream.js';
import { stepParts } from '../support/steps.js';
import {
  createTestStore,
  EVERYTHING,
  intent,
  LEASE_MS,
  NODE,
  numberedRows,
  runningClaim,
  type TestStore,
} from '../support/store.js';
import { until } from '../support/until.js';

const CREDENTIAL = 'credential-1';
const MINUTE = { limit: 10, windowMs: 60_000 };

describe('upstream behind its budget', () => {
  let test: TestStore;
  const pollers: Poller[] = [];
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(async () => {
    await test.clear();
    await test.query('TRUNCATE upstream_budgets');
  });
  afterEach(async () => {
    await Promise.all(pollers.splice(0).map((each) => each.stop()));
  });
  afterAll(() => test.stop());

  function parts(options: BudgetOptions = MINUTE, changes: Partial<UpstreamBudgetStore> = {}) {
    const upstream = scriptedUpstream();
    const budget = { ...createUpstreamBudgetStore(test.database.db, options), ...changes };
    const budgeted = createBudgetedUpstream({
      upstream,
      budget,
      credentialIdOf: () => CREDENTIAL,
      log: silentLogger,
    });
    return { ...stepParts(test.store, { upstream: budgeted }), upstream, budget };
  }
  async function useUp(budget: UpstreamBudgetStore): Promise<void> {
    for (let i = 0; i < MINUTE.limit; i += 1) await budget.count(CREDENTIAL);
  }
  const untilPoll = async ({ nextPollAt }: { readonly nextPollAt: Date | null }) =>
    nextPollAt!.getTime() - (await test.store.now()).getTime();

  it('puts a start off without a failure, a new version or a request', async () => {
    const { budget, queued, make, upstream } = parts();
    await useUp(budget);
    const claim = await queued();
    const putOff = await make(claim);
    expect(putOff).toEqual({
      ...claim.execution,
      nextPollAt: putOff!.nextPollAt,
      putOff: 'BUDGET_USED_UP',
    });
    expect(await untilPoll(putOff!)).toBeGreaterThan(40_000);
    expect(upstream.starts).toEqual([]);
  });

  it('puts a poll off, and keeps what the attempt before has met', async () => {
    const { budget, running, make, upstream } = parts();
    upstream.onPoll = fails('UNAVAILABLE', { status: 503 });
    const failed = await make(await running());
    await useUp(budget);
    await test.query('UPDATE executions SET due_at = now()');
    const [claim] = await test.store.claimDue(NODE, 1, LEASE_MS);
    const putOff = await make(claim!);
    expect(putOff).toEqual({ ...failed, nextPollAt: putOff!.nextPollAt, putOff: 'BUDGET_USED_UP' });
    expect(putOff).toMatchObject({ failureCount: 1, version: 3 });
    expect(upstream.polls).toHaveLength(1);
  });

  it('hands the lease of what is put off back, for any node to take', async () => {
    const { budget, running, make } = parts();
    await useUp(budget);
    await make(await running());
    expect(await test.query('SELECT lease_owner, put_off FROM executions')).toEqual([
      { lease_owner: null, put_off: true },
    ]);
    expect(await test.store.claimDue('node-2', 1, LEASE_MS)).toEqual([]);
    await test.query('UPDATE executions SET due_at = now()');
    expect(await test.store.claimDue('node-2', 1, LEASE_MS)).toHaveLength(1);
    // Whoever works on it now does not wait any more.
    expect(await test.query('SELECT put_off FROM executions')).toEqual([{ put_off: false }]);
  });

  it('lets a start pass when polls have used up their share', async () => {
    const { running, queued, make, upstream } = parts();
    const claim = await running();
    const another = await queued();
    for (let i = 0; i < 10; i += 1) await make(claim);
    expect(upstream.polls).toHaveLength(9);
    expect(await make(another)).toMatchObject({ status: 'RUNNING' });
    expect(upstream.starts).toHaveLength(1);
  });

  it('asks for one tenant while hundreds of another wait for budget', async () => {
    const { upstream, budget } = parts();
    const budgeted = createBudgetedUpstream({
      upstream,
      budget,
      credentialIdOf: (token) => token,
      log: silentLogger,
    });
    const credentials = { ...scriptedCredentials(), tokenFor: async (id: string) => id };
    const { step } = stepParts(test.store, { upstream: budgeted, credentials });
    upstream.onPoll = (_query, token) => (token === 'small' ? NO_ROWS : RUNNING);
    for (let i = 0; i < 200; i += 1) await runningClaim(test.store, { credentialId: 'large' }, 0);
    const owner = { organizationId: 'org-2', scope: 'tenant', subjectId: 'user-1' };
    const { execution } = await runningClaim(test.store, { credentialId: 'small', owner }, 0);
    const poller = createPoller({
      store: test.store,
      events: createExecutionPubSub().events,
      step,
      log: silentLogger,
      node: NODE,
      leaseMs: LEASE_MS,
      concurrency: 4,
    });
    pollers.push(poller);
    poller.start();
    const isDone = async () => (await test.store.getMany([execution.id])).get(execution.id)?.finishedAt;
    await until('the end of the small one', isDone, 20_000);
    expect(upstream.polls.filter(({ token }) => token === 'large').length).toBeLessThanOrEqual(9);
  });

  it('counts every page of a result, and goes on at the page for which there was no budget', async () => {
    const { running, make, upstream } = parts();
    const page = (cursor: string | null) => Number(cursor ?? 1);
    upstream.onPoll = ({ cursor }) => ({
      state: 'ROWS',
      rows: numberedRows(10, page(cursor) * 10 - 9),
      nextCursor: page(cursor) < 12 ? String(page(cursor) + 1) : null,
    });
    expect(await make(await running())).toMatchObject({ status: 'RUNNING', failureCount: 0 });
    expect(upstream.polls).toHaveLength(9);
    await test.query('TRUNCATE upstream_budgets');
    await test.query('UPDATE executions SET due_at = now()');
    const [claim] = await test.store.claimDue(NODE, 1, LEASE_MS);
    const ended = await make(claim!);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', rowCount: 120 });
    expect(upstream.polls.map(({ cursor }) => page(cursor))).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    const rows = await test.store.rows(ended!.id, 0, 1_000);
    expect(rows.items.map(({ row }) => row.requests)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
  });

  it.each([
    ['429', 'RATE_LIMITED', { status: 429, retryAfterMs: 30_000 }, 30_000],
    ['429 that does not say for how long', 'RATE_LIMITED', { status: 429 }, 5_000],
    ['429 that says at once', 'RATE_LIMITED', { status: 429, retryAfterMs: 0 }, 5_000],
    ['503 with Retry-After', 'UNAVAILABLE', { status: 503, retryAfterMs: 20_000 }, 20_000],
  ] as const)('asks nothing more with a token after a %s', async (_what, kind, details, ms) => {
    const { running, queued, make, upstream } = parts();
    upstream.onPoll = fails(kind, details);
    const [first, second] = [await running(), await running()];
    expect(await make(first)).toMatchObject({ status: 'RUNNING', failureCount: 1 });
    const putOff = [await make(second), await make(await queued())];
    for (const each of putOff) {
      expect(each).toMatchObject({ failureCount: 0 });
      expect(await untilPoll(each!)).toBeGreaterThan(ms - 4_000);
      expect(await untilPoll(each!)).toBeLessThanOrEqual(ms);
    }
    expect(upstream.polls).toHaveLength(1);
    expect(upstream.starts).toEqual([]);
  });

  it('goes on asking with a token after an answer that asks for no patience', async () => {
    const { running, make, upstream } = parts();
    upstream.onPoll = fails('UNAVAILABLE', { status: 503 });
    await make(await running());
    upstream.onPoll = () => NO_ROWS;
    expect(await make(await running())).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('tells what upstream said also when the block can not be noted', async () => {
    const { running, make, upstream } = parts(MINUTE, {
      block: async () => Promise.reject(new Error('the database is away')),
    });
    upstream.onPoll = fails('RATE_LIMITED', { status: 429, retryAfterMs: 30_000 });
    expect(await make(await running())).toMatchObject({ lastFailure: { upstreamStatus: 429 } });
  });

  it('puts nothing off past its deadline, and ends it there', async () => {
    const { budget, queued, make, upstream } = parts();
    await useUp(budget);
    const claim = await queued({ deadlineMs: 10_000 });
    const putOff = await make(claim);
    expect(putOff!.nextPollAt).toEqual(claim.execution.deadlineAt);
    await test.query("UPDATE executions SET deadline_at = now() - interval '1 s', due_at = now()");
    const [late] = await test.store.claimDue(NODE, 1, LEASE_MS);
    expect(await make(late!)).toMatchObject({ status: 'TIMED_OUT', upstreamMayStillRun: false });
    expect(upstream.starts).toEqual([]);
  });

  it('changes nothing that was canceled while its admission was asked for', async () => {
    const { budget, queued, make } = parts();
    await useUp(budget);
    const claim = await queued();
    await test.store.cancel(claim.execution.id, EVERYTHING, LEASE_MS);
    expect(await make(claim)).toBeNull();
  });

  it('brings everything to its end with a poller, without asking the database in a hot loop', async () => {
    const { step, upstream } = parts({ limit: 20, windowMs: 500 });
    upstream.onPoll = () => NO_ROWS;
    let claims = 0;
    const claimDue: typeof test.store.claimDue = (...args) => {
      claims += 1;
      return test.store.claimDue(...args);
    };
    const each = 50;
    for (let i = 0; i < each; i += 1)
      await test.store.release(await test.store.create(intent(), NODE, LEASE_MS));
    const poller = createPoller({
      store: { ...test.store, claimDue },
      events: createExecutionPubSub().events,
      step,
      log: silentLogger,
      node: NODE,
      leaseMs: LEASE_MS,
      concurrency: 8,
    });
    pollers.push(poller);
    await test.query("UPDATE executions SET deadline_at = now() + interval '1 hour'");
    poller.start();
    const open = () => test.store.count(EVERYTHING, { statuses: ['QUEUED', 'RUNNING'] });
    await until('all of them', async () => (await open()) === 0, 20_000);
    expect(upstream.starts).toHaveLength(each);
    expect(upstream.polls).toHaveLength(each);
    // A start, a poll and some put-offs for each; a loop that spins would come to many thousands.
    expect(claims).toBeLessThan(1_000);
    expect(await test.query('SELECT DISTINCT failure_count FROM executions')).toEqual([{ failure_count: 0 }]);
  });
});
