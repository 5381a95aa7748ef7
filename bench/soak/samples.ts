/** What can grow: in each node, in PostgreSQL, on the disk. */
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';

import { query } from '../lib/query.ts';
import { cpuOf, residentMb } from '../lib/proc.ts';
import { type Cluster, cpuOfFamily } from '../load/cluster.ts';

export interface NodeSample {
  readonly rssMb: number;
  /** Answers that are kept, and what is on its way. Bounded, and fills slowly. */
  readonly buffersMb: number;
  readonly heapMb: number;
  readonly files: number;
  readonly threads: number;
  readonly handles: number;
  readonly listeners: number;
  readonly webSockets: number;
  readonly eventStreams: number;
  readonly poolConnections: number;
}

export interface Sample {
  readonly at: number;
  /** Garbage was collected, and nothing was under way. */
  readonly isQuiet: boolean;
  readonly nodes: readonly NodeSample[];
  readonly postgres: {
    readonly backends: number;
    readonly executions: number;
    readonly rows: number;
    /** Since when the longest stored one has been final. */
    readonly oldestSeconds: number;
    readonly tablesMb: number;
    readonly deadTuples: number;
    readonly temporaryFiles: number;
    readonly filesMb: number;
  };
  /** Processor time so far, in milliseconds. */
  readonly cpuMs: {
    readonly nodes: number;
    readonly postgres: number;
    readonly upstream: number;
    readonly generators: number;
  };
  readonly loadAverage: number;
}

const DATABASE = `SELECT
  (SELECT count(*)::int FROM pg_stat_activity WHERE application_name LIKE 'genesys-usage-graphql%') AS backends,
  (SELECT count(*)::int FROM executions) AS executions,
  (SELECT count(*)::int FROM usage_rows) AS rows,
  (SELECT COALESCE(EXTRACT(EPOCH FROM now() - min(finished_at)), 0)::float8 FROM executions) AS oldest,
  (SELECT (sum(pg_total_relation_size(relid)) / 1048576)::float8 FROM pg_stat_user_tables) AS tables_mb,
  (SELECT sum(n_dead_tup)::int FROM pg_stat_user_tables) AS dead`;

/** @param isQuiet collects garbage before it looks */
export async function takeSample(cluster: Cluster, isQuiet: boolean): Promise<Sample> {
  const nodes = await Promise.all(cluster.nodes.map((node) => sampleNode(node, isQuiet)));
  const { rows } = await query<{
    backends: number;
    executions: number;
    rows: number;
    oldest: number;
    tables_mb: number;
    dead: number;
  }>(cluster.databaseUrl, DATABASE);
  const [found] = rows;
  if (!found) throw new Error('the database said nothing');
  const files = await filesIn(join(cluster.dataDir, 'postgres', 'data', 'base'));
  return {
    at: Date.now(),
    isQuiet,
    nodes,
    postgres: {
      backends: found.backends,
      executions: found.executions,
      rows: found.rows,
      oldestSeconds: found.oldest,
      tablesMb: found.tables_mb,
      deadTuples: found.dead,
      temporaryFiles: files.filter(({ name }) => name.includes('pgsql_tmp')).length,
      filesMb: files.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20,
    },
    cpuMs: {
      nodes: cluster.nodes.reduce((sum, { pid }) => sum + cpuOf(pid), 0),
      postgres: cpuOfFamily(cluster.postgresPid),
      upstream: cpuOf(cluster.upstreamPid),
      generators: cluster.generators.reduce((sum, { pid }) => sum + cpuOf(pid), 0),
    },
    loadAverage: loadavg()[0] ?? NaN,
  };
}

async function sampleNode(node: Cluster['nodes'][number], isQuiet: boolean): Promise<NodeSample> {
  const { memory, handles, watching, poolConnections } = await node.report(isQuiet);
  return {
    rssMb: residentMb(node.pid),
    buffersMb: memory.arrayBuffers / 2 ** 20,
    heapMb: memory.heapUsed / 2 ** 20,
    files: readdirSync(`/proc/${node.pid}/fd`).length,
    threads: Number(/Threads:\s+(\d+)/.exec(readFileSync(`/proc/${node.pid}/status`, 'utf8'))?.[1]),
    // Timers come and go with each request.
    handles: Object.entries(handles).reduce(
      (sum, [kind, count]) => (kind === 'Timeout' || kind === 'Immediate' ? sum : sum + count),
      0,
    ),
    ...watching,
    poolConnections,
  };
}

async function filesIn(directory: string): Promise<{ name: string; bytes: number }[]> {
  const names = await readdir(directory, { recursive: true });
  const found = await Promise.all(
    names.map(async (name) => {
      // One that has gone meanwhile takes no room.
      const status = await stat(join(directory, name)).catch(() => null);
      return { name, bytes: status?.isFile() ? status.size : 0 };
    }),
  );
  return found.filter(({ bytes, name }) => bytes > 0 || name.includes('pgsql_tmp/'));
}
