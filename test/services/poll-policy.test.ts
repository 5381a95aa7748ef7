import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createGrowingPollPolicy, type PollContext } from '../../src/services/poll-policy.js';
import { usageRequest } from '../support/usage-requests.js';

const context = (changes: Partial<PollContext>): PollContext => ({
  operation: 'ORGANIZATION_QUERY',
  request: usageRequest('ORGANIZATION_QUERY'),
  ageMs: 0,
  pollCount: 0,
  failureCount: 0,
  ...changes,
});

const policy = (random: () => number, initialMs = 1_000, maxMs = 30_000) =>
  createGrowingPollPolicy({ initialMs, maxMs, random });
const plain = policy(() => 0);

describe('the poll policy', () => {
  it('waits longer with every answer, up to the longest delay', () => {
    const delays = [0, 1, 2, 3, 8, 9, 1_000_000].map((pollCount) =>
      plain.untilNextPoll(context({ pollCount })),
    );
    expect(delays).toEqual([1_000, 1_500, 2_250, 3_375, 25_629, 30_000, 30_000]);
  });

  it('backs off from failures by doubling, up to the longest delay', () => {
    const delays = [1, 2, 3, 6, 1_000_000].map((failureCount) =>
      plain.untilRetry(context({ failureCount }), null),
    );
    expect(delays).toEqual([1_000, 2_000, 4_000, 30_000, 30_000]);
  });

  it('obeys Retry-After, also past the longest delay', () => {
    expect(plain.untilRetry(context({ failureCount: 1 }), 120_000)).toBe(120_000);
    expect(plain.untilRetry(context({ failureCount: 9 }), 5_000)).toBe(5_000);
  });

  it('does not ask at once when upstream sets no time', () => {
    expect(plain.untilRetry(context({ failureCount: 1 }), 0)).toBe(1_000);
  });

  it('spreads what began together', () => {
    let next = 0;
    const spreading = policy(() => (next += 0.1) % 1);
    const delays = Array.from({ length: 9 }, () => spreading.untilNextPoll(context({})));
    expect(new Set(delays).size).toBe(9);
  });

  it('never asks earlier than it was told to, and by no more than a fifth later', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const count = fc.nat({ max: 2 ** 31 - 1 });
    const retryAfter = fc.option(fc.nat({ max: 86_400_000 }));
    fc.assert(
      fc.property(random, count, count, retryAfter, (share, pollCount, failureCount, retryAfterMs) => {
        const given = context({ pollCount, failureCount });
        const jittered = policy(() => share);
        for (const [least, delay] of [
          [plain.untilNextPoll(given), jittered.untilNextPoll(given)],
          [plain.untilRetry(given, retryAfterMs), jittered.untilRetry(given, retryAfterMs)],
        ] as const) {
          expect(delay).toBeGreaterThanOrEqual(least);
          expect(delay).toBeLessThanOrEqual(Math.ceil(least * 1.2));
          expect(Number.isInteger(delay)).toBe(true);
        }
        if (retryAfterMs !== null)
          expect(jittered.untilRetry(given, retryAfterMs)).toBeGreaterThanOrEqual(retryAfterMs);
      }),
    );
  });
});
