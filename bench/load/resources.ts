/** What each process takes during a measurement, and what the statements of the database wait for. */
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

import pg from 'pg';

import { cpuOf } from '../lib/proc.ts';
import { rounded } from '../lib/summary.ts';
import { type Cluster, cpuOfFamily } from './cluster.ts';
import type { NodeReport } from './node.ts';

export interface Resources {
  /** Processors in use, each 1 at most: one for each thread that runs all the time. */
  readonly cpu: {
    readonly nodes: readonly number[];
    readonly postgres: number;
    readonly upstream: number;
    readonly generators: readonly number[];
    /** Of the whole machine, and what of it was nobody's of these: other work beside the measurement. */
    readonly machine: number;
    readonly others: number;
    readonly processors: number;
  };
  readonly loadAverage: number;
  readonly nodes: readonly NodeReport[];
  readonly database: DatabaseWaits;
}

export interface DatabaseWaits {
  readonly samples: number;
  /** Statements under way, on average. */
  readonly active: number;
  /** Of those, what they waited for: a lock, a latch inside, the disk. */
  readonly waitingFor: Readonly<Record<string, number>>;
  /** The most statements that waited for locks of others at one moment. */
  readonly mostLocked: number;
  readonly mostIdleInTransaction: number;
  /** How long what is due had been due and was not taken up; 0: nothing waits. */
  readonly queueLateP99Ms: number;
  readonly queueLateMaxMs: number;
}

const SAMPLE_MS = 250;
const SAMPLE = `SELECT
  (SELECT jsonb_agg(jsonb_build_object('state', state, 'wait', wait_event_type || ':' || wait_event))
   FROM pg_stat_activity
   WHERE application_name = 'genesys-usage-graphql' AND state IN ('active', 'idle in transaction')) AS statements,
  (SELECT GREATEST(0, EXTRACT(EPOCH FROM now() - min(due_at)) * 1000)::float8 FROM executions
   WHERE due_at < now() AND lease_owner IS NULL) AS late_ms`;

interface Sample {
  readonly statements: { state: string; wait: string | null }[] | null;
  readonly late_ms: number | null;
}

/** Measures from now until the returned function is called. */
export async function watchResources(cluster: Cluster): Promise<() => Promise<Resources>> {
  const client = new pg.Client({ connectionString: cluster.databaseUrl });
  await client.connect();
  const samples: Sample[] = [];
  // The driver asks one thing after the other.
  const timer = setInterval(() => {
    void client.query<Sample>(SAMPLE).then(({ rows }) => samples.push(...rows));
  }, SAMPLE_MS);
  await Promise.all(cluster.nodes.map((node) => node.report()));
  const before = cpuNow(cluster);
  return async () => {
    const after = cpuNow(cluster);
    const nodes = await Promise.all(cluster.nodes.map((node) => node.report()));
    clearInterval(timer);
    await client.end();
    return {
      cpu: cpuBetween(before, after),
      loadAverage: rounded(loadavg()[0] ?? NaN),
      nodes,
      database: waitsOf(samples),
    };
  };
}

interface CpuTimes {
  readonly at: number;
  readonly nodes: readonly number[];
  readonly postgres: number;
  readonly upstream: number;
  readonly generators: readonly number[];
  readonly machine: { readonly busy: number; readonly processors: number };
}

function cpuNow({ nodes, postgresPid, upstreamPid, generators }: Cluster): CpuTimes {
  return {
    at: performance.now(),
    nodes: nodes.map(({ pid }) => cpuOf(pid)),
    postgres: cpuOfFamily(postgresPid),
    upstream: cpuOf(upstreamPid),
    generators: generators.map(({ pid }) => cpuOf(pid)),
    machine: machineTimes(),
  };
}

/** All but idle and waiting for the disk, in milliseconds. */
function machineTimes(): CpuTimes['machine'] {
  const lines = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] =
    lines[0]?.trim().split(/\s+/).slice(1).map(Number) ?? [];
  const processors = lines.filter((line) => /^cpu\d/.test(line)).length;
  return { busy: (user + nice + system + irq + softirq) * 10, processors };
}

function cpuBetween(before: CpuTimes, after: CpuTimes): Resources['cpu'] {
  const share = (from: number, to: number) => rounded((to - from) / (after.at - before.at));
  const shares = (from: readonly number[], to: readonly number[]) =>
    to.map((each, i) => share(from[i] ?? 0, each));
  const ours = {
    nodes: shares(before.nodes, after.nodes),
    postgres: share(before.postgres, after.postgres),
    upstream: share(before.upstream, after.upstream),
    generators: shares(before.generators, after.generators),
  };
  const machine = share(before.machine.busy, after.machine.busy);
  const all = [...ours.nodes, ours.postgres, ours.upstream, ...ours.generators];
  return {
    ...ours,
    machine,
    others: rounded(Math.max(0, machine - all.reduce((sum, each) => sum + each, 0))),
    processors: after.machine.processors,
  };
}

function waitsOf(samples: readonly Sample[]): DatabaseWaits {
  const count = samples.length || 1;
  const active = samples.map(({ statements }) =>
    (statements ?? []).filter(({ state }) => state === 'active'),
  );
  const waitingFor: Record<string, number> = {};
  for (const { wait } of active.flat()) if (wait) waitingFor[wait] = (waitingFor[wait] ?? 0) + 1;
  const late = samples.map(({ late_ms: lateMs }) => lateMs ?? 0).sort((a, b) => a - b);
  const most = (of: (sample: Sample) => number) => Math.max(0, ...samples.map(of));
  return {
    samples: samples.length,
    active: rounded(active.flat().length / count),
    waitingFor: Object.fromEntries(
      Object.entries(waitingFor)
        .filter(([wait]) => !wait.startsWith('Client:'))
        .map(([wait, times]) => [wait, rounded(times / count)]),
    ),
    mostLocked: most(
      ({ statements }) => (statements ?? []).filter(({ wait }) => wait?.startsWith('Lock:')).length,
    ),
    mostIdleInTransaction: most(
      ({ statements }) => (statements ?? []).filter(({ state }) => state !== 'active').length,
    ),
    queueLateP99Ms: Math.round(late[Math.floor((late.length - 1) * 0.99)] ?? 0),
    queueLateMaxMs: Math.round(late.at(-1) ?? 0),
  };
}
