/**
 * Deletes what has expired, a little at a time, so that nobody waits for it: nobody sees it any more since the moment
 * it expired (see `unexpired` in sql.ts).
 */
import { sql } from 'kysely';

import type { Db } from './database.js';

/** A statement of some tens of milliseconds. */
const ROWS_PER_BATCH = 5_000;
const EXECUTIONS_PER_BATCH = 200;

export async function deleteExpired(db: Db): Promise<boolean> {
  const expired = sql`SELECT id FROM executions WHERE expires_at <= now() ORDER BY expires_at LIMIT ${EXECUTIONS_PER_BATCH}`;
  const rows = await sql`
    DELETE FROM usage_rows WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM usage_rows WHERE execution_id IN (${expired}) LIMIT ${ROWS_PER_BATCH}
    ))`.execute(db);
  if (Number(rows.numAffectedRows) === ROWS_PER_BATCH) return true;
  const executions = await sql`DELETE FROM executions WHERE id IN (${expired})`.execute(db);
  return Number(executions.numAffectedRows) === EXECUTIONS_PER_BATCH;
}
