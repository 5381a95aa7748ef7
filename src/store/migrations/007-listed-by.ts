import { type Kysely, sql } from 'kysely';

/**
 * A list is read from the front of one range of an index for each operation and status that is wanted, however many
 * others the tenant has. `expires_at` is in them, so that counting reads nothing but the index.
 */
const byStatus = sql`
  CREATE INDEX executions_by_status
  ON executions (organization_id, scope, operation, status, created_at DESC, id DESC) INCLUDE (expires_at)`;

const bySubject = sql`
  CREATE INDEX executions_by_subject
  ON executions (organization_id, scope, subject_id, operation, status, created_at DESC, id DESC) INCLUDE (expires_at)`;

/** Only the operations on one OAuth client have one. */
const byClient = sql`
  CREATE INDEX executions_by_client
  ON executions (organization_id, scope, (request->>'clientId'), operation, status, created_at DESC, id DESC)
  INCLUDE (expires_at) WHERE request->>'clientId' IS NOT NULL`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [byStatus, bySubject, byClient]) await statement.execute(db);
}
