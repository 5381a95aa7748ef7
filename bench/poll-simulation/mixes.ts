/** Mixes of queries: when they start, of which kind they are, and how long they take. */
import type { Random } from './random.ts';
import { normal, pareto } from './random.ts';

export interface Query {
  /** Milliseconds since the simulation began. */
  readonly startMs: number;
  readonly durationMs: number;
  /** Those of one kind take about as long as each other. */
  readonly kind: number;
}

export interface Mix {
  readonly name: string;
  readonly about: string;
  /** Calls in any minute; null: as many as wanted. */
  readonly callsPerMinute: number | null;
  queries(count: number, random: Random): Query[];
}

const SECOND = 1_000;

/** Medians of the kinds in seconds, from a summary to a grouped query over a year. */
const MEDIANS = [2, 4, 8, 15, 30, 60];

/** Queries that come one after the other, a second apart on average. */
function arriving(count: number, random: Random, one: (index: number) => Omit<Query, 'startMs'>): Query[] {
  let startMs = 0;
  return Array.from({ length: count }, (_, index) => {
    startMs += -Math.log(1 - random()) * SECOND;
    return { startMs, ...one(index) };
  });
}

function pick(count: number, random: Random): number {
  return Math.floor(random() * count);
}

export const MIXES: readonly Mix[] = [
  {
    name: 'log-normal',
    about: 'six kinds with medians of 2 to 60 s, each log-normal (sigma 0.35)',
    callsPerMinute: null,
    queries: (count, random) =>
      arriving(count, random, () => {
        const index = pick(MEDIANS.length, random);
        const durationMs = (MEDIANS[index] ?? 1) * SECOND * Math.exp(0.35 * normal(random));
        return { durationMs, kind: index };
      }),
  },
  {
    name: 'bimodal',
    about: 'one kind: six in ten take about 2.5 s, the others about 40 s (sigma 0.15)',
    callsPerMinute: null,
    queries: (count, random) =>
      arriving(count, random, () => {
        const medianMs = random() < 0.6 ? 2.5 * SECOND : 40 * SECOND;
        return { durationMs: medianMs * Math.exp(0.15 * normal(random)), kind: 0 };
      }),
  },
  {
    name: 'heavy tail',
    about: 'four kinds from 2 to 25 s, each with a Pareto tail (alpha 2.5)',
    callsPerMinute: null,
    queries: (count, random) =>
      arriving(count, random, () => {
        const least = [2, 5, 12, 25];
        const index = pick(least.length, random);
        const noise = Math.exp(0.15 * normal(random));
        return { durationMs: (least[index] ?? 1) * SECOND * noise * pareto(2.5, random), kind: index };
      }),
  },
  {
    name: 'drifting',
    about: 'three kinds whose medians swing between a fifth and nine fifths within some hours',
    callsPerMinute: null,
    queries: (count, random) =>
      arriving(count, random, (position) => {
        const medians = [3, 10, 30];
        const index = pick(medians.length, random);
        const swing = 1 + 0.8 * Math.sin(position / 1_500);
        const durationMs = (medians[index] ?? 1) * SECOND * swing * Math.exp(0.3 * normal(random));
        return { durationMs, kind: index };
      }),
  },
  {
    name: 'pile-up',
    about: 'bursts of 300 at once behind the budget of one token (250 calls a minute), every six minutes',
    callsPerMinute: 250,
    queries: (count, random) =>
      Array.from({ length: count }, (_, position) => {
        const index = pick(MEDIANS.length, random);
        const durationMs = (MEDIANS[index] ?? 1) * SECOND * Math.exp(0.35 * normal(random));
        return { startMs: Math.floor(position / 300) * 360 * SECOND, durationMs, kind: index };
      }),
  },
];
