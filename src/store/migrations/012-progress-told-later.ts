import { type Kysely, sql } from 'kysely';

/**
 * Most changes are polls that found a query still running. PostgreSQL lets one transaction at a time commit that
 * notifies, with the wait for the disk, so those are told by their writer when they are committed (see
 * `progress-notices.ts`). What clients wait for stays with the transaction that makes it.
 */
const notify = sql`
  CREATE OR REPLACE FUNCTION notify_execution_changed() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.status = OLD.status AND NEW.poll_count > OLD.poll_count THEN RETURN NULL; END IF;
    PERFORM pg_notify('execution_changed', NEW.id || ' ' || NEW.version || ' '
      || CASE WHEN NEW.finished_at IS NULL THEN '' ELSE NEW.organization_id END);
    RETURN NULL;
  END $$`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await notify.execute(db);
}
