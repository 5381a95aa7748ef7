/**
 * An hour of the same mix as in load.ts, at a rate that is far from anything: what grows although it should not. Results are
 * kept for twelve minutes here, so that what the janitor deletes is part of it. Every two and a half minutes nothing is under way
 * for a moment: garbage is collected, and all promises are looked at. What is known is written all the time.
 *
 *     node bench/soak.ts [minutes [things a second]]
 *     node bench/soak.ts verdict
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import { audit } from './load/audit.ts';
import { type Cluster, startCluster } from './load/cluster.ts';
import { sumErrors } from './load/steps.ts';
import { facts, RESULTS } from './lib/results.ts';
import { rounded } from './lib/summary.ts';
import { type Sample, takeSample } from './soak/samples.ts';
import { judge, printVerdict, type Soaked } from './soak/verdict.ts';

/** Too much to keep for good; the verdict goes into the results. */
const SAMPLES = new URL('soak-samples.json', RESULTS);
/** Takes some 0.3 of a processor in all: an hour beside other work. */
const DEFAULT_RATE = 25;
/** What expires within ten minutes is not given out anew, and identical starts are to be. */
const RESULT_TTL_MS = 12 * 60_000;
const SAMPLE_MS = 15_000;
const SEGMENT_MS = 140_000;
const DRAIN_MS = 60_000;
/** Longer than idle connections to PostgreSQL and upstream are kept. */
const QUIET_AFTER_MS = 15_000;

type About = ReturnType<typeof facts> & { readonly minutes: number; readonly thingsPerSecond: number };

interface Progress extends Soaked {
  readonly samples: Sample[];
  acknowledged: number;
  readonly violations: string[];
  readonly errors: Record<string, number>;
  readonly warnings: Record<string, number>;
}

if (process.argv[2] === 'verdict') {
  conclude(JSON.parse(readFileSync(SAMPLES, 'utf8')) as About & Progress);
} else {
  const [minutes = 60, rate = DEFAULT_RATE] = process.argv.slice(2, 4).map(Number);
  await soak({ ...facts(), minutes, thingsPerSecond: rate });
}

async function soak(about: About): Promise<void> {
  const progress: Progress = {
    resultTtlMs: RESULT_TTL_MS,
    samples: [],
    acknowledged: 0,
    violations: [],
    errors: {},
    warnings: {},
  };
  const cluster = await startCluster({ nodes: 2, generators: 1, resultTtlMs: RESULT_TTL_MS });
  let sampling: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    sampling = sample(cluster, progress, false).then(
      () => write(about, progress),
      (error: unknown) => progress.violations.push(`a sample could not be taken: ${String(error)}`),
    );
  }, SAMPLE_MS);
  try {
    progress.acknowledged += await settle(cluster);
    const until = Date.now() + about.minutes * 60_000;
    while (Date.now() < until)
      await segment(cluster, progress, {
        rate: about.thingsPerSecond,
        ms: Math.min(SEGMENT_MS, until - Date.now()),
      });
  } finally {
    clearInterval(timer);
    await sampling;
    await cluster.stop();
    write(about, progress);
  }
  conclude({ ...about, ...progress });
}

/** Never half a file: it is read while it is written. */
function write(about: About, progress: Progress): void {
  mkdirSync(RESULTS, { recursive: true });
  const part = new URL(`${SAMPLES.href}.part`);
  writeFileSync(part, `${JSON.stringify({ ...about, ...progress })}\n`);
  renameSync(part, SAMPLES);
}

function conclude({
  date,
  commit,
  node,
  machine,
  minutes,
  thingsPerSecond,
  ...progress
}: About & Progress): void {
  const verdict = judge(progress);
  const { resultTtlMs, acknowledged, errors, warnings, samples } = progress;
  const load = samples.map(({ loadAverage }) => loadAverage);
  const settings = { minutes, thingsPerSecond, nodes: samples[0]?.nodes.length, resultTtlMs };
  const machineLoad = { least: rounded(Math.min(...load)), most: rounded(Math.max(...load)) };
  const measured = { date, commit, node, machine, machineLoad };
  const text = JSON.stringify(
    { ...measured, ...settings, acknowledged, errors, warnings, ...verdict },
    null,
    2,
  );
  writeFileSync(new URL('soak.json', RESULTS), `${text}\n`);
  printVerdict(verdict);
  process.exitCode = verdict.isGood ? 0 : 1;
}

async function settle({ generators: [generator], nodes, tenants }: Cluster): Promise<number> {
  const urls = nodes.map(({ url }) => url);
  const report = await generator?.order({
    kind: 'settle',
    urls,
    tenants,
    index: 0,
    generators: 1,
    starts: 4,
  });
  return report?.acknowledged.length ?? 0;
}

async function segment(
  cluster: Cluster,
  progress: Progress,
  { rate, ms }: { rate: number; ms: number },
): Promise<void> {
  const order = { kind: 'mix', rate, warmUpMs: 0, ms, drainMs: DRAIN_MS } as const;
  const reports = await Promise.all(cluster.generators.map((generator) => generator.order(order)));
  const { acknowledged, violations } = await audit(cluster, reports);
  progress.acknowledged += acknowledged;
  const { errors: logged, warnings } = cluster.takeLogged();
  progress.violations.push(...violations, ...logged);
  for (const [what, count] of Object.entries(warnings))
    progress.warnings[what] = (progress.warnings[what] ?? 0) + count;
  for (const [what, count] of Object.entries(sumErrors(reports)))
    progress.errors[what] = (progress.errors[what] ?? 0) + count;
  await new Promise((resolve) => setTimeout(resolve, QUIET_AFTER_MS));
  const quiet = await sample(cluster, progress, true);
  const shown = quiet.nodes.map(({ heapMb, rssMb, files }) =>
    [rounded(heapMb), rounded(rssMb), files].join('/'),
  );
  process.stdout.write(
    `${new Date().toISOString()} ${progress.acknowledged} acknowledged, heap/rss/files ${shown.join(' ')}, ` +
      `${quiet.postgres.executions} stored, ${progress.violations.length} violations, ${JSON.stringify(progress.errors)}\n`,
  );
}

async function sample(cluster: Cluster, { samples }: Progress, isQuiet: boolean): Promise<Sample> {
  const taken = await takeSample(cluster, isQuiet);
  samples.push(taken);
  return taken;
}
