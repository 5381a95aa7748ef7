/** Between rows of the database and the domain. */
import type { Selectable } from 'kysely';

import type { Execution, ExecutionError } from '../domain/execution.js';
import { toPublicId } from '../domain/execution-id.js';
import type { Claim } from '../domain/ports/execution-store.js';
import type { ExecutionsTable } from './tables.js';

export type ExecutionRow = Selectable<ExecutionsTable>;

/** A claimed execution, with what only the database's clock may judge. */
export type ClaimedRow = ExecutionRow & {
  readonly past_deadline: boolean;
  readonly age_ms: number;
  readonly running_at_ms: number;
  readonly taken_over?: boolean;
};

export function toClaim(row: ClaimedRow): Claim {
  return {
    execution: toExecution(row),
    fence: row.fence,
    cursor: row.drain_cursor,
    storedRows: row.row_count,
    pastDeadline: row.past_deadline,
    ageMs: row.age_ms,
    runningAtMs: row.running_at_ms,
    takenOver: row.taken_over ?? false,
  };
}

export function toExecution(row: ExecutionRow): Execution {
  return {
    id: toPublicId(row.id),
    version: row.version,
    operation: row.operation,
    status: row.status,
    request: row.request,
    owner: { organizationId: row.organization_id, scope: row.scope, subjectId: row.subject_id },
    credentialId: row.credential_id,
    upstreamId: row.upstream_id,
    createdAt: row.created_at,
    submittedAt: row.submitted_at,
    finishedAt: row.finished_at,
    expiresAt: row.expires_at,
    deadlineAt: row.deadline_at,
    asOf: row.as_of,
    pollCount: row.poll_count,
    failureCount: row.failure_count,
    nextPollAt: row.next_poll_at,
    // While it is open, the column remembers that a start was made whose answer nobody knows.
    upstreamMayStillRun: row.finished_at !== null && row.upstream_may_still_run,
    error: row.finished_at ? toError(row) : null,
    lastFailure: row.finished_at ? null : toError(row),
    awaitsCredentials: row.finished_at === null && row.awaiting_credentials_since !== null,
    putOff: row.finished_at ? null : row.put_off_reason,
    truncated: row.truncated,
    rowCount: row.status === 'SUCCEEDED' ? row.row_count : 0,
    traceContext: row.trace_context,
  };
}

function toError(row: ExecutionRow): ExecutionError | null {
  if (row.error_code === null) return null;
  return {
    code: row.error_code,
    message: row.error_message ?? '',
    retryable: row.error_retryable ?? false,
    retryAfter: row.error_retry_after,
    upstreamStatus: row.error_upstream_status,
    correlationId: row.error_correlation_id,
  };
}
