/** Flat or not: the slope of each figure over the last three quarters, against a bound that was chosen before. */
import { rounded } from '../lib/summary.ts';
import type { Sample } from './samples.ts';
import { type Slope, slopeOf } from './slope.ts';

export interface Finding {
  readonly what: string;
  readonly verdict: 'flat' | 'grows' | 'not shown';
  readonly mean: number;
  readonly perHour: number;
  readonly confidence: readonly [number, number];
  /** What an hour may add at most. */
  readonly bound: number;
  readonly points: number;
}

export interface Soaked {
  readonly samples: readonly Sample[];
  readonly resultTtlMs: number;
  readonly acknowledged: number;
  readonly violations: readonly string[];
  readonly errors: Readonly<Record<string, number>>;
}

export interface Verdict {
  readonly isGood: boolean;
  readonly minutes: number;
  readonly findings: readonly Finding[];
  readonly janitor: string;
  readonly problems: readonly string[];
}

interface Figure {
  readonly what: string;
  readonly of: (sample: Sample) => number;
  /** Looked at when nothing is under way: what is held then is held for good. */
  readonly isQuiet?: boolean;
  /** An hour's growth, or with `share` that share of the mean. */
  readonly bound: number;
  readonly share?: true;
}

/**
 * A node does some 45,000 things in the hour: 3 MB are 70 bytes for each of them. Resident memory has what the collector has
 * not given back as well, which moves by several MB. Of counts, one that is kept for each start would be thousands, and for
 * each line that is cut nearly two thousand; some connections more or less are always just being closed. Tables breathe with the rate and with
 * what vacuum has got to.
 */
const BOUNDS = { heapMb: 3, residentMb: 12, count: 10, tables: 0.15 };

export function judge(soaked: Soaked): Verdict {
  const { samples, violations, errors } = soaked;
  const [first, last] = [samples[0]?.at ?? 0, samples.at(-1)?.at ?? 0];
  const from = first + (last - first) / 4;
  const late = samples.filter(({ at }) => at >= from);
  const findings = figuresOf(samples[0]?.nodes.length ?? 0).map((figure) => find(figure, late));
  const [janitor, deletes] = janitorOf(soaked);
  const problems = [
    ...findings.filter(({ verdict }) => verdict !== 'flat').map(({ what, verdict }) => `${what}: ${verdict}`),
    ...(deletes ? [] : [janitor]),
    ...violations,
    ...Object.entries(errors).map(([what, count]) => `${count} × ${what}`),
  ];
  return {
    isGood: problems.length === 0,
    minutes: rounded((last - first) / 60_000),
    findings,
    janitor,
    problems,
  };
}

/** Lines are made anew at either node: what they hold is counted over all. */
const COUNTS = ['files', 'handles', 'listeners', 'webSockets', 'eventStreams', 'poolConnections'] as const;

function figuresOf(nodes: number): Figure[] {
  const { heapMb, residentMb, count, tables } = BOUNDS;
  const postgres = (what: keyof Sample['postgres'], bound: number, share?: true): Figure => ({
    what: `PostgreSQL: ${what}`,
    of: (sample) => sample.postgres[what],
    bound,
    ...(share && { share }),
  });
  return [
    ...Array.from({ length: nodes }, (_, i): Figure[] => [
      {
        what: `node ${i + 1}: heap after collection, MB`,
        of: ({ nodes: all }) => all[i]?.heapMb ?? NaN,
        isQuiet: true,
        bound: heapMb,
      },
      {
        what: `node ${i + 1}: resident memory but buffers, MB`,
        of: ({ nodes: all }) => (all[i]?.rssMb ?? NaN) - (all[i]?.buffersMb ?? NaN),
        bound: residentMb,
      },
    ]).flat(),
    ...COUNTS.map((what) => ({
      what: `nodes: ${what}`,
      of: ({ nodes: all }: Sample) => all.reduce((sum, node) => sum + node[what], 0),
      isQuiet: true,
      bound: count,
    })),
    { ...postgres('backends', count), isQuiet: true },
    postgres('executions', tables, true),
    postgres('rows', tables, true),
    postgres('tablesMb', tables, true),
    postgres('temporaryFiles', count),
    postgres('filesMb', tables, true),
  ];
}

function find({ what, of, isQuiet = false, bound, share }: Figure, samples: readonly Sample[]): Finding {
  const slope = slopeOf(
    samples
      .filter((sample) => !isQuiet || sample.isQuiet)
      .map((sample) => ({ at: sample.at, value: of(sample) })),
  );
  const most = share ? bound * slope.mean : bound;
  return {
    what,
    verdict: verdictOf(slope, most),
    mean: rounded(slope.mean),
    perHour: rounded(slope.perHour),
    confidence: [rounded(slope.confidence[0]), rounded(slope.confidence[1])],
    bound: rounded(most),
    points: slope.points,
  };
}

/** Flat only when even the steepest line that fits is; growing when even the flattest one is not. */
function verdictOf({ confidence: [least, most] }: Slope, bound: number): Finding['verdict'] {
  if (least > bound) return 'grows';
  return most <= bound ? 'flat' : 'not shown';
}

/** How much longer than they may be kept: the janitor's rounds, and its batches. */
const ROUND_SECONDS = 60;

function janitorOf({ samples, resultTtlMs, acknowledged }: Soaked): [string, boolean] {
  const oldest = Math.max(...samples.map(({ postgres }) => postgres.oldestSeconds));
  const left = samples.at(-1)?.postgres.executions ?? NaN;
  const text = `of ${acknowledged} executions ${left} are left; none was stored for more than ${Math.round(oldest)} s, of ${resultTtlMs / 1_000} s`;
  return [text, left < acknowledged && oldest <= resultTtlMs / 1_000 + ROUND_SECONDS];
}

export function printVerdict({ minutes, findings, janitor, problems, isGood }: Verdict): void {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  say(`${minutes} minutes; slopes over the last three quarters, with 95 %`);
  for (const { what, verdict, mean, perHour, confidence, bound } of findings)
    say(
      `${verdict.padEnd(10)} ${what.padEnd(46)} ${mean}, ${perHour} an hour (${confidence.join(' to ')}), bound ${bound}`,
    );
  say(`janitor: ${janitor}`);
  for (const problem of problems.slice(0, 40)) say(`PROBLEM ${problem}`);
  say(isGood ? 'GOOD: flat, and every promise was kept' : 'NOT GOOD');
}
