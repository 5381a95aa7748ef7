import { type Kysely, sql } from 'kysely';

/**
 * One row for each credential that was used lately: the instants of its calls, oldest first. Never compressed nor
 * moved out of line: the row is rewritten with every call, and at its largest it fits a page.
 */
const budgets = sql`
  CREATE TABLE upstream_budgets (
    credential_id  text PRIMARY KEY,
    starts         timestamptz[] NOT NULL DEFAULT '{}',
    polls          timestamptz[] NOT NULL DEFAULT '{}',
    -- Upstream wants to be left alone until then.
    blocked_until  timestamptz,
    -- The instants that the next refused call of each kind is put off to.
    next_start_at  timestamptz,
    next_poll_at   timestamptz
  ) WITH (fillfactor = 50)`;

const storage = sql`
  ALTER TABLE upstream_budgets ALTER COLUMN starts SET STORAGE PLAIN, ALTER COLUMN polls SET STORAGE PLAIN`;

/** Waits for budget, and for nothing else. */
const putOff = sql`ALTER TABLE executions ADD COLUMN put_off boolean NOT NULL DEFAULT false`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [budgets, storage, putOff]) await statement.execute(db);
}
