/** What the database and upstream say of the executions that were acknowledged, against what clients were told. */
import { query } from '../lib/query.ts';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Cluster } from './cluster.ts';
import type { GeneratorReport } from './generator.ts';

export interface Audit {
  readonly acknowledged: number;
  readonly ended: Readonly<Record<string, number>>;
  /** Executions of which upstream's own count of rows was compared with what is stored. */
  readonly rowsCompared: number;
  /** Deliveries to those who stand for all that ends. */
  readonly standingDeliveries: number;
  readonly violations: readonly string[];
}

interface Stored {
  readonly id: string;
  readonly status: string;
  readonly finished_at: Date | null;
  readonly upstream_id: string | null;
  readonly row_count: number;
  readonly stored: number;
}

/** Upstream computes each again. */
const COMPARED = 60;
/** A subscription that is not acknowledged counts as made after so long. */
const SURELY_SUBSCRIBED_MS = 5_000;
const LATEST_MS = 10_000;
/** Those without a follower may still be on their way. */
const END_WITHIN_MS = 30_000;

export async function audit(cluster: Cluster, reports: readonly GeneratorReport[]): Promise<Audit> {
  const violations = reports.flatMap((report) => report.violations);
  const tenantOf = new Map(
    reports.flatMap(({ acknowledged }) => acknowledged.map(([tenant, id]) => [id, tenant] as const)),
  );
  const stored = await endedOf(cluster, [...tenantOf.keys()]);
  const byId = new Map(stored.map((each) => [each.id, each]));
  for (const id of tenantOf.keys()) {
    const execution = byId.get(id);
    if (!execution) violations.push(`${id} was acknowledged and is not stored`);
    else if (!isFinal(execution)) violations.push(`${id} is still ${execution.status}`);
    else if (execution.status === 'FAILED' || execution.status === 'TIMED_OUT')
      violations.push(`${id} ended as ${execution.status}`);
  }
  for (const [id, rows] of reports.flatMap(({ rowCounts }) => rowCounts)) {
    const execution = byId.get(id);
    if (execution?.status === 'SUCCEEDED' && execution.stored !== rows)
      violations.push(`${id}: ${rows} rows were told, ${execution.stored} are stored`);
  }
  const rowsCompared = await compareRows(cluster, stored, violations);
  const standingDeliveries = await auditStanding(cluster, stored, tenantOf, violations);
  const ended: Record<string, number> = {};
  for (const { status } of stored) ended[status] = (ended[status] ?? 0) + 1;
  return { acknowledged: tenantOf.size, ended, rowsCompared, standingDeliveries, violations };
}

function isFinal({ status }: Stored): boolean {
  return status !== 'QUEUED' && status !== 'RUNNING';
}

async function endedOf({ databaseUrl }: Cluster, ids: readonly string[]): Promise<Stored[]> {
  const deadline = Date.now() + END_WITHIN_MS;
  for (;;) {
    const { rows } = await query<Stored>(
      databaseUrl,
      `SELECT 'exe_' || replace(id::text, '-', '') AS id, status, finished_at, upstream_id, row_count,
         (SELECT count(*)::int FROM usage_rows WHERE execution_id = executions.id) AS stored
       FROM executions WHERE id = ANY($1::uuid[])`,
      [ids.map((id) => id.slice('exe_'.length))],
    );
    if (rows.every(isFinal) || Date.now() > deadline) return rows;
    await sleep(500);
  }
}

async function compareRows(
  cluster: Cluster,
  stored: readonly Stored[],
  violations: string[],
): Promise<number> {
  const some = stored
    .filter(({ status, upstream_id: id }) => status === 'SUCCEEDED' && id !== null)
    .toSorted(() => Math.random() - 0.5)
    .slice(0, COMPARED);
  const counts = await cluster.countRows(some.map(({ upstream_id: id }) => id ?? ''));
  let compared = 0;
  for (const { id, upstream_id: upstreamId, row_count: rows } of some) {
    const upstream = counts[upstreamId ?? ''];
    if (typeof upstream !== 'number') continue;
    compared += 1;
    if (upstream !== rows) violations.push(`${id} has ${rows} rows, and upstream ${upstream}`);
  }
  return compared;
}

/** Each of them is told of each end of its tenant, once, and of nobody else's. */
async function auditStanding(
  cluster: Cluster,
  stored: readonly Stored[],
  tenantOf: ReadonlyMap<string, string>,
  violations: string[],
): Promise<number> {
  const deadline = Date.now() + LATEST_MS;
  for (;;) {
    const standings = (await Promise.all(cluster.generators.map((one) => one.standing()))).flat();
    const missing: string[] = [];
    const wrong: string[] = [];
    let deliveries = 0;
    for (const { tenant, transport, since, forgottenAt, counts } of standings) {
      const from = Math.max(since + SURELY_SUBSCRIBED_MS, forgottenAt);
      const told = new Map(counts);
      deliveries += told.size;
      for (const [id, times] of told) {
        if (times > 1) wrong.push(`${tenant} was told ${times} times of ${id} by ${transport}`);
        const owner = tenantOf.get(id);
        if (owner !== undefined && owner !== tenant) wrong.push(`${tenant} was told of ${id} of ${owner}`);
      }
      for (const { id, finished_at: at } of stored)
        if (tenantOf.get(id) === tenant && (at?.getTime() ?? 0) > from && !told.has(id))
          missing.push(`${tenant} was not told of ${id} by ${transport}`);
    }
    if (missing.length === 0 || Date.now() > deadline) {
      violations.push(...wrong, ...missing);
      const last = await Promise.all(cluster.generators.map((one) => one.order({ kind: 'forget standing' })));
      violations.push(...last.flatMap((report) => report.violations));
      return deliveries;
    }
    await sleep(500);
  }
}
