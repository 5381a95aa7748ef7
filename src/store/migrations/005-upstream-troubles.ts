import { type Kysely, sql } from 'kysely';

/** One row for the host or a credential that has failed lately; it goes when a call succeeds. */
const troubles = sql`
  CREATE TABLE upstream_troubles (
    key            text PRIMARY KEY,
    -- In a row.
    failures       integer NOT NULL DEFAULT 1,
    -- The query that failed last.
    last_subject   text NOT NULL,
    -- Not null: calls pause, and one may try it again then.
    next_probe_at  timestamptz,
    -- One is trying it just now.
    probing        boolean NOT NULL DEFAULT false,
    touched_at     timestamptz NOT NULL DEFAULT now()
  )`;

/** Why upstream was not asked when it was time; null when it was. */
const putOffReason = sql`ALTER TABLE executions ADD COLUMN put_off_reason text`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [troubles, putOffReason]) await statement.execute(db);
}
