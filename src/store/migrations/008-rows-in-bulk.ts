import { type Kysely, sql } from 'kysely';

/**
 * A foreign key looks its execution up for each row: more than half of the time that storing a large result takes. Rows are
 * only ever written by a transaction that holds the lock of their execution, so it is there; that they go with it is kept
 * by a trigger.
 */
const noForeignKey = sql`ALTER TABLE usage_rows DROP CONSTRAINT usage_rows_execution_id_fkey`;

const deleteRows = sql`
  CREATE FUNCTION delete_usage_rows() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM usage_rows WHERE execution_id = OLD.id;
    RETURN NULL;
  END $$`;

const deleteRowsTrigger = sql`
  CREATE TRIGGER usage_rows_deleted AFTER DELETE ON executions FOR EACH ROW
  EXECUTE FUNCTION delete_usage_rows()`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [noForeignKey, deleteRows, deleteRowsTrigger]) await statement.execute(db);
}
