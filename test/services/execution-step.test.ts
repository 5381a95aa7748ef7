import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { createServiceCredentials } from '../../src/auth/service-credentials.js';
import type { Execution } from '../../src/domain/execution.js';
import { RequestError } from '../../src/domain/error-codes.js';
import type { Claim, ExecutionStore } from '../../src/domain/ports/execution-store.js';
import { silentLogger } from '../../src/lib/logger.js';
import type { PollContext } from '../../src/services/polling/poll-policy.js';
import { createUnknownStatuses } from '../../src/services/polling/unknown-statuses.js';
import { fails, NO_ROWS, RUNNING, upstreamError } from '../support/scripted-upstream.js';
import { plainPolicy, type StepParts, stepParts } from '../support/steps.js';
import {
  createTestStore,
  EVERYTHING,
  LEASE_MS,
  NODE,
  numberedRows,
  type TestStore,
  TTL_MS,
} from '../support/store.js';

describe('a step of an execution', () => {
  let test: TestStore;
  let parts: StepParts;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(async () => {
    await test.clear();
    parts = stepParts(test.store);
  });
  afterAll(() => test.stop());

  const delayOf = async (execution: Execution | null) =>
    Math.round((execution!.nextPollAt!.getTime() - (await test.store.now()).getTime()) / 500) * 500;

  it('submits what upstream does not know yet, with the token of its credential', async () => {
    const claim = await parts.queued();
    expect(await parts.make(claim)).toMatchObject({
      status: 'RUNNING',
      upstreamId: 'upstream-1',
      version: 2,
    });
    expect(parts.upstream.starts).toMatchObject([{ token: 'token-1', request: claim.execution.request }]);
    expect(parts.upstream.polls).toEqual([]);
  });

  it('plans the first poll from the moment when upstream accepted it, however long the start had to wait', async () => {
    const ages: number[] = [];
    const policy = { ...plainPolicy, untilNextPoll: ({ ageMs }: PollContext) => (ages.push(ageMs), 1_000) };
    const { queued, make } = stepParts(test.store, { policy });
    await make({ ...(await queued()), ageMs: 60_000 });
    expect(ages).toEqual([0]);
  });

  it('learns how long a query took once, when its result has been stored', async () => {
    const ended: number[] = [];
    const policy = { ...plainPolicy, ended: ({ ageMs }: PollContext) => void ended.push(ageMs) };
    let away = true;
    const failure = new RequestError('SERVICE_UNAVAILABLE', 'away', { retryable: true });
    const store: ExecutionStore = {
      ...test.store,
      finish: (...given) => (away ? Promise.reject(failure) : test.store.finish(...given)),
    };
    const { upstream, running, make } = stepParts(store, { policy });
    upstream.onPoll = () => ({ state: 'ROWS', rows: numberedRows(3), nextCursor: null });
    const claim = await running();
    await expect(make(claim)).rejects.toThrow('away');
    expect(ended).toEqual([]);
    away = false;
    await make(claim);
    expect(ended).toHaveLength(1);
  });

  it('asks for the results of what upstream knows', async () => {
    const asked = await parts.make(await parts.running());
    expect(asked).toMatchObject({ status: 'RUNNING', pollCount: 1, failureCount: 0 });
    expect(parts.upstream.polls).toMatchObject([
      { upstreamId: 'upstream-1', cursor: null, token: 'token-1' },
    ]);
    expect(parts.upstream.starts).toEqual([]);
    expect(await delayOf(asked)).toBe(1_000);
  });

  it('goes on asking when upstream gives a status that nobody knows', async () => {
    parts.upstream.onPoll = () => ({ state: 'RUNNING', upstreamStatus: 'Pondering', known: false });
    expect(await parts.make(await parts.running())).toMatchObject({ status: 'RUNNING', pollCount: 1 });
  });

  it('ends with the rows and the day up to which they are counted', async () => {
    parts.upstream.onPoll = () => ({ state: 'ROWS', rows: numberedRows(3), nextCursor: null });
    const ended = await parts.make(await parts.running());
    expect(ended).toMatchObject({ status: 'SUCCEEDED', rowCount: 3, truncated: false, error: null });
    expect(ended?.asOf).toEqual(new Date('2026-03-08T00:00:00Z'));
  });

  it.each([
    ['FAILED', 'UPSTREAM_FAILED'],
    ['CANCELED', 'UPSTREAM_CANCELED'],
  ] as const)('ends as failed when upstream says %s', async (state, code) => {
    parts.upstream.onPoll = () => ({ state, message: 'Too much.', correlationId: 'c-1' });
    const error = { code, message: 'Too much.', retryable: true, upstreamStatus: 200, correlationId: 'c-1' };
    expect(await parts.make(await parts.running())).toMatchObject({
      status: 'FAILED',
      error,
      upstreamMayStillRun: false,
    });
  });

  it('says that upstream gave no reason when it gave none', async () => {
    parts.upstream.onPoll = () => ({ state: 'FAILED', message: null, correlationId: null });
    expect((await parts.make(await parts.running()))?.error?.message).toMatch(/gave no reason/);
  });

  it('ends what is past its deadline without asking upstream', async () => {
    const claim = await parts.running();
    expect(await parts.make({ ...claim, pastDeadline: true })).toMatchObject({
      status: 'TIMED_OUT',
      error: { code: 'DEADLINE_EXCEEDED', retryable: true },
      upstreamMayStillRun: true,
    });
    expect(parts.upstream.polls).toEqual([]);
  });

  it('ends what was never submitted at its deadline, too', async () => {
    const claim = await parts.queued();
    expect(await parts.make({ ...claim, pastDeadline: true })).toMatchObject({
      status: 'TIMED_OUT',
      upstreamMayStillRun: false,
    });
  });

  describe('at the deadline says what kept it:', () => {
    const atDeadline = async (claim: Claim, changes: Partial<Execution> = {}) => {
      const execution = { ...claim.execution, ...changes };
      return (await parts.make({ ...claim, execution, pastDeadline: true }))?.error?.message;
    };
    const lastFailure = {
      code: 'DEADLINE_EXCEEDED',
      message: 'It broke off.',
      retryable: true,
      retryAfter: null,
      upstreamStatus: 503,
      correlationId: null,
    } as const;

    it.each<[Partial<Execution>, RegExp]>([
      [{}, /^Upstream was still working on the query/],
      [{ putOff: 'BUDGET_USED_UP' }, /^Upstream was not asked for the result in time: the budget/],
      [{ putOff: 'UPSTREAM_ASKED_TO_WAIT' }, /: upstream had asked to be left alone/],
      [
        { putOff: 'UPSTREAM_FAILING', lastFailure },
        /: upstream failed.*The last attempt failed: It broke off\.$/,
      ],
      [{ lastFailure }, /^Upstream could not be asked for the result in time\. The last attempt failed: It/],
      [{ lastFailure: { ...lastFailure, upstreamStatus: 429 } }, /: upstream had asked to be left alone/],
    ])('%j', async (changes, message) => {
      expect(await atDeadline(await parts.running(), changes)).toMatch(message);
    });

    it('and nothing of upstream when that was never asked', async () => {
      const putOff = await atDeadline(await parts.queued(), { putOff: 'BUDGET_USED_UP' });
      expect(putOff).toBe(
        'Upstream was not asked to start the query in time: the budget of requests for its token was used up.',
      );
      expect(await atDeadline(await parts.queued(), { lastFailure })).toMatch(
        /^The query could not be started upstream/,
      );
    });
  });

  it('counts statuses that nobody knows', async () => {
    const unknownStatuses = createUnknownStatuses(silentLogger);
    const own = stepParts(test.store, { unknownStatuses });
    for (const upstreamStatus of ['Pondering', 'Pondering', 'Dreaming']) {
      own.upstream.onPoll = () => ({ state: 'RUNNING', upstreamStatus, known: false });
      await own.make(await own.running());
    }
    expect([...unknownStatuses.counts]).toEqual([
      ['Pondering', 2],
      ['Dreaming', 1],
    ]);
  });

  describe('that fails', () => {
    it('to read the answer to a start may have left something running upstream', async () => {
      parts.upstream.onStart = fails('INVALID_RESULT', { status: 200 });
      expect(await parts.make(await parts.queued())).toMatchObject({
        status: 'FAILED',
        upstreamMayStillRun: true,
      });
      parts.upstream.onStart = fails('UNAVAILABLE', { status: 200 });
      const claim = await parts.queued();
      await parts.make(claim);
      expect(await test.store.cancel(claim.execution.id, EVERYTHING, TTL_MS)).toMatchObject({
        upstreamMayStillRun: true,
      });
    });

    it.each(['RATE_LIMITED', 'UNAVAILABLE'] as const)(
      'as %s is made again after a growing pause',
      async (kind) => {
        parts.upstream.onPoll = fails(kind);
        const claim = await parts.running();
        const first = await parts.make(claim);
        expect(first).toMatchObject({ status: 'RUNNING', pollCount: 0, failureCount: 1 });
        expect(await delayOf(first)).toBe(1_000);
        await test.query('UPDATE executions SET due_at = now()');
        const [next] = await test.store.claimDue(NODE, 1, LEASE_MS);
        const second = await parts.make(next!);
        expect(second).toMatchObject({ failureCount: 2 });
        expect(await delayOf(second)).toBe(2_000);
      },
    );

    it('obeys Retry-After', async () => {
      parts.upstream.onStart = fails('RATE_LIMITED', { retryAfterMs: 90_000 });
      const waiting = await parts.make(await parts.queued());
      expect(waiting).toMatchObject({ status: 'QUEUED', upstreamId: null });
      expect(await delayOf(waiting)).toBe(90_000);
    });

    it('begins a new row of failures after an answer', async () => {
      const claim = await parts.running();
      await test.query('UPDATE executions SET failure_count = 5');
      expect(await parts.make(claim)).toMatchObject({ failureCount: 0, pollCount: 1 });
    });

    it.each([
      ['FORBIDDEN', 'UPSTREAM_FORBIDDEN', false, 403],
      ['REJECTED', 'UPSTREAM_REJECTED', false, 400],
      ['NOT_FOUND', 'UPSTREAM_NOT_FOUND', true, 404],
    ] as const)('to submit as %s ends the execution as %s', async (kind, code, retryable, status) => {
      parts.upstream.onStart = fails(kind, { status, correlationId: 'c-1' });
      expect(await parts.make(await parts.queued())).toMatchObject({
        status: 'FAILED',
        upstreamMayStillRun: false,
        error: {
          code,
          retryable,
          upstreamStatus: status,
          correlationId: 'c-1',
          message: `Upstream said ${kind}.`,
        },
      });
    });

    it('to read a result ends the execution: it would be the same again', async () => {
      parts.upstream.onPoll = fails('INVALID_RESULT', { status: 200 });
      expect(await parts.make(await parts.running())).toMatchObject({
        status: 'FAILED',
        error: { code: 'UPSTREAM_INVALID_RESULT', retryable: false },
      });
    });

    it('for its token alone is made again with a new one, when there is one', async () => {
      parts.credentials.renewable = true;
      parts.upstream.onPoll = (_query, token) => {
        if (token === 'token-1') throw upstreamError('UNAUTHENTICATED', { status: 401 });
        return NO_ROWS;
      };
      const claim = await parts.running();
      expect(await parts.make(claim)).toMatchObject({ status: 'RUNNING', failureCount: 1 });
      expect(parts.credentials.refusals).toEqual(['token-1']);
      expect(await parts.make(claim)).toMatchObject({ status: 'SUCCEEDED' });
    });

    it('for lack of a token waits until somebody brings one', async () => {
      parts.credentials.token = null;
      const waiting = await parts.make(await parts.running());
      expect(waiting).toMatchObject({ status: 'RUNNING', awaitsCredentials: true, nextPollAt: null });
      expect(waiting?.lastFailure).toMatchObject({ code: 'CREDENTIALS_MISSING', retryable: true });
      expect(parts.upstream.polls).toEqual([]);
    });

    it.each(['start', 'poll'] as const)(
      'for its token alone waits, when there is no other one (%s)',
      async (what) => {
        const refusal = fails('UNAUTHENTICATED', { status: 401, correlationId: 'c-1' });
        parts.upstream.onStart = refusal;
        parts.upstream.onPoll = refusal;
        const waiting = await parts.make(await (what === 'start' ? parts.queued() : parts.running()));
        expect(waiting).toMatchObject({ awaitsCredentials: true, nextPollAt: null, error: null });
        expect(waiting?.lastFailure).toMatchObject({
          code: 'CREDENTIALS_REJECTED',
          upstreamStatus: 401,
          correlationId: 'c-1',
        });
        expect(await test.store.claimDue(NODE, 10, LEASE_MS)).toEqual([]);
      },
    );

    it.each(['CREDENTIALS_REJECTED', 'CREDENTIALS_MISSING'] as const)(
      'for lack of a good token to its deadline ends as failed with %s',
      async (code) => {
        if (code === 'CREDENTIALS_MISSING') parts.credentials.token = null;
        parts.upstream.onPoll = fails('UNAUTHENTICATED', { status: 401 });
        await parts.make(await parts.running());
        await test.query('UPDATE executions SET due_at = now(), deadline_at = now()');
        const [claim] = await test.store.claimDue(NODE, 1, LEASE_MS);
        expect(await parts.make(claim!)).toMatchObject({
          status: 'FAILED',
          error: { code, retryable: true },
          awaitsCredentials: false,
          upstreamMayStillRun: true,
        });
      },
    );

    it('of a query that upstream does not know yet is made again for a minute', async () => {
      parts.upstream.onPoll = fails('NOT_FOUND', { status: 404 });
      const claim = await parts.running();
      expect(await parts.make({ ...claim, ageMs: 59_999 })).toMatchObject({
        status: 'RUNNING',
        failureCount: 1,
      });
      expect(await parts.make({ ...claim, ageMs: 60_000 })).toMatchObject({
        status: 'FAILED',
        error: { code: 'UPSTREAM_NOT_FOUND' },
        upstreamMayStillRun: false,
      });
    });

    it('otherwise than by upstream is tried again later, and given up after the fifth time', async () => {
      parts.upstream.onPoll = () => {
        throw new TypeError('a bug');
      };
      const claim = await parts.running();
      const fifth = { ...claim, execution: { ...claim.execution, failureCount: 4 } };
      expect(await parts.make(fifth)).toMatchObject({
        status: 'FAILED',
        error: { code: 'UPSTREAM_INVALID_RESULT' },
      });
      expect(await parts.make(await parts.running())).toMatchObject({ status: 'RUNNING', failureCount: 1 });
    });
  });

  describe('whose token has to be fetched', () => {
    const withTokens = (token: () => Promise<string>) =>
      stepParts(test.store, { credentials: createServiceCredentials({ token, invalidate: () => {} }) });

    it('is made again after a pause when the login service is away', async () => {
      const own = withTokens(async () => Promise.reject(upstreamError('UNAVAILABLE')));
      const waiting = await own.make(await own.running({ credentialId: 'service' }));
      expect(waiting).toMatchObject({ status: 'RUNNING', failureCount: 1 });
      expect(await delayOf(waiting)).toBe(1_000);
    });

    it('is made again when the login is asked again, when it refuses the service’s credentials', async () => {
      const refusal = upstreamError('UNAUTHENTICATED', { status: 401, retryAfterMs: 8_000 });
      const own = withTokens(async () => Promise.reject(refusal));
      const waiting = await own.make(await own.queued({ credentialId: 'service' }));
      expect(waiting).toMatchObject({ status: 'QUEUED', awaitsCredentials: false });
      expect(waiting?.lastFailure).toMatchObject({ code: 'CREDENTIALS_REJECTED', upstreamStatus: 401 });
      expect(await delayOf(waiting)).toBe(8_000);
    });
  });

  it('changes nothing when it has lost its claim meanwhile', async () => {
    const claim = await parts.running();
    await test.query('UPDATE executions SET fence = fence + 1');
    for (const answer of [RUNNING, NO_ROWS]) {
      parts.upstream.onPoll = () => answer;
      expect(await parts.make(claim)).toBeNull();
    }
    expect(await test.query('SELECT status, version FROM executions')).toEqual([
      { status: 'RUNNING', version: 2 },
    ]);
  });
});
