import { type Kysely, sql } from 'kysely';

/**
 * A list is read from the front of one range of an index for each operation and status that is wanted, however many
 * others the tenant has. `expires_at` is in them, so that counting reads nothing but the index.
 */
const INDEXES = {
  executions_by_status: sql`
    executions (organization_id, scope, operation, status, created_at DESC, id DESC) INCLUDE (expires_at)`,
  executions_by_subject: sql`
    executions (organization_id, scope, subject_id, operation, status, created_at DESC, id DESC) INCLUDE (expires_at)`,
  /** Only the operations on one OAuth client have one. */
  executions_by_client: sql`
    executions (organization_id, scope, (request->>'clientId'), operation, status, created_at DESC, id DESC)
    INCLUDE (expires_at) WHERE request->>'clientId' IS NOT NULL`,
};

/** Seconds for hundreds of thousands of executions, in which nodes of the release before go on writing. */
export const outsideTransaction = true;

export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT FROM executions LIMIT 1`.execute(db);
  // Where there is nothing to keep waiting for, a new database need not wait either.
  const how = rows.length > 0 ? sql`CONCURRENTLY` : sql``;
  for (const [name, definition] of Object.entries(INDEXES)) {
    // One that was cut off has left an index that nobody uses.
    await sql`DROP INDEX IF EXISTS ${sql.ref(name)}`.execute(db);
    await sql`CREATE INDEX ${how} ${sql.ref(name)} ON ${definition}`.execute(db);
  }
}
