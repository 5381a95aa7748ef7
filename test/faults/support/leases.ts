/** Which node holds what, as the database sees it. */
import { query } from '../../store/embedded/scratch.js';
import type { NodeProcess } from '../../support/node-process.js';

/** To be able to tell whose a lease is. */
export const NAMED = { LOG_LEVEL: 'debug' };

/** How a node that was started with `NAMED` calls itself in leases. */
export function nameOf(node: NodeProcess): string {
  const name = /"node":"([^"]+)"/.exec(node.output)?.[1];
  if (name === undefined) throw new Error('the node has not said its name');
  return name;
}

export interface LeaseRow {
  readonly id: string;
  readonly fence: number;
}

/** What a node had in hand, or still has. */
export async function leasesOf(databaseUrl: string, owner: string): Promise<LeaseRow[]> {
  const sql = `SELECT id, fence FROM executions WHERE lease_owner = '${owner}' AND finished_at IS NULL`;
  return (await query(databaseUrl, sql)).map((row) => ({
    id: String(row['id']),
    fence: Number(row['fence']),
  }));
}

/** True when each of these is in other hands, or at its end. */
export async function takenOver(databaseUrl: string, leases: readonly LeaseRow[]): Promise<boolean> {
  const waiting = leases.map(({ id, fence }) => `('${id}'::uuid, ${fence})`).join(', ');
  if (waiting === '') return true;
  const sql = `SELECT count(*)::int AS count FROM executions JOIN (VALUES ${waiting}) AS held (id, fence)
    ON executions.id = held.id WHERE executions.fence <= held.fence AND finished_at IS NULL`;
  return Number((await query(databaseUrl, sql))[0]?.['count']) === 0;
}
