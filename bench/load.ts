/**
 * A mixed workload at rising rates until something gives: several tenants, every kind of operation, subscribers over both
 * transports that come and go. First each operation alone at its own maximum, on the same nodes. Whatever was acknowledged,
 * told or counted is checked throughout; one broken promise and the run has failed.
 *
 *     node bench/load.ts [short]
 */
import { loadavg } from 'node:os';

import { type Cluster, startCluster } from './load/cluster.ts';
import { type Kind, KINDS, shareOf } from './load/kinds.ts';
import { runSingles, type Singles } from './load/singles.ts';
import { NEARLY_ALL, runStep, type Step } from './load/steps.ts';
import { save } from './lib/results.ts';
import { rounded } from './lib/summary.ts';

const isShort = process.argv[2] === 'short';
const STEP_MS = isShort ? 5_000 : 15_000;
const FIRST_RATE = 40;
/** Small enough to see what comes before the knee, large enough to be there in ten minutes. */
const FACTOR = isShort ? 2.5 : 1.5;
const MOST_STEPS = 14;
/** Two, so that neither is busy: what they take is told. */
const GENERATORS = 2;
const STARTS_PER_TENANT = 8;

interface Run {
  readonly nodes: number;
  readonly loadAverageBefore: number;
  readonly alone: Singles['kinds'];
  readonly steps: readonly Step[];
  /** The highest rate that held. */
  readonly kneePerSecond: number;
  readonly gaveAtPerSecond: number | null;
  readonly toSingle: ToSingle;
  readonly processors: Processors | null;
  /** What nodes have logged, how often. */
  readonly warnings: Readonly<Record<string, number>>;
}

/** What the mix comes to beside what its parts reach alone. */
interface ToSingle {
  /** What the mix would reach if its operations took turns, each at its own maximum. */
  readonly inTurnsPerSecond: number;
  /** The knee in shares of that. */
  readonly knee: number;
  /** Processor time of the nodes for one thing at the knee, in shares of what its parts take alone. */
  readonly nodeCpu: number;
  readonly postgresCpu: number;
  /** p99 at the knee over p99 alone at the maximum, by operation. */
  readonly p99: Readonly<Partial<Record<Kind, number>>>;
}

/**
 * By processor time alone, from the step in which most was done: at which rate they would be nearly used up. On a machine
 * that does other work meanwhile this says more than the knee.
 */
interface Processors {
  /** The busiest node, which has one for its event loop. */
  readonly nodeFullAtPerSecond: number;
  /** All processes together, on all that the machine has. */
  readonly machineFullAtPerSecond: number;
  readonly others: number;
}

const say = (text: string) => process.stdout.write(`${text}\n`);
const violations: string[] = [];
// Each step tells how much of the machine others had; above this it is likely to be most of what gives.
if ((loadavg()[0] ?? 0) > 2.5) say(`The machine is busy with other work: load average ${loadavg()[0]}`);
const runs: Run[] = [];

for (const nodes of isShort ? [1] : [1, 2]) {
  say(`\n${nodes} node${nodes === 1 ? '' : 's'}`);
  const cluster = await startCluster({ nodes, generators: GENERATORS });
  try {
    runs.push(await run(cluster, nodes));
  } finally {
    await cluster.stop();
  }
  const settings = { stepMs: STEP_MS, generators: GENERATORS, mix: KINDS, violations };
  // What is known so far outlives an interruption.
  if (!isShort) save('load', { runs }, settings);
}
for (const violation of violations.slice(0, 30)) say(`VIOLATION ${violation}`);
say(violations.length === 0 ? '\nevery promise was kept' : `\n${violations.length} promises were broken`);
process.exitCode = violations.length === 0 ? 0 : 1;

async function run(cluster: Cluster, nodes: number): Promise<Run> {
  const loadAverageBefore = rounded(loadavg()[0] ?? NaN);
  const { tenants } = cluster;
  const urls = cluster.nodes.map(({ url }) => url);
  await Promise.all(
    cluster.generators.map((generator, index) =>
      generator.order({
        kind: 'settle',
        urls,
        tenants,
        index,
        generators: GENERATORS,
        starts: STARTS_PER_TENANT,
      }),
    ),
  );
  const { kinds: alone, violations: broken } = await runSingles(cluster);
  violations.push(...broken);
  for (const [kind, { perSecond, p50Ms, p99Ms, cpuMs }] of Object.entries(alone))
    say(
      `alone ${kind.padEnd(16)} ${String(perSecond).padStart(6)}/s  p50 ${p50Ms} ms, p99 ${p99Ms} ms, cpu ${JSON.stringify(cpuMs)}`,
    );
  const steps = await rise(cluster);
  violations.push(...steps.flatMap((step) => step.audit.violations));
  const { errors, warnings } = cluster.takeLogged();
  violations.push(...errors);
  const held = steps.filter(({ gave }) => gave.length === 0);
  const knee = held.toSorted((a, b) => b.offered - a.offered)[0];
  const gaveAt = Math.min(...steps.filter(({ gave }) => gave.length > 0).map(({ offered }) => offered));
  return {
    nodes,
    loadAverageBefore,
    alone,
    steps,
    kneePerSecond: knee?.offered ?? 0,
    gaveAtPerSecond: Number.isFinite(gaveAt) ? gaveAt : null,
    toSingle: toSingle(alone, knee),
    processors: processorsOf(steps),
    warnings,
  };
}

/** Until something gives, then once between the last that held and the first that did not. */
async function rise(cluster: Cluster): Promise<Step[]> {
  const steps: Step[] = [];
  let rate = FIRST_RATE;
  while (steps.length < MOST_STEPS) {
    const step = await told(cluster, rate);
    steps.push(step);
    if (step.gave.length > 0) break;
    rate *= FACTOR;
  }
  if (steps.length > 1 && !isShort) steps.push(await told(cluster, rate / Math.sqrt(FACTOR)));
  return steps;
}

async function told(cluster: Cluster, rate: number): Promise<Step> {
  const step = await runStep(cluster, rate, STEP_MS);
  const { cpu, nodes } = step.resources;
  const shares = `nodes ${cpu.nodes.join(' + ')}, PostgreSQL ${cpu.postgres}, upstream ${cpu.upstream}, generators ${cpu.generators.join(' + ')}, machine ${cpu.machine}, others ${cpu.others}`;
  say(
    `\n${step.offered}/s: ${step.audit.acknowledged} acknowledged, ${JSON.stringify(step.audit.ended)}, load ${step.resources.loadAverage}`,
  );
  for (const [kind, { perSecond, p50Ms, p99Ms }] of Object.entries(step.kinds))
    say(`  ${kind.padEnd(16)} ${String(perSecond).padStart(6)}/s  p50 ${p50Ms} ms, p99 ${p99Ms} ms`);
  for (const [transport, { perSecond, p50Ms, p99Ms }] of Object.entries(step.toldAfter))
    say(
      `  told ${transport.padEnd(11)} ${String(perSecond).padStart(6)}/s  p50 ${p50Ms} ms, p99 ${p99Ms} ms`,
    );
  say(`  processors: ${shares}`);
  for (const each of nodes)
    say(
      `  node: loop busy ${rounded(each.loopBusy)}, p99 ${rounded(each.loopP99Ms)} ms, max ${rounded(each.loopMaxMs)} ms; pool p99 ${rounded(each.poolWaitP99Ms)} ms, waiting ${each.poolWaiting}`,
    );
  say(`  database: ${JSON.stringify(step.resources.database)}`);
  if (Object.keys(step.errors).length > 0) say(`  errors: ${JSON.stringify(step.errors)}`);
  if (step.audit.violations.length > 0)
    say(`  VIOLATIONS ${step.audit.violations.length}: ${step.audit.violations.slice(0, 5).join('; ')}`);
  if (step.gave.length > 0) say(`  gave: ${step.gave.join('; ')}\n  short: ${step.short.join('; ')}`);
  return step;
}

function processorsOf(steps: readonly Step[]): Processors | null {
  const most = steps.toSorted((a, b) => b.achieved - a.achieved)[0];
  if (!most) return null;
  const { nodes, postgres, upstream, generators, processors, others } = most.resources.cpu;
  const ours = [...nodes, postgres, upstream, ...generators].reduce((sum, each) => sum + each, 0);
  const fullAt = (share: number, of: number) => rounded((most.achieved * NEARLY_ALL * of) / share);
  return {
    nodeFullAtPerSecond: fullAt(Math.max(...nodes), 1),
    machineFullAtPerSecond: fullAt(ours, processors),
    others,
  };
}

function toSingle(alone: Singles['kinds'], knee: Step | undefined): ToSingle {
  const known = (Object.keys(KINDS) as Kind[]).flatMap((kind) => {
    const single = alone[kind];
    return single ? [{ share: shareOf(kind), single }] : [];
  });
  const sum = known.reduce((total, { share }) => total + share, 0);
  const mean = (of: (single: (typeof known)[number]['single']) => number) =>
    known.reduce((total, { share, single }) => total + (share / sum) * of(single), 0);
  const inTurns = 1 / mean(({ perSecond }) => 1 / perSecond);
  const { cpu } = knee?.resources ?? {};
  const cpuOfOne = (share = NaN) => (share * 1_000) / (knee?.achieved ?? NaN);
  const p99 = Object.entries(knee?.kinds ?? {}).flatMap(([kind, { p99Ms }]) => {
    const single = alone[kind as Kind];
    return single ? [[kind, rounded(p99Ms / single.p99Ms)] as const] : [];
  });
  return {
    inTurnsPerSecond: rounded(inTurns),
    knee: rounded((knee?.offered ?? NaN) / inTurns),
    nodeCpu: rounded(
      cpuOfOne(cpu?.nodes.reduce((total, each) => total + each, 0)) / mean(({ cpuMs }) => cpuMs.nodes),
    ),
    postgresCpu: rounded(cpuOfOne(cpu?.postgres) / mean(({ cpuMs }) => cpuMs.postgres)),
    p99: Object.fromEntries(p99),
  };
}
