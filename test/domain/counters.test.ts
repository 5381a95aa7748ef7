import { describe, expect, it } from '@jest/globals';

import { differences, ratios } from '../../src/domain/comparison.js';
import { errorRate, NO_TOTALS, share, throttledRate } from '../../src/domain/counters.js';

describe('the rates of totals', () => {
  it('are shares of the requests', () => {
    const totals = { ...NO_TOTALS, requests: 8, status400: 1, status429: 2, status500: 3 };
    expect([errorRate(totals), throttledRate(totals)]).toEqual([0.5, 0.25]);
  });

  it('are unknown without requests, and where a counter was not asked for', () => {
    const counted = { ...NO_TOTALS, status400: 0, status429: 0, status500: 0 };
    for (const totals of [counted, { ...counted, requests: 0 }])
      expect([errorRate(totals), throttledRate(totals)]).toEqual([null, null]);
    expect(errorRate({ ...counted, requests: 5, status500: null })).toBeNull();
    expect(throttledRate({ ...counted, requests: 5, status429: null })).toBeNull();
    expect(share(0, 5)).toBe(0);
  });
});

describe('a key on two sides', () => {
  const totals = (requests: number | null, status200: number | null = null) => ({
    ...NO_TOTALS,
    rowCount: 1,
    requests,
    status200,
  });
  const told = (baseline: ReturnType<typeof totals> | null, current: ReturnType<typeof totals> | null) => [
    differences({ baseline, current }).requests,
    ratios({ baseline, current }).requests,
  ];

  it.each([
    ['grows', totals(4), totals(6), 2, 1.5],
    ['shrinks', totals(4), totals(1), -3, 0.25],
    ['is new', null, totals(6), 6, null],
    ['is gone', totals(6), null, -6, 0],
    ['was 0', totals(0), totals(6), 6, null],
    ['was not counted on one side', totals(null), totals(6), null, null],
    ['is new and was not counted', null, totals(null), null, null],
  ])('%s', (_what, baseline, current, difference, ratio) => {
    expect(told(baseline, current)).toEqual([difference, ratio]);
  });
});
