/**
 * Where to place polls when it is known how long such queries take: the plan with the least expected cost, where a
 * poll costs `callCostMs` and a result costs the time for which it lies there unseen. Found backwards from the longest
 * duration by dynamic programming: the best poll after one that found nothing does not depend on those before it.
 */
import { BIN_COUNT, binOf, EDGES_MS, type Histogram } from './duration-histogram.js';

export interface PollPlan {
  /** When to poll next, in milliseconds since the query began, given that it still ran at `ageMs`. */
  nextMs(ageMs: number): number;
}

export interface PollCosts {
  /** How many milliseconds of waiting one call is worth. */
  readonly callCostMs: number;
  /** Longest time between two polls, in milliseconds. */
  readonly maxGapMs: number;
}

/**
 * Waiting hurts more the longer it lasts: after a second it costs twice its time. Without it the plan would buy a low
 * mean with a few that wait very long.
 */
const IMPATIENCE_PER_MS = 1 / 1_000;

export function planPolls(weights: Readonly<Histogram>, { callCostMs, maxGapMs }: PollCosts): PollPlan {
  const { mass, first, second } = moments(weights);
  const total = mass[BIN_COUNT] ?? 0;
  const cost = new Float64Array(BIN_COUNT + 1);
  const next = new Int32Array(BIN_COUNT + 1).fill(BIN_COUNT);

  for (let from = BIN_COUNT - 1; from >= 0; from -= 1) {
    const call = callCostMs * (total - at(mass, from));
    let least = Number.POSITIVE_INFINITY;
    for (let to = from + 1; to <= BIN_COUNT; to += 1) {
      const edge = at(EDGES_MS, to);
      if (to > from + 1 && edge - at(EDGES_MS, from) > maxGapMs) break;
      const ended = at(mass, to) - at(mass, from);
      const sum = at(first, to) - at(first, from);
      const squares = at(second, to) - at(second, from);
      const lag = ended * edge - sum;
      const squaredLag = ended * edge * edge - 2 * edge * sum + squares;
      const expected = call + lag + IMPATIENCE_PER_MS * squaredLag + at(cost, to);
      if (expected < least) {
        least = expected;
        next[from] = to;
      }
    }
    cost[from] = least;
  }
  return {
    nextMs: (ageMs) => at(EDGES_MS, next[nearestEdge(ageMs)] ?? BIN_COUNT),
  };
}

/** Running sums of the weights, of their durations and of the squares of these, up to each edge. */
function moments(weights: Readonly<Histogram>) {
  const mass = new Float64Array(BIN_COUNT + 1);
  const first = new Float64Array(BIN_COUNT + 1);
  const second = new Float64Array(BIN_COUNT + 1);
  for (let bin = 0; bin < BIN_COUNT; bin += 1) {
    const weight = at(weights, bin);
    const middle = (at(EDGES_MS, bin) + at(EDGES_MS, bin + 1)) / 2;
    mass[bin + 1] = at(mass, bin) + weight;
    first[bin + 1] = at(first, bin) + weight * middle;
    second[bin + 1] = at(second, bin) + weight * middle * middle;
  }
  return { mass, first, second };
}

function nearestEdge(ageMs: number): number {
  const bin = binOf(ageMs);
  return at(EDGES_MS, bin + 1) - ageMs < ageMs - at(EDGES_MS, bin) ? bin + 1 : bin;
}

function at(array: Readonly<Float64Array>, index: number): number {
  return array[index] ?? 0;
}
