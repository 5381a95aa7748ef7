import { type Kysely, sql } from 'kysely';

/** Null: started before there were keys; such an execution is never shared. */
const requestKey = sql`ALTER TABLE executions ADD COLUMN request_key text`;

/** Only those that may be shared: what failed or was canceled is looked for by nobody. */
const identical = sql`
  CREATE INDEX executions_identical ON executions (request_key)
  WHERE status IN ('QUEUED', 'RUNNING', 'SUCCEEDED')`;

/** No reference to the execution: a key is kept for its time, also when the result is deleted sooner. */
const idempotencyKeys = sql`
  CREATE TABLE idempotency_keys (
    organization_id  text NOT NULL,
    scope            text NOT NULL,
    subject_id       text NOT NULL,
    key              text NOT NULL,
    request_digest   text NOT NULL,
    execution_id     uuid NOT NULL,
    created_at       timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, scope, subject_id, key)
  )`;

const idempotencyKeysByAge = sql`CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at)`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [requestKey, identical, idempotencyKeys, idempotencyKeysByAge])
    await statement.execute(db);
}
