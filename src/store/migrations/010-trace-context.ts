import { type Kysely, sql } from 'kysely';

/**
 * The trace within which an execution was created, in the words of W3C, so that whoever polls it goes on with the same one.
 * Null where nothing is traced; versions that do not know the column leave it so.
 */
const traceContext = sql`ALTER TABLE executions ADD COLUMN trace_context text`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await traceContext.execute(db);
}
