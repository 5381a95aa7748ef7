/** Room for statements that add up a whole result. */
import { sql } from 'kysely';

import { runCancelable } from './cancelable.js';
import type { Db } from './database.js';

/**
 * With PostgreSQL's usual 4 MB, 100,000 rows in some thousand groups are sorted on disk instead of hashed, which takes
 * three times as long. This holds 100,000 groups, with one statement at most on each connection of the pool.
 */
const WORK_MEM = '32MB';

/** Inside of a transaction, so that it holds behind a pooler too and ends by itself. */
export function withRoom<T>(
  db: Db,
  signal: AbortSignal | undefined,
  run: (tx: Db) => Promise<T>,
): Promise<T> {
  return runCancelable(db, signal, (connection) =>
    connection
      .transaction()
      .setAccessMode('read only')
      .execute(async (tx) => {
        await sql`SET LOCAL work_mem = ${sql.lit(WORK_MEM)}`.execute(tx);
        return run(tx);
      }),
  );
}
