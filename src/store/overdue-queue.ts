/** Spreads what has been due for long over the time to come; see `domain/overdue.ts`. */
import { sql } from 'kysely';

import type { OverdueSpread } from '../domain/overdue.js';
import type { Db } from './database.js';

/** Some seconds of work. Were it all of a million, the statement would end with its time, and so would each that follows. */
const MOST_AT_ONCE = 100_000;

/**
 * One statement for all of it, so that one node's plan holds for every node: whoever comes second finds them locked,
 * and then no longer overdue. Whose deadline has passed is not asked about upstream, and need not wait.
 */
export async function spreadOverdue(db: Db, spread: OverdueSpread): Promise<number> {
  const { dueForMs, atOnce, everyMs, withinMs, credential } = spread;
  const result = await sql`
    WITH overdue AS MATERIALIZED (
      SELECT id, credential_id, due_at FROM executions
      WHERE due_at <= now() - make_interval(secs => ${dueForMs / 1000}) AND deadline_at > now()
        -- What one node alone can go on with tells by its lateness that this node is gone.
        AND held_by IS NULL
      ORDER BY due_at LIMIT ${MOST_AT_ONCE}
      FOR UPDATE SKIP LOCKED
    ), placed AS (
      SELECT id, count(*) OVER () AS total,
        (row_number() OVER (ORDER BY due_at, id) - 1)
          * LEAST(${everyMs}::float8, ${withinMs}::float8 / count(*) OVER ()) AS wait_ms,
        CASE WHEN count(*) OVER (PARTITION BY credential_id) > ${credential.most}
          THEN (row_number() OVER (PARTITION BY credential_id ORDER BY due_at, id) - 1) * ${credential.everyMs}::float8
          ELSE 0 END AS own_wait_ms
      FROM overdue
    ), planned AS (
      SELECT id, now() + make_interval(secs => GREATEST(wait_ms, own_wait_ms) / 1000) AS at
      FROM placed WHERE total > ${atOnce}
    )
    UPDATE executions SET due_at = LEAST(at, deadline_at),
      -- Of a lease that has ended it tells when the poll was due that began it.
      next_poll_at = CASE WHEN lease_owner IS NULL THEN LEAST(at, deadline_at) ELSE next_poll_at END
    FROM planned WHERE executions.id = planned.id`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
