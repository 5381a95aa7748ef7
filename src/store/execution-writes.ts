/**
 * The moves of an execution. Each statement names the states that it may leave and the fence that it must find,
 * so a node that lost its lease, and a final state, are both out of reach.
 */
import { type RawBuilder, sql } from 'kysely';

import type { Visibility } from '../domain/caller.js';
import {
  type Execution,
  type ExecutionError,
  originsOf,
  type Outcome,
  type PutOffReason,
  type UsageRow,
} from '../domain/execution.js';
import type { Attempt, Claim, NewExecution } from '../domain/ports/execution-store.js';
import { toUuid } from '../domain/execution-id.js';
import type { Db } from './database.js';
import { type ExecutionRow, toClaim, toExecution } from './mapping.js';
import { keepSealed } from './sealed-tokens.js';
import { fromNowMs, visibleTo } from './sql.js';
import { deleteRows, insertRows } from './row-writes.js';

export async function create(db: Db, intent: NewExecution, node: string, leaseMs: number): Promise<Claim> {
  return db.transaction().execute((tx) => insertExecution(tx, intent, node, leaseMs));
}

/** Inside a transaction of the caller's. */
export async function insertExecution(
  tx: Db,
  intent: NewExecution,
  node: string,
  leaseMs: number,
): Promise<Claim> {
  const { owner, sealedCredential: sealed } = intent;
  if (sealed) await keepSealed(tx, intent.credentialId, sealed);
  const row = await tx
    .insertInto('executions')
    .values({
      organization_id: owner.organizationId,
      scope: owner.scope,
      subject_id: owner.subjectId,
      credential_id: intent.credentialId,
      operation: intent.operation,
      request: JSON.stringify(intent.request),
      request_key: intent.requestKey,
      deadline_at: fromNowMs(intent.deadlineMs),
      due_at: fromNowMs(leaseMs),
      lease_owner: node,
      held_by: intent.heldHere ? node : null,
      trace_context: intent.traceContext ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toClaim({ ...row, past_deadline: false, age_ms: 0, running_at_ms: 0 });
}

export function recordSubmitted(db: Db, claim: Claim, upstreamId: string, nextPollInMs: number) {
  const changes = sql`
    status = 'RUNNING', upstream_id = ${upstreamId}, submitted_at = now(), failure_count = 0,
    ${errorColumns(null)}, ${pollAgain(nextPollInMs)}`;
  return move(db, claim, changes, originsOf('RUNNING'));
}

export function recordAttempt(db: Db, claim: Claim, { polled, failure = null, nextPollInMs }: Attempt) {
  const counted = polled
    ? sql`poll_count = poll_count + 1, failure_count = 0, running_at = now()`
    : sql`failure_count = failure_count + 1`;
  const changes = sql`${counted}, ${errorColumns(failure)}, ${pollAgain(nextPollInMs)},
    upstream_may_still_run = upstream_may_still_run OR (upstream_id IS NULL AND ${isAnswerLost(failure)})`;
  return move(db, claim, changes, ['QUEUED', 'RUNNING']);
}

/** Upstream was not asked: nothing has happened that would count, be told or end a row of failures. */
export async function postpone(
  db: Db,
  claim: Claim,
  inMs: number,
  reason: PutOffReason,
): Promise<Execution | null> {
  const { rows } = await sql<ExecutionRow>`
    UPDATE executions SET ${pollAgain(inMs, reason)}
    WHERE id = ${toUuid(claim.execution.id)} AND fence = ${claim.fence} AND finished_at IS NULL
    RETURNING *`.execute(db);
  return rows[0] ? toExecution(rows[0]) : null;
}

/** A start that got no answer, a gateway's, or one that can't be read may have been accepted all the same. */
function isAnswerLost(failure: ExecutionError | null): boolean {
  if (failure?.code !== 'DEADLINE_EXCEEDED') return false;
  const { upstreamStatus: status } = failure;
  return status === null || status < 300 || status >= 500;
}

/** The deadline is itself a moment at which somebody must look. */
function pollAgain(inMs: number, putOff: PutOffReason | null = null): RawBuilder<unknown> {
  const next = sql`LEAST(${fromNowMs(inMs)}, deadline_at)`;
  // Whoever could ask with a token that is in memory alone has it, and goes on; nor does it wait for one.
  return sql`next_poll_at = ${next}, due_at = ${next}, lease_owner = NULL,
    put_off = ${putOff !== null}, put_off_reason = ${putOff},
    awaiting_credentials_since = NULL, credential_refused = false,
    held_by = CASE WHEN held_by IS NULL THEN NULL ELSE lease_owner END`;
}

async function move(
  db: Db,
  claim: Claim,
  changes: RawBuilder<unknown>,
  from: readonly string[],
): Promise<Execution | null> {
  const { rows } = await sql<ExecutionRow>`
    UPDATE executions SET version = version + 1, ${changes}
    WHERE id = ${toUuid(claim.execution.id)} AND fence = ${claim.fence} AND status = ANY(${[...from]}::text[])
    RETURNING *`.execute(db);
  return rows[0] ? toExecution(rows[0]) : null;
}

/**
 * Rows of an answer of which more is to come. They lie behind those that count, where nobody reads, until `appendRows` or
 * `finish` counts them in; what an answer that broke off has left there is removed by whoever writes next.
 */
export async function stageRows(
  db: Db,
  claim: Claim,
  staged: number,
  rows: readonly UsageRow[],
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const held = await lockClaimed(tx, claim);
    if (!held) return false;
    const from = held.row_count + staged;
    if (staged === 0) await deleteRows(tx, held.id, from);
    if (!held.has_staged_rows)
      await sql`UPDATE executions SET has_staged_rows = true WHERE id = ${held.id}`.execute(tx);
    await insertRows(tx, held.id, from, rows);
    return true;
  });
}

/** Not a change that clients see: rows are shown when the execution has succeeded. */
export async function appendRows(
  db: Db,
  claim: Claim,
  rows: readonly UsageRow[],
  nextCursor: string,
  staged = 0,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const held = await lockClaimed(tx, claim);
    if (!held) return false;
    const rowCount = await countIn(tx, held, rows, staged);
    await sql`UPDATE executions SET row_count = ${rowCount}, drain_cursor = ${nextCursor},
        has_staged_rows = false
      WHERE id = ${held.id}`.execute(tx);
    return true;
  });
}

export async function finish(
  db: Db,
  claim: Claim,
  outcome: Outcome,
  rows: readonly UsageRow[],
  resultTtlMs: number,
  staged = 0,
): Promise<Execution | null> {
  return db.transaction().execute(async (tx) => {
    const held = await lockClaimed(tx, claim);
    if (!held || !originsOf(outcome.status).includes(held.status)) return null;
    const isSuccess = outcome.status === 'SUCCEEDED';
    if (!isSuccess) await deleteRows(tx, held.id);
    const rowCount = isSuccess ? await countIn(tx, held, rows, staged) : 0;
    const { rows: ended } = await sql<ExecutionRow>`
      UPDATE executions SET version = version + 1, row_count = ${rowCount},
        poll_count = poll_count + ${isAnswer(outcome) ? 1 : 0},
        ${ending(outcome, resultTtlMs)}
      WHERE id = ${held.id} RETURNING *`.execute(tx);
    return ended[0] ? toExecution(ended[0]) : null;
  });
}

/** Adds the last rows of an answer to those of it that are staged; gives the number of all that now count. */
async function countIn(
  tx: Db,
  held: ExecutionRow,
  rows: readonly UsageRow[],
  staged: number,
): Promise<number> {
  const from = held.row_count + staged;
  await deleteRows(tx, held.id, from);
  await insertRows(tx, held.id, from, rows);
  return from + rows.length;
}

/** True when it is upstream's answer to a poll that ends the execution. */
function isAnswer(outcome: Outcome): boolean {
  if (!('error' in outcome)) return outcome.status === 'SUCCEEDED';
  return outcome.error.code === 'UPSTREAM_FAILED' || outcome.error.code === 'UPSTREAM_CANCELED';
}

export async function cancel(
  db: Db,
  id: string,
  visibility: Visibility,
  resultTtlMs: number,
): Promise<Execution | null> {
  // A lease on a query without upstream's id means that its POST may be on the way just now.
  const mayStillRun = sql<boolean>`(upstream_id IS NOT NULL OR lease_owner IS NOT NULL)`;
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<ExecutionRow>`
      UPDATE executions SET version = version + 1, fence = fence + 1, row_count = 0,
        ${ending({ status: 'CANCELED', upstreamMayStillRun: mayStillRun }, resultTtlMs)}
      WHERE id = ${toUuid(id)} AND ${visibleTo(visibility)}
        AND status = ANY(${originsOf('CANCELED')}::text[])
      RETURNING *`.execute(tx);
    const row = rows[0];
    if (!row) return null;
    await deleteRows(tx, row.id);
    return toExecution(row);
  });
}

/** Not `now()`, the start of the transaction: storing the rows may have taken a while. */
const ENDED_AT = sql`statement_timestamp()`;

type Ending = Outcome | { readonly status: 'CANCELED'; readonly upstreamMayStillRun: RawBuilder<boolean> };

function ending(outcome: Ending, resultTtlMs: number): RawBuilder<unknown> {
  const success = outcome.status === 'SUCCEEDED' ? outcome : null;
  const mayStillRun = 'upstreamMayStillRun' in outcome ? outcome.upstreamMayStillRun : false;
  // Not `now()`, the start of a transaction that may have waited or stored many rows: who subscribed meanwhile, and
  // then reads what has ended since, would pass over it.
  return sql`
    status = ${outcome.status}, finished_at = ${ENDED_AT}, expires_at = ${ENDED_AT} + make_interval(secs => ${resultTtlMs / 1000}),
    next_poll_at = NULL, due_at = NULL, lease_owner = NULL, drain_cursor = NULL, has_staged_rows = false,
    held_by = NULL, awaiting_credentials_since = NULL,
    as_of = ${success?.asOf ?? null}::timestamptz, truncated = ${success?.truncated ?? false},
    upstream_may_still_run = ${mayStillRun}${isEndedHere(outcome) ? sql` OR upstream_may_still_run` : sql``},
    ${errorColumns('error' in outcome ? outcome.error : null)}`;
}

/** What is ended by upstream is over; an earlier start whose answer was lost has then been of no use, and no harm. */
function isEndedHere({ status }: Ending): boolean {
  return status === 'CANCELED' || status === 'TIMED_OUT';
}

/** While it is open: why the last attempt failed. When it is final: why there are no rows. */
export function errorColumns(error: ExecutionError | null): RawBuilder<unknown> {
  return sql`
    error_code = ${error?.code ?? null}, error_message = ${error?.message ?? null},
    error_retryable = ${error?.retryable ?? null}, error_retry_after = ${error?.retryAfter ?? null}::timestamptz,
    error_upstream_status = ${error?.upstreamStatus ?? null}::integer,
    error_correlation_id = ${error?.correlationId ?? null}`;
}

async function lockClaimed(tx: Db, claim: Claim): Promise<ExecutionRow | undefined> {
  return tx
    .selectFrom('executions')
    .selectAll()
    .where('id', '=', toUuid(claim.execution.id))
    .where('fence', '=', claim.fence)
    .where('finished_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
}
