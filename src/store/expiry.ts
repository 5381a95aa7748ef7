/**
 * Deletes what has expired, a little at a time, so that nobody waits for it: nobody sees it any more since the moment
 * it expired (see `unexpired` in sql.ts). Each batch is a short transaction that locks expired executions
 * alone, which no other statement writes; SKIP LOCKED lets several nodes tidy at once, each something else.
 */
import { sql } from 'kysely';

import type { Db } from './database.js';
import { blocksBehind } from './row-blocks.js';

/** Some tens of milliseconds of work. */
const ROWS_PER_BATCH = 5_000;
const EXECUTIONS_PER_BATCH = 200;

interface Expired {
  readonly id: string;
  readonly row_count: number;
}

export async function deleteExpired(db: Db): Promise<boolean> {
  return db.transaction().execute(deleteBatch);
}

/** One batch, in the transaction of the caller. True when there may be more. */
export async function deleteBatch(tx: Db): Promise<boolean> {
  const { rows: expired } = await sql<Expired>`
    SELECT id, row_count FROM executions WHERE expires_at <= now()
    ORDER BY expires_at LIMIT ${EXECUTIONS_PER_BATCH} FOR UPDATE SKIP LOCKED`.execute(tx);
  const [oldest] = expired;
  if (!oldest) return false;
  const whole = upToRows(expired, ROWS_PER_BATCH);
  if (whole.length === 0) {
    await shorten(tx, oldest);
    return true;
  }
  // Their rows go with them, by a trigger.
  await sql`DELETE FROM executions WHERE id = ANY(${whole}::uuid[])`.execute(tx);
  return whole.length < expired.length || expired.length === EXECUTIONS_PER_BATCH;
}

/** Ids of the first ones that have at most so many rows together. */
function upToRows(expired: readonly Expired[], most: number): string[] {
  let rows = 0;
  return expired.filter((execution) => (rows += execution.row_count) <= most).map(({ id }) => id);
}

/**
 * Takes rows from the end of one that has too many for a batch. What is left is counted in the row, so that the next
 * batch need not pass over the remains of this one to find where to go on.
 */
async function shorten(tx: Db, { id, row_count: count }: Expired): Promise<void> {
  const left = Math.max(0, count - ROWS_PER_BATCH);
  await sql`DELETE FROM usage_rows WHERE execution_id = ${id} AND position > ${left}`.execute(tx);
  // Together they are no more than one batch of rows.
  await blocksBehind(id, 0).execute(tx);
  await sql`UPDATE executions SET row_count = ${left} WHERE id = ${id}`.execute(tx);
}
