import { type Kysely, sql } from 'kysely';

/**
 * The rows of results once more, up to a thousand in a text of the program's: pages of whole results are read from here.
 * Results that were stored before have none.
 */
const rowBlocks = sql`
  CREATE TABLE row_blocks (
    execution_id  uuid NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    position      integer NOT NULL,
    row_count     integer NOT NULL,
    columns       text NOT NULL,
    PRIMARY KEY (execution_id, position)
  )`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await rowBlocks.execute(db);
}
