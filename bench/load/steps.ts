/** One step of a mix at one rate: what came of it, what each process took for it, and what gave. */
import { quantile, rounded } from '../lib/summary.ts';
import { type Audit, audit } from './audit.ts';
import type { Cluster } from './cluster.ts';
import type { GeneratorOrder, GeneratorReport } from './generator.ts';
import { type Kind, KINDS } from './kinds.ts';
import { type Resources, watchResources } from './resources.ts';

export interface Latency {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Step {
  /** Things a second that fell due. */
  readonly offered: number;
  readonly achieved: number;
  readonly kinds: Readonly<Partial<Record<Kind, Latency>>>;
  /** From the instant at which a result was stored until a subscriber had it. */
  readonly toldAfter: Readonly<Record<'websocket' | 'eventStream', Latency>>;
  readonly errors: Readonly<Record<string, number>>;
  /** How late the generators themselves were. */
  readonly generatorLateP99Ms: number;
  readonly resources: Resources;
  readonly audit: Audit;
  /** Which bounds were broken; empty: it holds. */
  readonly gave: readonly string[];
  /** What was short at that moment, most of all first. */
  readonly short: readonly string[];
}

/** What people still take for at once, and what somebody who waits for seconds anyway does not notice. */
const BOUNDS = { answerMs: 500, toldMs: 1_000, achieved: 0.97, errors: 0.001 };
const WARM_UP_MS = 5_000;
const DRAIN_MS = 60_000;

export async function runStep(cluster: Cluster, rate: number, ms: number): Promise<Step> {
  const order: GeneratorOrder = {
    kind: 'mix',
    rate: rate / cluster.generators.length,
    warmUpMs: WARM_UP_MS,
    ms,
    drainMs: DRAIN_MS,
  };
  const running = Promise.all(cluster.generators.map((generator) => generator.order(order)));
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
  const stop = await watchResources(cluster);
  await new Promise((resolve) => setTimeout(resolve, ms));
  const resources = await stop();
  const reports = await running;
  const audited = await audit(cluster, reports);
  return judge({ ms, reports, resources, audit: audited });
}

interface Raw {
  readonly ms: number;
  readonly reports: readonly GeneratorReport[];
  readonly resources: Resources;
  readonly audit: Audit;
}

function judge({ ms, reports, resources, audit: audited }: Raw): Step {
  const kinds: Partial<Record<Kind, Latency>> = {};
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const all = reports.flatMap(({ latencies }) => latencies[kind] ?? []);
    if (all.length > 0) kinds[kind] = latencyOf(all, ms);
  }
  const done = reports.reduce((sum, report) => sum + report.done, 0);
  const due = reports.reduce((sum, { lateMs }) => sum + lateMs.length, 0);
  const errors = sumErrors(reports);
  const toldAfter = {
    websocket: latencyOf(
      reports.flatMap(({ lags }) => lags.websocket),
      ms,
    ),
    eventStream: latencyOf(
      reports.flatMap(({ lags }) => lags.eventStream),
      ms,
    ),
  };
  const step = {
    offered: rounded(due / (ms / 1_000)),
    achieved: rounded(done / (ms / 1_000)),
    kinds,
    toldAfter,
    errors,
    generatorLateP99Ms: rounded(
      quantile(
        reports.flatMap(({ lateMs }) => lateMs),
        0.99,
      ),
    ),
    resources,
    audit: audited,
  };
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
  const gave = [
    ...Object.entries(kinds)
      .filter(([, { p99Ms }]) => p99Ms > BOUNDS.answerMs)
      .map(([kind, { p99Ms }]) => `${kind}: p99 ${p99Ms} ms`),
    ...Object.entries(toldAfter)
      .filter(([, { p99Ms }]) => p99Ms > BOUNDS.toldMs)
      .map(([transport, { p99Ms }]) => `told by ${transport}: p99 ${p99Ms} ms`),
    ...(failed > due * BOUNDS.errors ? [`${failed} errors of ${due}`] : []),
    ...(done < due * BOUNDS.achieved ? [`only ${done} of ${due} were done in time`] : []),
  ];
  return { ...step, gave, short: shortOf(step) };
}

export function latencyOf(all: readonly number[], ms: number): Latency {
  return {
    perSecond: rounded(all.length / (ms / 1_000)),
    p50Ms: rounded(quantile(all, 0.5)),
    p99Ms: rounded(quantile(all, 0.99)),
    maxMs: rounded(Math.max(...all)),
  };
}

export function sumErrors(reports: readonly GeneratorReport[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { errors } of reports)
    for (const [what, count] of Object.entries(errors)) sum[what] = (sum[what] ?? 0) + count;
  return sum;
}

/** Above this a queue in front of it grows long, by the arithmetic of queues: ten times the time of the work itself. */
export const NEARLY_ALL = 0.9;

function shortOf({
  resources,
  generatorLateP99Ms,
}: Pick<Step, 'resources' | 'generatorLateP99Ms'>): string[] {
  const { cpu, nodes, database } = resources;
  const busy: [number, string][] = [
    [
      cpu.machine / cpu.processors,
      `the machine's processors: ${cpu.machine} of ${cpu.processors} in use, ${cpu.others} by other work`,
    ],
    // Its event loop may be busy with waiting for a processor: what it has had of one tells which.
    ...nodes.map(({ loopBusy, loopP99Ms }, i): [number, string] => [
      cpu.nodes[i] ?? 0,
      `node ${i + 1}: ${cpu.nodes[i]} processors, its event loop busy ${rounded(loopBusy)} and ${rounded(loopP99Ms)} ms late (p99)`,
    ]),
    [cpu.upstream, `upstream's process: ${cpu.upstream} processors`],
    ...cpu.generators.map((share): [number, string] => [share, `a generator's process: ${share} processors`]),
  ];
  const sorted = busy.toSorted(([a], [b]) => b - a);
  const full = sorted.filter(([share]) => share >= NEARLY_ALL);
  // Nothing is: then what came nearest.
  const found = full.length > 0 ? full : sorted.slice(0, 2);
  const waits = nodes
    .filter(({ poolWaitP99Ms }) => poolWaitP99Ms > 100)
    .map(
      ({ poolWaitP99Ms, poolWaiting }, i) =>
        `node ${i + 1}'s pool: p99 ${rounded(poolWaitP99Ms)} ms for a connection, up to ${poolWaiting} waiting`,
    );
  return [
    ...found.map(([, text]) => text),
    ...waits,
    ...Object.entries(database.waitingFor)
      .filter(([, share]) => share >= 1)
      .map(([wait, share]) => `PostgreSQL: ${share} statements waited for ${wait} at any moment`),
    ...(database.mostLocked > 2 ? [`locks: up to ${database.mostLocked} statements waited`] : []),
    ...(generatorLateP99Ms > 50 ? [`the generators were ${generatorLateP99Ms} ms late (p99)`] : []),
  ];
}
