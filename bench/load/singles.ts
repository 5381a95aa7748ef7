/** Each operation alone, at its own maximum, on the nodes that the mix meets afterwards; and what one costs each process. */
import { cpuOf } from '../lib/proc.ts';
import { rounded } from '../lib/summary.ts';
import { audit } from './audit.ts';
import { type Cluster, cpuOfFamily } from './cluster.ts';
import type { GeneratorReport } from './generator.ts';
import { type Kind, KINDS } from './kinds.ts';
import { type Latency, latencyOf, sumErrors } from './steps.ts';

export interface Single extends Latency {
  /** Milliseconds of processor for one, until everything that it has set off is over. */
  readonly cpuMs: { readonly nodes: number; readonly postgres: number; readonly upstream: number };
  readonly errors: Readonly<Record<string, number>>;
}

export interface Singles {
  readonly kinds: Readonly<Partial<Record<Kind, Single>>>;
  readonly violations: readonly string[];
}

const WARM_UP_MS = 500;
const MS = 3_000;
/** Enough to keep two nodes and the database busy, few enough that the queue is no measure of its own. */
const AT_ONCE = 24;
/** They need something that runs, and say little alone. */
const NOT_ALONE: readonly Kind[] = ['cancel', 'foreign'];

export async function runSingles(cluster: Cluster): Promise<Singles> {
  const kinds: Partial<Record<Kind, Single>> = {};
  const violations: string[] = [];
  for (const kind of (Object.keys(KINDS) as Kind[]).filter((each) => !NOT_ALONE.includes(each))) {
    const first = await order(cluster, kind, WARM_UP_MS);
    const before = cpu(cluster);
    const reports = await order(cluster, kind, MS);
    const after = cpu(cluster);
    const all = reports.flatMap(({ latencies }) => latencies[kind] ?? []);
    const tookMs = Math.max(...reports.map((report) => report.tookMs));
    const each = (part: 'nodes' | 'postgres' | 'upstream') =>
      rounded((after[part] - before[part]) / all.length);
    kinds[kind] = {
      ...latencyOf(all, tookMs),
      cpuMs: { nodes: each('nodes'), postgres: each('postgres'), upstream: each('upstream') },
      errors: sumErrors(reports),
    };
    violations.push(...(await audit(cluster, [...first, ...reports])).violations);
  }
  return { kinds, violations };
}

function order(cluster: Cluster, what: Kind, ms: number): Promise<GeneratorReport[]> {
  const atOnce = Math.max(1, Math.round(AT_ONCE / cluster.generators.length));
  return Promise.all(cluster.generators.map((one) => one.order({ kind: 'alone', what, atOnce, ms })));
}

function cpu({ nodes, postgresPid, upstreamPid }: Cluster) {
  return {
    nodes: nodes.reduce((sum, { pid }) => sum + cpuOf(pid), 0),
    postgres: cpuOfFamily(postgresPid),
    upstream: cpuOf(upstreamPid),
  };
}
