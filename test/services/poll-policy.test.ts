import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createCallPrice } from '../../src/services/polling/call-price.js';
import { createDurationModels } from '../../src/services/polling/duration-models.js';
import {
  createPollPolicy,
  type PollContext,
  type PollPolicyOptions,
} from '../../src/services/polling/poll-policy.js';
import { usageRequest } from '../support/usage-requests.js';

const context = (changes: Partial<PollContext> = {}): PollContext => ({
  operation: 'ORGANIZATION_QUERY',
  request: usageRequest('ORGANIZATION_QUERY'),
  organizationId: 'tenant',
  credentialId: 'token',
  ageMs: 0,
  runningAtMs: 0,
  failureCount: 0,
  ...changes,
});

/** In the middle of the jitter, unless said otherwise. */
function policyWith(options: Partial<PollPolicyOptions> = {}) {
  return createPollPolicy({
    models: createDurationModels(),
    price: createCallPrice(() => 0),
    minMs: 100,
    maxMs: 30_000,
    callCostMs: 1_500,
    random: () => 0.5,
    ...options,
  });
}

/** When it polls a query that takes so long; the last one finds its end, and teaches it. */
function pollsOf(
  policy: ReturnType<typeof policyWith>,
  durationMs: number,
  changes: Partial<PollContext> = {},
) {
  const at = [0];
  while ((at.at(-1) ?? 0) < durationMs) {
    const ageMs = at.at(-1) ?? 0;
    at.push(ageMs + policy.untilNextPoll(context({ ...changes, ageMs, runningAtMs: ageMs })));
  }
  const [runningAtMs = 0, ageMs = 0] = at.slice(-2);
  policy.ended(context({ ...changes, ageMs, runningAtMs }));
  return at.slice(1);
}

describe('the poll policy', () => {
  it('knows nothing at first, and waits longer the longer a query has taken', () => {
    const policy = policyWith({ maxMs: 600_000 });
    const waits = [0, 2_000, 10_000, 60_000].map((ageMs) => policy.untilNextPoll(context({ ageMs })));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBeLessThan(3_000);
  });

  it('asks about queries of one duration once or twice, when they end, after it has seen some', () => {
    const random = seeded();
    const policy = policyWith({ random });
    for (let n = 0; n < 200; n += 1) pollsOf(policy, 20_000);
    const polls = Array.from({ length: 50 }, () => pollsOf(policy, 20_000));
    const calls = polls.reduce((sum, each) => sum + each.length, 0) / polls.length;
    const lag = polls.reduce((sum, each) => sum + (each.at(-1) ?? 0) - 20_000, 0) / polls.length;
    expect(calls).toBeLessThan(2.5);
    expect(lag).toBeLessThan(2_500);
  });

  it('follows durations that change, however much it has learned before', () => {
    const random = seeded();
    const policy = policyWith({ random });
    for (let n = 0; n < 20_000; n += 1) policy.ended(context({ ageMs: 2_100, runningAtMs: 1_900 }));
    pollsOf(policy, 2_000);
    for (let n = 0; n < 300; n += 1) pollsOf(policy, 20_000);
    const calls = Array.from({ length: 50 }, () => pollsOf(policy, 20_000).length);
    expect(calls.reduce((sum, each) => sum + each, 0) / calls.length).toBeLessThan(4);
  });

  it('passes over the time in which queries of two durations do not end', () => {
    const random = seeded();
    const policy = policyWith({ random });
    for (let n = 0; n < 300; n += 1) pollsOf(policy, n % 2 === 0 ? 2_000 : 40_000);
    const between = pollsOf(policy, 40_000).filter((at) => at > 8_000 && at < 30_000);
    expect(between.length).toBeLessThanOrEqual(1);
  });

  it('lends what other tenants have taught to one that it has not met', () => {
    const random = seeded();
    const policy = policyWith({ random });
    for (let n = 0; n < 200; n += 1) pollsOf(policy, 25_000);
    const { length } = pollsOf(policy, 25_000, { organizationId: 'another' });
    expect(length).toBeLessThan(pollsOf(policyWith({ random }), 25_000).length);
  });

  it('asks less often for a credential without budget, and as before when it has some again', () => {
    let now = 0;
    const policy = policyWith({ price: createCallPrice(() => now), maxMs: 600_000 });
    const usual = policy.untilNextPoll(context());
    for (let n = 0; n < 5; n += 1) {
      now += 1_000;
      policy.putOff(context());
    }
    expect(policy.untilNextPoll(context())).toBeGreaterThan(usual * 1.5);
    expect(policy.untilNextPoll(context({ credentialId: 'another' }))).toBe(usual);
    now += 3_600_000;
    expect(policy.untilNextPoll(context())).toBe(usual);
  });

  it('waits at least as long as told and at most as long as told, whatever it has learned', () => {
    const age = fc.double({ min: 0, max: 1e8, noNaN: true });
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const policy = (random: () => number) => policyWith({ random, minMs: 500, maxMs: 7_000 });
    fc.assert(
      fc.property(fc.array(age, { maxLength: 20 }), age, share, (ended, ageMs, random) => {
        const taught = policy(() => random);
        for (const untilMs of ended) taught.ended(context({ ageMs: untilMs, runningAtMs: untilMs * random }));
        const wait = taught.untilNextPoll(context({ ageMs }));
        return Number.isInteger(wait) && wait >= 500 && wait <= 7_000;
      }),
      { numRuns: 50 },
    );
  });

  it('spreads what began together', () => {
    const policy = policyWith({ random: seeded() });
    const waits = Array.from({ length: 20 }, () => policy.untilNextPoll(context()));
    expect(new Set(waits).size).toBeGreaterThan(15);
  });

  it('backs off from failures by doubling, up to the longest wait', () => {
    const plain = policyWith({ random: () => 0 });
    const waits = [1, 2, 3, 6, 1_000_000].map((failureCount) =>
      plain.untilRetry(context({ failureCount }), null),
    );
    expect(waits).toEqual([1_000, 2_000, 4_000, 30_000, 30_000]);
  });

  it('obeys Retry-After, also past the longest wait, and asks by a few seconds later at most', () => {
    for (const random of [0, 0.99]) {
      const policy = policyWith({ random: () => random });
      for (const asked of [1_000, 5_000, 120_000, 86_400_000]) {
        const wait = policy.untilRetry(context({ failureCount: 1 }), asked);
        expect(wait).toBeGreaterThanOrEqual(asked);
        expect(wait).toBeLessThanOrEqual(asked + Math.min(5_000, asked / 5));
      }
    }
    expect(policyWith().untilRetry(context({ failureCount: 1 }), 0)).toBe(1_000);
  });
});

/** Numbers in [0, 1) that are the same in every run. */
function seeded(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
