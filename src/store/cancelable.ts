/** Statements that end when nobody waits for them any more. */
import { sql } from 'kysely';

import type { Db } from './database.js';

/**
 * Runs statements on a connection of their own. When `signal` is aborted the one under way is canceled in the database
 * too, where it would otherwise run on; the promise is then rejected. Kysely's own cancellation does the same but
 * prints each canceled statement to the console.
 */
export async function runCancelable<T>(
  db: Db,
  signal: AbortSignal | undefined,
  run: (connection: Db) => Promise<T>,
): Promise<T> {
  if (!signal) return run(db);
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
      return await run(connection);
    } finally {
      signal.removeEventListener('abort', cancel);
      // Before the connection is given back: the cancel must not meet the next statement on it.
      await canceling;
    }
  });
}
