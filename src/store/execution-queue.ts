/**
 * The executions table is the poll queue. `due_at` is when some node must look at an execution: its next poll, or
 * the end of the lease of the node that works on it, so that one index serves both and a dead node's work comes
 * back by itself. Only the database's clock judges.
 *
 * Rejected: a table of its own for the queue (two writes that must agree), advisory locks instead of a lease
 * (released by a broken connection while the node still works), a queue library (its precision is ten times worse).
 */
import { type RawBuilder, sql } from 'kysely';

import type { Claim } from '../domain/ports/execution-store.js';
import { toUuid } from '../domain/execution-id.js';
import type { Db } from './database.js';
import { type ClaimedRow, toClaim } from './mapping.js';
import { claimFacts, fromNowMs } from './sql.js';

/**
 * SKIP LOCKED lets nodes that race for the same executions each take others; the new fence makes the writes of
 * whoever held an execution before worthless.
 */
export async function claimDue(db: Db, node: string, limit: number, leaseMs: number): Promise<Claim[]> {
  const { rows } = await sql<ClaimedRow>`
    WITH due AS (
      SELECT id, lease_owner IS NOT NULL AS taken_over FROM executions
      WHERE due_at <= now() AND (${mayBeAskedBy(node)} OR due_at <= now() - ${leaseMs / 1000} * interval '1 second')
      ORDER BY due_at
      LIMIT ${limit}
      FOR UPDATE SKIP LOCKED
    )
    UPDATE executions SET due_at = ${fromNowMs(leaseMs)}, lease_owner = ${node}, fence = fence + 1, put_off = false,
      -- Whoever held it has not told what became of its start.
      upstream_may_still_run = upstream_may_still_run OR (lease_owner IS NOT NULL AND upstream_id IS NULL)
    FROM due WHERE executions.id = due.id
    RETURNING executions.*, due.taken_over, ${claimFacts}`.execute(db);
  return rows.map(toClaim);
}

/**
 * A token in one node's memory is of no use to the others. They leave such executions to it, but for those that it has
 * left lying for a lease: it has died then, and somebody must tell that they wait for their owner.
 */
function mayBeAskedBy(node: string): RawBuilder<boolean> {
  return sql<boolean>`(held_by IS NULL OR held_by = ${node} OR awaiting_credentials_since IS NOT NULL)`;
}

/** Those that a dead node has left behind are found with the next tick. */
export async function msUntilNextDue(db: Db, node: string): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`
    SELECT EXTRACT(EPOCH FROM min(due_at) - now())::float8 * 1000 AS ms
    FROM executions WHERE due_at IS NOT NULL AND ${mayBeAskedBy(node)}`.execute(db);
  const ms = rows[0]?.ms ?? null;
  // Not with GREATEST in SQL, which passes over a NULL: an idle node would never sleep.
  return ms === null ? null : Math.max(0, ms);
}

/** Not when it was given back while this statement waited for that one: it would undo when to ask again. */
export async function renew(db: Db, claim: Claim, leaseMs: number): Promise<boolean> {
  const result = await sql`
    UPDATE executions SET due_at = ${fromNowMs(leaseMs)}
    WHERE id = ${toUuid(claim.execution.id)} AND fence = ${claim.fence} AND lease_owner IS NOT NULL
      AND finished_at IS NULL`.execute(db);
  return result.numAffectedRows === 1n;
}

/**
 * Due at once for whoever is next; the fence stays, so that the giver could still write (it has stopped). Not when its
 * last write has come through although its answer was lost: that has given the lease back, and says when to go on.
 */
export async function release(db: Db, claim: Claim): Promise<void> {
  await sql`
    UPDATE executions SET due_at = now(), lease_owner = NULL,
      upstream_may_still_run = upstream_may_still_run OR upstream_id IS NULL
    WHERE id = ${toUuid(claim.execution.id)} AND fence = ${claim.fence} AND lease_owner IS NOT NULL
      AND finished_at IS NULL`.execute(db);
}
