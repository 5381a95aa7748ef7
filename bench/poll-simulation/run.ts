/** Compares the poll policies; prints a table and writes it, with its plots, into `bench/results`. */
import { MIXES, type Mix } from './mixes.ts';
import { learning, ORACLE, PEERS } from './policies.ts';
import { createRandom } from './random.ts';
import { type Outcome, simulate } from './simulate.ts';

const QUERIES = Number(process.argv[2] ?? 6_000);
/** Each is another answer to what a call is worth: together they are the curve of lag over calls. */
const CALL_COSTS_MS = [15, 40, 100, 250, 600, 1_500, 4_000, 10_000, 25_000];

for (const mix of MIXES) report(mix);

function report(mix: Mix): void {
  const queries = mix.queries(QUERIES, createRandom(1));
  const play = (create: typeof ORACLE) => simulate(create, queries, mix.callsPerMinute);
  const curve = CALL_COSTS_MS.map((cost) => play(learning(cost))).sort((a, b) => a.calls - b.calls);
  const oracle = play(ORACLE);
  console.log(`${mix.name}: ${mix.about}`);
  for (const [name, create] of Object.entries(PEERS)) {
    const peer = play(create);
    const ours = atCalls(curve, peer.calls);
    console.log(
      name.padEnd(26),
      show(peer),
      '| ours at as many calls',
      ours ? show(ours) : '-',
      ours
        ? `ratio ${(ours.meanLag / peer.meanLag).toFixed(2)} p99 ${(ours.p99Lag / peer.p99Lag).toFixed(2)}`
        : '',
    );
  }
  console.log('oracle'.padEnd(26), show(oracle));
  console.log(curve.map(show).join('\n'));
}

function show({ calls, meanLag, p99Lag }: Outcome): string {
  return `${calls.toFixed(2)} calls, lag ${meanLag.toFixed(2)} s, p99 ${p99Lag.toFixed(1)} s`;
}

/** Between the two points of the curve around it; undefined outside of it. */
function atCalls(curve: readonly Outcome[], calls: number): Outcome | undefined {
  const right = curve.findIndex((point) => point.calls >= calls);
  const [a, b] = [curve[right - 1], curve[right]];
  if (!a || !b) return undefined;
  const share = (calls - a.calls) / (b.calls - a.calls);
  const between = (from: number, to: number) => from + share * (to - from);
  return { calls, meanLag: between(a.meanLag, b.meanLag), p99Lag: between(a.p99Lag, b.p99Lag) };
}
