import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Execution } from '../../src/domain/execution.js';
import type { Claim } from '../../src/domain/ports/execution-store.js';
import {
  claimedAgain,
  createTestStore,
  EVERYTHING,
  FAILED,
  intent,
  LEASE_MS,
  NODE,
  numberedRows,
  runningClaim,
  stale,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
  UPSTREAM_FAILED,
  usageRow,
} from '../support/store.js';

const TIMED_OUT = {
  status: 'TIMED_OUT',
  error: { ...UPSTREAM_FAILED, code: 'DEADLINE_EXCEEDED' },
  upstreamMayStillRun: true,
} as const;

describe('the writes of the store', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  const raw = async (): Promise<object[]> => test.query('SELECT * FROM executions');
  const rowCount = async () =>
    (await test.query<{ n: number }>('SELECT count(*)::integer AS n FROM usage_rows'))[0]?.n;
  const reread = (claim: Claim) => test.store.get(claim.execution.id, EVERYTHING);

  it('creates an execution as version 1, queued and leased', async () => {
    const claim = await test.store.create(intent(), NODE, LEASE_MS);
    const expected: Partial<Execution> = {
      version: 1,
      status: 'QUEUED',
      operation: 'ORGANIZATION_QUERY',
      request: intent().request,
      owner: intent().owner,
      upstreamId: null,
      pollCount: 0,
      failureCount: 0,
      rowCount: 0,
      finishedAt: null,
      expiresAt: null,
      error: null,
    };
    expect(claim).toMatchObject({ fence: 1, cursor: null, pastDeadline: false, execution: expected });
    expect(await reread(claim)).toEqual(claim.execution);
  });

  it('stores the sealed token together with the intent', async () => {
    const sealed = { keyId: 'k1', sealed: Buffer.from('first') };
    await test.store.create(intent({ sealedCredential: sealed }), NODE, LEASE_MS);
    await test.store.create(
      intent({ sealedCredential: { ...sealed, sealed: Buffer.from('again') } }),
      NODE,
      LEASE_MS,
    );
    expect(await test.query(`SELECT id, key_id, sealed::text FROM credentials`)).toEqual([
      { id: 'credential-1', key_id: 'k1', sealed: `\\x${Buffer.from('again').toString('hex')}` },
    ]);
  });

  it('records that upstream has accepted, and gives the lease back until the first poll', async () => {
    const claim = await test.store.create(intent(), NODE, LEASE_MS);
    const running = await test.store.recordSubmitted(claim, 'upstream-1', 5_000);
    expect(running).toMatchObject({
      status: 'RUNNING',
      version: 2,
      upstreamId: 'upstream-1',
      failureCount: 0,
    });
    expect(running?.nextPollAt?.getTime()).toBeGreaterThan(Date.now() + 3_000);
    expect(await raw()).toMatchObject([{ lease_owner: null, due_at: running?.nextPollAt }]);
  });

  it('does not submit twice', async () => {
    const claim = await runningClaim(test.store);
    expect(await test.store.recordSubmitted(claim, 'upstream-2', 0)).toBeNull();
    expect(await reread(claim)).toMatchObject({ upstreamId: 'upstream-1', version: 2 });
  });

  it('counts answers and failures apart', async () => {
    const claim = await runningClaim(test.store);
    const attempt = (polled: boolean) => test.store.recordAttempt(claim, { polled, nextPollInMs: 1_000 });
    expect(await attempt(false)).toMatchObject({ pollCount: 0, failureCount: 1, version: 3 });
    expect(await attempt(false)).toMatchObject({ pollCount: 0, failureCount: 2, version: 4 });
    expect(await attempt(true)).toMatchObject({ pollCount: 1, failureCount: 0, version: 5 });
  });

  it('looks again at the deadline at the latest', async () => {
    const claim = await runningClaim(test.store, { deadlineMs: 2_000 });
    const waiting = await test.store.recordAttempt(claim, { polled: true, nextPollInMs: 86_400_000 });
    expect(waiting?.nextPollAt).toEqual(waiting?.deadlineAt);
    expect(await raw()).toMatchObject([{ due_at: waiting?.deadlineAt }]);
  });

  it('ends with rows', async () => {
    const claim = await runningClaim(test.store);
    const ended = await test.store.finish(claim, { ...SUCCEEDED, truncated: true }, numberedRows(3), TTL_MS);
    expect(ended).toMatchObject({
      ...SUCCEEDED,
      truncated: true,
      version: 3,
      rowCount: 3,
      error: null,
      nextPollAt: null,
    });
    expect(Math.abs(ended!.expiresAt!.getTime() - ended!.finishedAt!.getTime() - TTL_MS)).toBeLessThan(1_000);
    expect(await raw()).toMatchObject([{ due_at: null, lease_owner: null }]);
    expect(await rowCount()).toBe(3);
  });

  it('ends with an error', async () => {
    const claim = await runningClaim(test.store);
    const error = { ...UPSTREAM_FAILED, retryAfter: new Date('2026-03-15T12:00:00.123Z') };
    const ended = await test.store.finish(claim, { ...FAILED, error }, [], TTL_MS);
    expect(ended).toMatchObject({ status: 'FAILED', error, upstreamMayStillRun: false, asOf: null });
    expect(await reread(claim)).toEqual(ended);
  });

  it('does not succeed before upstream has accepted', async () => {
    const claim = await test.store.create(intent(), NODE, LEASE_MS);
    expect(await test.store.finish(claim, SUCCEEDED, numberedRows(1), TTL_MS)).toBeNull();
    expect(await reread(claim)).toEqual(claim.execution);
    expect(await rowCount()).toBe(0);
  });

  it.each([
    ['failed', FAILED],
    ['timed out', TIMED_OUT],
  ])('removes what was drained of a result that then %s', async (_how, outcome) => {
    const claim = await runningClaim(test.store);
    expect(await test.store.appendRows(claim, numberedRows(4), 'page-2')).toBe(true);
    expect(await rowCount()).toBe(4);
    expect(await test.store.finish(claim, outcome, [], TTL_MS)).toMatchObject({ rowCount: 0 });
    expect(await rowCount()).toBe(0);
  });

  it('removes what was drained of a result that is canceled', async () => {
    const claim = await runningClaim(test.store);
    await test.store.appendRows(claim, numberedRows(4), 'page-2');
    expect(await test.store.cancel(claim.execution.id, EVERYTHING, TTL_MS)).toMatchObject({ rowCount: 0 });
    expect(await rowCount()).toBe(0);
  });

  it('remembers where the draining stands, for whoever claims next', async () => {
    const claim = await claimedAgain(test.store);
    await test.store.appendRows(claim, numberedRows(2), 'page-2');
    await test.store.release(claim);
    const [next] = await test.store.claimDue('node-2', 1, LEASE_MS);
    expect(next).toMatchObject({
      cursor: 'page-2',
      storedRows: 2,
      execution: { rowCount: 0, version: claim.execution.version },
    });
  });

  it('stores rows and the final state together, or neither', async () => {
    const claim = await runningClaim(test.store);
    const unstorable = [...numberedRows(6_000), usageRow({ date: 'no day' })];
    await expect(test.store.finish(claim, SUCCEEDED, unstorable, TTL_MS)).rejects.toThrow(/date/);
    expect(await reread(claim)).toEqual(claim.execution);
    expect(await rowCount()).toBe(0);
    expect(await test.store.finish(claim, SUCCEEDED, numberedRows(1), TTL_MS)).toMatchObject({ rowCount: 1 });
  });

  it('cancels by its owner’s visibility alone, once', async () => {
    const { execution } = await runningClaim(test.store);
    const foreign = { ...EVERYTHING, organizationId: 'org-2' };
    expect(await test.store.cancel(execution.id, foreign, TTL_MS)).toBeNull();
    expect(await test.store.cancel(execution.id, EVERYTHING, TTL_MS)).toMatchObject({
      status: 'CANCELED',
      upstreamMayStillRun: true,
      version: 3,
    });
    expect(await test.store.cancel(execution.id, EVERYTHING, TTL_MS)).toBeNull();
    expect(await test.store.cancel('exe_junk', EVERYTHING, TTL_MS)).toBeNull();
  });

  it('knows whether upstream may still run what is canceled', async () => {
    const submitting = await test.store.create(intent(), NODE, LEASE_MS);
    const waiting = await test.store.create(intent(), NODE, LEASE_MS);
    await test.store.recordAttempt(waiting, { polled: false, nextPollInMs: 1_000 });
    const cancel = (claim: Claim) => test.store.cancel(claim.execution.id, EVERYTHING, TTL_MS);
    expect(await cancel(submitting)).toMatchObject({ upstreamMayStillRun: true });
    expect(await cancel(waiting)).toMatchObject({ upstreamMayStillRun: false });
  });

  /** Every write that a node makes. */
  const writes: [string, (claim: Claim) => Promise<unknown>][] = [
    ['renew', (claim) => test.store.renew(claim, LEASE_MS)],
    ['release', (claim) => test.store.release(claim)],
    ['recordSubmitted', (claim) => test.store.recordSubmitted(claim, 'other', 0)],
    ['recordAttempt', (claim) => test.store.recordAttempt(claim, { polled: true, nextPollInMs: 0 })],
    ['appendRows', (claim) => test.store.appendRows(claim, numberedRows(1), 'next')],
    ['finish with rows', (claim) => test.store.finish(claim, SUCCEEDED, numberedRows(1), TTL_MS)],
    ['finish without', (claim) => test.store.finish(claim, FAILED, [], TTL_MS)],
  ];

  it.each(writes)('%s changes nothing for a node that has lost its lease', async (_name, write) => {
    const running = await runningClaim(test.store, {}, 0);
    const [taken] = await test.store.claimDue('node-2', 1, LEASE_MS);
    await test.store.appendRows(taken!, numberedRows(2), 'page-2');
    const before = await raw();
    expect(await write(running)).toBeFalsy();
    expect(await write(stale(running))).toBeFalsy();
    expect(await raw()).toEqual(before);
    expect(await rowCount()).toBe(2);
  });

  it.each(writes)('%s changes nothing in a final state', async (_name, write) => {
    const claim = await runningClaim(test.store);
    await test.store.finish(claim, SUCCEEDED, numberedRows(2), TTL_MS);
    const before = await raw();
    expect(await write(claim)).toBeFalsy();
    expect(await raw()).toEqual(before);
    expect(await rowCount()).toBe(2);
  });

  it.each(writes.filter(([name]) => name !== 'recordSubmitted'))(
    '%s does change something for the node that holds the claim',
    async (_name, write) => {
      const claim = await claimedAgain(test.store);
      const before = await raw();
      await write(claim);
      expect(await raw()).not.toEqual(before);
    },
  );

  it('lets one of many win that end an execution at once', async () => {
    const claim = await runningClaim(test.store);
    const { id } = claim.execution;
    const nodes = Array.from({ length: 4 }, () => test.anotherNode());
    const ends = await Promise.all(
      nodes.flatMap((store) => [
        store.finish(claim, SUCCEEDED, numberedRows(2), TTL_MS),
        store.finish(claim, FAILED, [], TTL_MS),
        store.cancel(id, EVERYTHING, TTL_MS),
      ]),
    );
    const winners = ends.filter((ended) => ended !== null);
    expect(winners).toHaveLength(1);
    expect(await reread(claim)).toEqual(winners[0]);
    expect(await rowCount()).toBe(winners[0]?.status === 'SUCCEEDED' ? 2 : 0);
  });

  it('refuses a statement of anybody’s that would change a final state', async () => {
    const claim = await runningClaim(test.store);
    await test.store.finish(claim, SUCCEEDED, [], TTL_MS);
    const other = `UPDATE executions SET status = 'FAILED'`;
    await expect(test.query(other)).rejects.toThrow(/is final: SUCCEEDED can not become FAILED/);
    const open = `UPDATE executions SET status = 'RUNNING', finished_at = NULL, due_at = now()`;
    await expect(test.query(open)).rejects.toThrow(/is final/);
    await expect(test.query('UPDATE executions SET due_at = now()')).rejects.toThrow(/check constraint/);
  });
});
