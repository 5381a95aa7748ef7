import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { UpstreamTroubleStore } from '../../src/domain/ports/upstream-limits.js';
import type { UpstreamErrorDetails, UpstreamErrorKind } from '../../src/domain/upstream-error.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createPatientUpstream } from '../../src/services/upstream-calls/patient-upstream.js';
import { PutOffError } from '../../src/services/upstream-calls/put-off-error.js';
import { createUpstreamTroubleStore } from '../../src/store/upstream-troubles.js';
import { fails, hang, RUNNING, scriptedUpstream } from '../support/scripted-upstream.js';
import { stepParts } from '../support/steps.js';
import { createTestStore, type TestStore } from '../support/store.js';
import { usageRequest } from '../support/usage-requests.js';

const OPTIONS = { afterFailures: 3, firstPauseMs: 1_000, longestPauseMs: 30_000 };

describe('upstream that is left alone while it fails', () => {
  let test: TestStore;
  let upstream: ReturnType<typeof scriptedUpstream>;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(async () => {
    await test.clear();
    await test.query('TRUNCATE upstream_troubles');
    upstream = scriptedUpstream();
  });
  afterAll(() => test.stop());

  const node = (changes: Partial<UpstreamTroubleStore> = {}) =>
    createPatientUpstream({
      upstream,
      troubles: { ...createUpstreamTroubleStore(test.database.db, OPTIONS), ...changes },
      credentialIdOf: (token) => token,
      log: silentLogger,
    });
  const request = usageRequest('ORGANIZATION_QUERY');
  const query = { operation: 'ORGANIZATION_QUERY', request } as const;
  const never = new AbortController().signal;
  let asked = 0;
  const poll = (by = node(), token = 'token-1', signal = never) =>
    by.poll({ ...query, upstreamId: `query-${(asked += 1)}`, cursor: null }, token, signal);
  /** What each call came to: an answer, a failure, or that it was not made. */
  const outcomes = (calls: readonly Promise<unknown>[]) =>
    Promise.all(
      calls.map((call) =>
        call.then(
          () => 'answered',
          (error: unknown) => (error instanceof PutOffError ? error.reason : 'failed'),
        ),
      ),
    );
  const wait = () => test.query("UPDATE upstream_troubles SET next_probe_at = now() - interval '1 ms'");
  async function pausing(token?: string): Promise<void> {
    upstream.onPoll = fails('UNAVAILABLE', { status: 503 });
    for (let i = 0; i < OPTIONS.afterFailures; i += 1) await outcomes([poll(node(), token)]);
  }

  it('is not asked in a pause, by whichever node, neither for a start nor for a poll', async () => {
    await pausing();
    const another = node();
    const start = another.start(query, 'token-1', never);
    expect(await outcomes([poll(another), start])).toEqual(['UPSTREAM_FAILING', 'UPSTREAM_FAILING']);
    expect(upstream.polls).toHaveLength(3);
    expect(upstream.starts).toEqual([]);
  });

  it('is asked by one call in a hundred when a pause is over, and by all when that was answered', async () => {
    await pausing();
    await wait();
    const round = await outcomes(Array.from({ length: 100 }, () => poll()));
    expect(round.filter((outcome) => outcome === 'failed')).toHaveLength(1);
    await wait();
    upstream.onPoll = () => RUNNING;
    expect(await outcomes([poll()])).toEqual(['answered']);
    expect(await outcomes([poll(), poll(), poll()])).toEqual(['answered', 'answered', 'answered']);
  });

  it.each<[UpstreamErrorKind, UpstreamErrorDetails]>([
    ['NOT_FOUND', { status: 404 }],
    ['REJECTED', { status: 400 }],
    ['FORBIDDEN', { status: 403 }],
    ['UNAUTHENTICATED', { status: 401 }],
    ['UNAVAILABLE', { status: 409 }],
    ['RATE_LIMITED', { status: 429, retryAfterMs: 17_000 }],
    ['INVALID_RESULT', { status: 200 }],
  ])('takes %s (%j) for a sign of life', async (kind, details) => {
    await pausing();
    await wait();
    upstream.onPoll = fails(kind, details);
    expect(await outcomes([poll()])).toEqual(['failed']);
    upstream.onPoll = () => RUNNING;
    expect(await outcomes([poll()])).toEqual(['answered']);
  });

  it('leaves a token alone that only gets 429 without being told for how long; others go on', async () => {
    upstream.onPoll = fails('RATE_LIMITED', { status: 429 });
    for (let i = 0; i < OPTIONS.afterFailures; i += 1) await outcomes([poll()]);
    expect(await outcomes([poll()])).toEqual(['UPSTREAM_FAILING']);
    upstream.onPoll = () => RUNNING;
    expect(await outcomes([poll(node(), 'token-2')])).toEqual(['answered']);
  });

  it('never pauses for good: a call that was given up hands its probe on', async () => {
    await pausing();
    await wait();
    upstream.onPoll = (_query, _token, signal) => hang(signal);
    const gone = new AbortController();
    const probing = poll(node(), 'token-1', gone.signal);
    gone.abort(new Error('the client has left'));
    await expect(probing).rejects.toThrow('the client has left');
    upstream.onPoll = () => RUNNING;
    expect(await outcomes([poll()])).toEqual(['answered']);
  });

  it('never pauses in a burst of which every third call fails', async () => {
    const one = node();
    let calls = 0;
    upstream.onPoll = async () =>
      (calls += 1) % 3 === 0 ? fails('UNAVAILABLE', { status: 500 })() : RUNNING;
    const round = await outcomes(Array.from({ length: 200 }, () => poll(one)));
    expect(new Set(round)).toContain('failed');
    expect(await outcomes([poll(one)])).not.toContain('UPSTREAM_FAILING');
  });

  it('gives what upstream said although it can not be noted', async () => {
    const broken = node({ failed: () => Promise.reject(new Error('no database')) });
    upstream.onPoll = fails('UNAVAILABLE', { status: 500 });
    expect(await outcomes([poll(broken)])).toEqual(['failed']);
  });

  it('puts executions off without a failure, and each of them says why', async () => {
    await pausing('credential-1');
    const parts = stepParts(test.store, { upstream: createPatientUpstreamFor(test) });
    const putOff = await parts.make(await parts.queued());
    expect(putOff).toMatchObject({
      status: 'QUEUED',
      version: 1,
      failureCount: 0,
      putOff: 'UPSTREAM_FAILING',
    });
  });

  function createPatientUpstreamFor({ database }: TestStore) {
    return createPatientUpstream({
      upstream,
      troubles: createUpstreamTroubleStore(database.db, OPTIONS),
      credentialIdOf: () => 'credential-1',
      log: silentLogger,
    });
  }
});
