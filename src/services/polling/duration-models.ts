/**
 * What finished queries have taught about how long each kind takes. A kind is known at three depths: this operation,
 * the same with this length of interval and this grouping, and that of this tenant. A deep one that has seen little
 * leans on the one above it, and that on a prior: nothing is learned twice, and nothing has to be learned first.
 */
import type { KnownDurations, LearnedDurations } from '../../domain/ports/query-durations.js';
import {
  BIN_COUNT,
  EDGES_MS,
  emptyHistogram,
  type EndedWithin,
  type Histogram,
  massOf,
  observe,
  smoothed,
} from './duration-histogram.js';

/** From the widest to the deepest; names of what is counted together. */
export type KindPath = readonly string[];

export interface DurationModels {
  /** How long queries of this kind take, as far as we know; sums to 1. */
  belief(path: KindPath): Readonly<Histogram>;
  /** Rises with everything that is learned about the kind. */
  revision(path: KindPath): number;
  learn(path: KindPath, ended: EndedWithin): void;
  /** What was learned here since the last call, for the other nodes. */
  takeLearned(): LearnedDurations[];
  /** What all nodes have learned together, in the place of what was known here; what was not taken yet is kept. */
  load(shared: readonly KnownDurations[]): void;
}

/** As many observations as what is above a kind counts for; a handful of its own outweighs it. */
const LEANING = 4;
/**
 * Share of the old weights that each observation drives out: the last one or two hundred decide. In the simulation a
 * third of it was too slow for durations that rise, and nothing was better with a steady mix.
 */
const FORGETTING = 1 / 120;
/** What has come after so many observations is all that is known. */
export const REMEMBERED = 3 / FORGETTING;
/** A name costs some 7 KB. The one that was not used for the longest time makes room. */
const MOST_NAMES = 1_000;

interface Known {
  weights: Histogram;
  /** Learned since it was taken; null: nothing. */
  growth: Histogram | null;
  observations: number;
  revision: number;
}

export function createDurationModels(): DurationModels {
  const known = new Map<string, Known>();
  const prior = priorBelief();

  const get = (name: string): Known => {
    const found = known.get(name);
    const one = found ?? { weights: emptyHistogram(), growth: null, observations: 0, revision: 0 };
    known.delete(name);
    known.set(name, one);
    const [oldest] = known.keys();
    if (known.size > MOST_NAMES && oldest !== undefined) known.delete(oldest);
    return one;
  };
  const belief = (path: KindPath): Histogram =>
    path.reduce((above, name) => lean(known.get(name)?.weights, above), prior);

  return {
    belief,
    revision: (path) => path.reduce((sum, name) => sum + (known.get(name)?.revision ?? 0), 0),
    learn(path, ended) {
      const believed = belief(path);
      for (const name of path) {
        const one = get(name);
        one.growth ??= emptyHistogram();
        observe(one.weights, believed, ended, FORGETTING);
        observe(one.growth, believed, ended, FORGETTING);
        one.observations += 1;
        one.revision += 1;
      }
    },
    takeLearned() {
      const learned: LearnedDurations[] = [];
      for (const [kind, one] of known) {
        if (one.growth === null) continue;
        learned.push({ kind, growth: one.growth, kept: (1 - FORGETTING) ** one.observations });
        one.growth = null;
        one.observations = 0;
      }
      return learned;
    },
    load(shared) {
      for (const { kind, weights } of shared) {
        if (weights.length !== BIN_COUNT) continue;
        const one = get(kind);
        const kept = (1 - FORGETTING) ** one.observations;
        const { growth } = one;
        one.weights = Float64Array.from(weights, (weight, bin) => weight * kept + (growth?.[bin] ?? 0));
        one.revision += 1;
      }
    },
  };
}

function lean(weights: Readonly<Histogram> | undefined, above: Histogram): Histogram {
  if (!weights) return above;
  const own = smoothed(weights);
  const sum = massOf(weights) + LEANING;
  return above.map((share, bin) => ((own[bin] ?? 0) + LEANING * share) / sum);
}

/** Before anything is known: as likely for each doubling, from half a second to a minute, and then ever rarer. */
function priorBelief(): Histogram {
  const weights = Float64Array.from({ length: BIN_COUNT }, (_, bin) => {
    const ms = EDGES_MS[bin + 1] ?? 0;
    if (ms < 500) return 0.1;
    return ms < 60_000 ? 1 : 60_000 / ms;
  });
  const sum = massOf(weights);
  return weights.map((weight) => weight / sum);
}
