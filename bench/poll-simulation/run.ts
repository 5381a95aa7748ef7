/**
 * Compares poll policies; prints a table, and writes it with a plot for each mix into `bench/results`.
 *
 *     node bench/poll-simulation/run.ts [queries]
 */
import { writeFileSync } from 'node:fs';

import { facts, RESULTS } from '../lib/results.ts';
import { MIXES, type Mix } from './mixes.ts';
import { plot } from './plot.ts';
import { learning, ORACLE, PEERS, type PolicyFactory } from './policies.ts';
import { createRandom } from './random.ts';
import { type Outcome, simulate } from './simulate.ts';

const QUERIES = Number(process.argv[2] ?? 6_000);
/** Each is another answer to what a call is worth: together they are the curve of lag over calls. */
const CALL_COSTS_MS = [15, 40, 100, 250, 600, 1_500, 4_000, 10_000, 25_000, 60_000, 150_000];
/** The program's own. */
const DEFAULT_COST_MS = 1_500;
/** A node that knows nothing, again and again: of so many queries, whatever kind they are. */
const COLD_QUERIES = 10;
const COLD_STARTS = 200;

interface Comparison {
  readonly peer: string;
  readonly outcome: Outcome;
  /** Ours with no more calls than the peer, and with no more lag. */
  readonly atCalls: Outcome;
  readonly lagRatio: number;
  readonly p99Ratio: number;
  readonly atLag: Outcome;
  readonly callsRatio: number;
}

const report = MIXES.map((mix) => {
  const measured = measure(mix);
  print(mix, measured);
  writeFileSync(new URL(`poll-${mix.name.replace(' ', '-')}.svg`, RESULTS), plot(mix, measured));
  return { mix: mix.name, about: mix.about, ...measured };
});
writeFileSync(
  new URL('poll-simulation.json', RESULTS),
  `${JSON.stringify({ ...facts(), queries: QUERIES, mixes: report }, null, 2)}\n`,
);

export interface Measured {
  readonly curve: readonly Outcome[];
  readonly ours: Outcome;
  readonly oracle: Outcome;
  readonly peers: readonly Comparison[];
  /** Ours by default, and with no more calls than the exponential one. */
  readonly cold: { readonly ours: Outcome; readonly atCalls: Outcome; readonly exponential: Outcome };
}

function measure(mix: Mix): Measured {
  const queries = mix.queries(QUERIES, createRandom(1));
  const play = (create: PolicyFactory) => simulate(create, queries, mix.callsPerMinute);
  const outcomes = CALL_COSTS_MS.map((cost) => play(learning(cost)));
  const curve = outcomes.toSorted((a, b) => a.calls - b.calls);
  return {
    curve,
    ours: outcomes[CALL_COSTS_MS.indexOf(DEFAULT_COST_MS)]!,
    oracle: play(ORACLE),
    peers: Object.entries(PEERS).map(([name, create]) => compare(name, play(create), curve)),
    cold: coldStart(mix),
  };
}

function coldStart(mix: Mix): Measured['cold'] {
  const exponential = cold(mix, PEERS['exponential 1 s to 60 s']!);
  const curve = CALL_COSTS_MS.filter((cost) => cost >= DEFAULT_COST_MS).map((cost) =>
    cold(mix, learning(cost)),
  );
  return { ours: curve[0]!, atCalls: along(curve, 'calls', exponential.calls), exponential };
}

function compare(peer: string, outcome: Outcome, curve: readonly Outcome[]): Comparison {
  const atCalls = along(curve, 'calls', outcome.calls);
  const atLag = along(curve, 'meanLag', outcome.meanLag);
  return {
    peer,
    outcome,
    atCalls,
    lagRatio: atCalls.meanLag / outcome.meanLag,
    p99Ratio: atCalls.p99Lag / outcome.p99Lag,
    atLag,
    callsRatio: atLag.calls / outcome.calls,
  };
}

/**
 * The point of the curve with that many calls, or that much lag: between the two points around it. Where the budget
 * binds more calls are more lag, so that the curve turns back; then the best point that has no more of it.
 */
function along(curve: readonly Outcome[], by: 'calls' | 'meanLag', value: number): Outcome {
  const other = by === 'calls' ? 'meanLag' : 'calls';
  const best = curve.filter((point) => point[by] <= value).toSorted((a, b) => a[other] - b[other])[0];
  const above = curve.filter((point) => point[by] > value).toSorted((a, b) => a[by] - b[by])[0];
  if (!best) return { calls: NaN, meanLag: NaN, p99Lag: NaN };
  if (!above || above[other] >= best[other]) return best;
  const share = (value - best[by]) / (above[by] - best[by]);
  const between = (from: number, to: number) => from + share * (to - from);
  return {
    calls: between(best.calls, above.calls),
    meanLag: between(best.meanLag, above.meanLag),
    p99Lag: between(best.p99Lag, above.p99Lag),
  };
}

/** The first queries of all, many times over. */
function cold(mix: Mix, create: PolicyFactory): Outcome {
  const outcomes = Array.from({ length: COLD_STARTS }, (_, start) =>
    simulate(create, mix.queries(COLD_QUERIES, createRandom(100 + start)), mix.callsPerMinute),
  );
  const mean = (key: keyof Outcome) => outcomes.reduce((sum, one) => sum + one[key], 0) / outcomes.length;
  return { calls: mean('calls'), meanLag: mean('meanLag'), p99Lag: mean('p99Lag') };
}

function print(mix: Mix, { ours, oracle, peers, cold: first }: Measured): void {
  const lines = peers.map(
    ({ peer, outcome, atCalls, lagRatio, p99Ratio, callsRatio }) =>
      `  ${peer.padEnd(24)} ${show(outcome)} | ours: ${show(atCalls)} | mean ${lagRatio.toFixed(2)}, p99 ${p99Ratio.toFixed(2)}; ` +
      `calls at its lag ${callsRatio.toFixed(2)}`,
  );
  process.stdout.write(
    [
      `${mix.name}: ${mix.about}`,
      ...lines,
      `  ${'ours by default'.padEnd(24)} ${show(ours)}`,
      `  ${'oracle'.padEnd(24)} ${show(oracle)}`,
      `  ${'the first ten'.padEnd(24)} ${show(first.ours)} | exponential: ${show(first.exponential)} | ours: ${show(first.atCalls)}`,
      '',
    ].join('\n'),
  );
}

function show({ calls, meanLag, p99Lag }: Outcome): string {
  return `${calls.toFixed(2)} calls, lag ${meanLag.toFixed(2)} s, p99 ${p99Lag.toFixed(1)} s`;
}
