import { type Kysely, sql } from 'kysely';

/**
 * Instants are kept to the millisecond, so that they survive the way through a JavaScript Date and back unchanged:
 * cursors compare them.
 */
const executions = sql`
  CREATE TABLE executions (
    id                      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    version                 integer NOT NULL DEFAULT 1,
    organization_id         text NOT NULL,
    scope                   text NOT NULL,
    subject_id              text NOT NULL,
    credential_id           text NOT NULL,
    operation               text NOT NULL,
    request                 jsonb NOT NULL,
    status                  text NOT NULL DEFAULT 'QUEUED',
    upstream_id             text,
    created_at              timestamptz(3) NOT NULL DEFAULT now(),
    submitted_at            timestamptz(3),
    finished_at             timestamptz(3),
    expires_at              timestamptz(3),
    deadline_at             timestamptz(3) NOT NULL,
    as_of                   timestamptz(3),
    poll_count              integer NOT NULL DEFAULT 0,
    failure_count           integer NOT NULL DEFAULT 0,
    next_poll_at            timestamptz(3),
    -- When some node must look at it: the next poll, or the end of the lease of the node that works on it.
    due_at                  timestamptz(3),
    lease_owner             text,
    fence                   bigint NOT NULL DEFAULT 1,
    drain_cursor            text,
    row_count               integer NOT NULL DEFAULT 0,
    truncated               boolean NOT NULL DEFAULT false,
    upstream_may_still_run  boolean NOT NULL DEFAULT false,
    error_code              text,
    error_message           text,
    error_retryable         boolean,
    error_retry_after       timestamptz(3),
    error_upstream_status   integer,
    error_correlation_id    text,
    CHECK (status IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED', 'TIMED_OUT')),
    -- Open and due, or final and at rest: nothing between.
    CHECK ((finished_at IS NULL) = (status IN ('QUEUED', 'RUNNING'))),
    CHECK ((finished_at IS NULL) = (due_at IS NOT NULL))
  )`;

const indexes = [
  sql`CREATE INDEX executions_due ON executions (due_at) WHERE due_at IS NOT NULL`,
  sql`CREATE INDEX executions_listed ON executions (organization_id, scope, created_at DESC, id DESC)`,
  sql`CREATE INDEX executions_finished ON executions (organization_id, scope, finished_at) WHERE finished_at IS NOT NULL`,
  sql`CREATE INDEX executions_expired ON executions (expires_at) WHERE expires_at IS NOT NULL`,
  sql`CREATE INDEX executions_credential ON executions (credential_id) WHERE finished_at IS NULL`,
];

const usageRows = sql`
  CREATE TABLE usage_rows (
    execution_id       uuid NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    position           integer NOT NULL,
    date               date,
    oauth_client_id    text,
    oauth_client_name  text,
    organization_id    text,
    user_id            text,
    user_name          text,
    platform           text,
    http_method        text,
    template_uri       text,
    requests           bigint,
    status_200         bigint,
    status_300         bigint,
    status_400         bigint,
    status_429         bigint,
    status_500         bigint,
    PRIMARY KEY (execution_id, position)
  )`;

const credentials = sql`
  CREATE TABLE credentials (
    id          text PRIMARY KEY,
    key_id      text NOT NULL,
    sealed      bytea NOT NULL,
    updated_at  timestamptz(3) NOT NULL DEFAULT now()
  )`;

/** The last line of defence for "a final state never changes": whatever statement tries it fails. */
const finalIsFinal = sql`
  CREATE FUNCTION refuse_change_of_final_state() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'execution % is final: % can not become %', OLD.id, OLD.status, NEW.status;
  END $$`;

const finalIsFinalTrigger = sql`
  CREATE TRIGGER final_is_final BEFORE UPDATE ON executions FOR EACH ROW
  WHEN (OLD.finished_at IS NOT NULL AND NEW.status <> OLD.status)
  EXECUTE FUNCTION refuse_change_of_final_state()`;

/** Told by the database itself, so that no writer can forget it. Far below NOTIFY's limit of 8,000 bytes. */
const notify = sql`
  CREATE FUNCTION notify_execution_changed() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('execution_changed', NEW.id || ' ' || NEW.version || ' '
      || CASE WHEN NEW.finished_at IS NULL THEN '' ELSE NEW.organization_id END);
    RETURN NULL;
  END $$`;

const notifyTrigger = sql`
  CREATE TRIGGER execution_changed AFTER UPDATE ON executions FOR EACH ROW
  WHEN (OLD.version <> NEW.version)
  EXECUTE FUNCTION notify_execution_changed()`;

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [executions, ...indexes, usageRows, credentials];
  const triggers = [finalIsFinal, finalIsFinalTrigger, notify, notifyTrigger];
  for (const statement of [...statements, ...triggers]) await statement.execute(db);
}
