/** Statements that end when nobody waits for them any more. */
import { type RawBuilder, sql } from 'kysely';

import type { Db } from './database.js';

/**
 * Runs one statement on a connection of its own. When `signal` is aborted the statement is canceled in the database
 * too, where it would otherwise run on; the promise is then rejected. Kysely's own cancellation does the same but
 * prints each canceled statement to the console.
 */
export async function runCancelable<T>(
  db: Db,
  statement: RawBuilder<T>,
  signal: AbortSignal,
): Promise<readonly T[]> {
  signal.throwIfAborted();
  return db.connection().execute(async (connection) => {
    const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(connection);
    signal.throwIfAborted();
    let canceling: Promise<unknown> = Promise.resolve();
    const cancel = () => {
      canceling = sql`SELECT pg_cancel_backend(${rows[0]?.pid})`.execute(db).catch(() => {});
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return (await statement.execute(connection)).rows;
    } finally {
      signal.removeEventListener('abort', cancel);
      // Before the connection is given back: the cancel must not meet the next statement on it.
      await canceling;
    }
  });
}
