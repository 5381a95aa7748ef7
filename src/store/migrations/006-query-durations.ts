import { type Kysely, sql } from 'kysely';

/** Since when upstream is known to have gone on: with the poll that finds the end it bounds how long the query took. */
const runningAt = sql`ALTER TABLE executions ADD COLUMN running_at timestamptz(3)`;

/** What finished queries have taught about how long each kind takes; the bins are the program's. */
const durations = sql`
  CREATE TABLE query_durations (
    kind        text PRIMARY KEY,
    weights     real[] NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now()
  )`;

const byAge = sql`CREATE INDEX query_durations_age ON query_durations (updated_at)`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [runningAt, durations, byAge]) await statement.execute(db);
}
