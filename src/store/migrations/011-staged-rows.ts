import { type Kysely, sql } from 'kysely';

/** Rows lie behind those that count, of an answer that was still arriving when its node last wrote. */
const staged = sql`ALTER TABLE executions ADD COLUMN has_staged_rows boolean NOT NULL DEFAULT false`;

/**
 * The next node that takes such an execution up may be of the release that knows nothing of staged rows, and stores its
 * own at the same positions: it must find the place empty. A claim and a cancel are what changes the fence.
 */
const deleteStaged = sql`
  CREATE FUNCTION delete_staged_rows() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM row_blocks WHERE execution_id = OLD.id AND position + row_count > OLD.row_count + 1;
    DELETE FROM usage_rows WHERE execution_id = OLD.id AND position > OLD.row_count;
    NEW.has_staged_rows := false;
    RETURN NEW;
  END $$`;

const deleteStagedTrigger = sql`
  CREATE TRIGGER staged_rows_deleted BEFORE UPDATE ON executions FOR EACH ROW
  WHEN (OLD.has_staged_rows AND OLD.fence <> NEW.fence)
  EXECUTE FUNCTION delete_staged_rows()`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [staged, deleteStaged, deleteStagedTrigger]) await statement.execute(db);
}
