import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  BIN_COUNT,
  binOf,
  EDGES_MS,
  emptyHistogram,
  massOf,
  observe,
  smoothed,
} from '../../src/services/polling/duration-histogram.js';
import { createDurationModels } from '../../src/services/polling/duration-models.js';
import { planPolls } from '../../src/services/polling/poll-plan.js';

const KIND = ['operation', 'shape', 'tenant'];
const duration = fc.double({ min: 0, max: 1e9, noNaN: true });

describe('bins of durations', () => {
  it('hold what is between their edges', () => {
    fc.assert(
      fc.property(duration, (ms) => {
        const bin = binOf(ms);
        const below = EDGES_MS[bin] ?? Number.NaN;
        const above = bin === BIN_COUNT - 1 ? Number.POSITIVE_INFINITY : (EDGES_MS[bin + 1] ?? Number.NaN);
        return below <= ms + 1e-6 && ms <= above * (1 + 1e-9) + 1e-6;
      }),
    );
  });

  it('share out an observation as is believed, and nothing beside it', () => {
    const histogram = emptyHistogram();
    const belief = emptyHistogram().fill(1);
    observe(histogram, belief, { afterMs: 1_000, untilMs: 2_000 }, 0);
    expect(massOf(histogram)).toBeCloseTo(1);
    expect(histogram.slice(0, binOf(1_000)).every((weight) => weight === 0)).toBe(true);
    expect(histogram.slice(binOf(2_000) + 1).every((weight) => weight === 0)).toBe(true);
  });

  it('keep their sum when they are smoothed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(BIN_COUNT - 1), fc.nat(100))), (weights) => {
        const histogram = emptyHistogram();
        for (const [bin, weight] of weights) histogram[bin] = weight;
        expect(massOf(smoothed(histogram))).toBeCloseTo(massOf(histogram), 6);
      }),
    );
  });
});

describe('what is known of durations', () => {
  it('sums to one, whatever was seen', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(duration, duration), { maxLength: 30 }), (seen) => {
        const models = createDurationModels();
        for (const [a, b] of seen) models.learn(KIND, { afterMs: Math.min(a, b), untilMs: Math.max(a, b) });
        expect(massOf(models.belief(KIND))).toBeCloseTo(1, 6);
      }),
    );
  });

  it('drifts with what is seen', () => {
    const models = createDurationModels();
    for (let n = 0; n < 500; n += 1) models.learn(KIND, { afterMs: 2_000, untilMs: 2_200 });
    for (let n = 0; n < 1_500; n += 1) models.learn(KIND, { afterMs: 30_000, untilMs: 31_000 });
    const belief = models.belief(KIND);
    expect(massOf(belief.slice(binOf(20_000)))).toBeGreaterThan(0.9);
  });

  it('is the same at two nodes that have told each other', () => {
    const [here, there] = [createDurationModels(), createDurationModels()];
    for (let n = 0; n < 50; n += 1) here.learn(KIND, { afterMs: 5_000, untilMs: 6_000 });
    there.load(here.takeLearned().map(({ kind, growth }) => ({ kind, weights: growth })));
    const [a, b] = [here.belief(KIND), there.belief(KIND)];
    expect(Math.max(...a.map((share, bin) => Math.abs(share - (b[bin] ?? 0))))).toBeLessThan(1e-9);
  });

  it('keeps what was learned here and not yet told when the others are heard', () => {
    const models = createDurationModels();
    models.learn(KIND, { afterMs: 5_000, untilMs: 5_100 });
    models.load([{ kind: 'shape', weights: emptyHistogram() }]);
    const shape = models.takeLearned().find(({ kind }) => kind === 'shape');
    expect(massOf(Float64Array.from(shape?.growth ?? []))).toBeCloseTo(1);
    expect(models.takeLearned()).toEqual([]);
  });

  it('takes no notice of bins that are not its own', () => {
    const models = createDurationModels();
    models.load([{ kind: 'shape', weights: [1, 2, 3] }]);
    expect(massOf(models.belief(KIND))).toBeCloseTo(1, 6);
  });
});

describe('a plan of polls', () => {
  it('costs no more than any plan of equal gaps', () => {
    const weights = emptyHistogram();
    for (const [ms, weight] of [
      [2_000, 3],
      [8_000, 1],
      [40_000, 2],
    ] as const)
      weights[binOf(ms)] = weight;
    const spread = smoothed(weights);
    const callCostMs = 1_000;
    const best = costOf(spread, callCostMs, (ageMs) =>
      planPolls(spread, { callCostMs, maxGapMs: 1e9 }).nextMs(ageMs),
    );
    for (const gap of [500, 1_000, 2_000, 5_000, 10_000, 60_000]) {
      expect(best).toBeLessThanOrEqual(costOf(spread, callCostMs, (ageMs) => ageMs + gap) + 1);
    }
  });

  it('leaves no gap that is longer than allowed', () => {
    const plan = planPolls(emptyHistogram().fill(1), { callCostMs: 1e9, maxGapMs: 5_000 });
    for (let ageMs = 0; ageMs < 100_000; ageMs = plan.nextMs(ageMs)) {
      expect(plan.nextMs(ageMs)).toBeGreaterThan(ageMs);
      // A bin may be wider than that.
      expect(plan.nextMs(ageMs) - ageMs).toBeLessThanOrEqual(Math.max(5_000, ageMs * 0.06));
    }
  });
});

/** By its definition: a call each time, and the time for which a result lies unseen, dearer the longer. */
function costOf(weights: Float64Array, callCostMs: number, next: (ageMs: number) => number): number {
  let cost = 0;
  weights.forEach((weight, bin) => {
    if (weight === 0) return;
    const durationMs = ((EDGES_MS[bin] ?? 0) + (EDGES_MS[bin + 1] ?? 0)) / 2;
    let at = 0;
    while (at < durationMs) {
      at = next(at);
      cost += weight * callCostMs;
    }
    const lag = at - durationMs;
    cost += weight * (lag + lag ** 2 / 1_000);
  });
  return cost;
}
