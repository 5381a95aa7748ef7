import { type Kysely, sql } from 'kysely';

const columns = sql`
  ALTER TABLE executions
    -- The only node that has the token, in its memory; null: every node can have it.
    ADD COLUMN held_by text,
    -- Nobody asks upstream until somebody brings a token; due at the deadline alone.
    ADD COLUMN awaiting_credentials_since timestamptz(3),
    -- It waits because upstream has refused the token, which is of no more use then.
    ADD COLUMN credential_refused boolean NOT NULL DEFAULT false`;

/** Hardly ever anything in it, so that looking for what somebody has left waiting costs next to nothing. */
const waiting = sql`
  CREATE INDEX executions_awaiting_credentials ON executions (organization_id, scope, subject_id)
  WHERE awaiting_credentials_since IS NOT NULL`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [columns, waiting]) await statement.execute(db);
}
