/**
 * One step in an execution's life, made by the node that holds its claim: submit it when upstream has no id for it
 * yet, ask for its results when it has, end it when its time is over. A step that is interrupted anywhere is simply
 * made again by whoever claims the execution next; every write is fenced, so two nodes can't both make it count.
 */
import type { Execution, ExecutionError, Outcome, UsageRow } from '../domain/execution.js';
import { rowsAsOf } from '../domain/data-day.js';
import type { ExecutionErrorCode } from '../domain/error-codes.js';
import type { Claim, CredentialSource, ExecutionStore, PollAnswer, UsageUpstream } from '../domain/ports.js';
import { UpstreamError } from '../domain/upstream-error.js';
import type { Logger } from '../lib/logger.js';
import type { PollContext, PollPolicy } from './poll-policy.js';

export interface ExecutionStepOptions {
  readonly store: ExecutionStore;
  readonly upstream: UsageUpstream;
  readonly credentials: CredentialSource;
  readonly policy: PollPolicy;
  readonly log: Logger;
  readonly resultTtlMs: number;
  /** Rows kept of one result at most; more set `truncated`. */
  readonly maxResultRows: number;
  /** See `domain/data-day.ts`. */
  readonly dataDayBoundaryMs: number;
}

/** Makes one step. Gives the execution as it then is, or null when the claim was lost meanwhile. */
export type ExecutionStep = (claim: Claim, signal: AbortSignal) => Promise<Execution | null>;

/** A simple search never lists more records than this; upstream's own cap. */
const SIMPLE_SEARCH_CAP = 20_000;
/** Upstream's stores may need a moment until every one of its nodes knows a new query. */
const NOT_FOUND_GRACE_MS = 60_000;

export function createExecutionStep(options: ExecutionStepOptions): ExecutionStep {
  const { store, upstream, credentials, policy, log, resultTtlMs } = options;

  return async (claim, signal) => {
    if (claim.pastDeadline) return end(claim, timedOut(claim));
    let token: string | null = null;
    try {
      // Inside: a token that has to be fetched first may be refused, or be out of reach, like everything of upstream's.
      token = await credentials.tokenFor(claim.execution.credentialId);
      if (token === null) return await retry(claim, null);
      return claim.execution.upstreamId === null
        ? await submit(claim, token, signal)
        : await poll(claim, claim.execution.upstreamId, token, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof UpstreamError)) throw error;
      return afterFailure(claim, token, error);
    }
  };

  async function submit(claim: Claim, token: string, signal: AbortSignal): Promise<Execution | null> {
    const { upstreamId } = await upstream.start(claim.execution, token, signal);
    return store.recordSubmitted(claim, upstreamId, policy.untilNextPoll(contextOf(claim)));
  }

  async function poll(claim: Claim, upstreamId: string, token: string, signal: AbortSignal) {
    const { operation, request } = claim.execution;
    let { cursor } = claim;
    let stored = claim.execution.rowCount;
    for (;;) {
      const answer = await upstream.poll({ operation, request, upstreamId, cursor }, token, signal);
      if (answer.state !== 'ROWS') return afterAnswer(claim, answer);
      const page = answer.rows.slice(0, Math.max(0, options.maxResultRows - stored));
      stored += page.length;
      const full = stored >= options.maxResultRows;
      if (answer.nextCursor === null || full) {
        const cut = page.length < answer.rows.length || answer.nextCursor !== null;
        return end(claim, succeeded(claim, cut || reachedUpstreamCap(claim, stored)), page);
      }
      if (!(await store.appendRows(claim, page, answer.nextCursor))) return null;
      cursor = answer.nextCursor;
    }
  }

  function afterAnswer(claim: Claim, answer: Exclude<PollAnswer, { state: 'ROWS' }>) {
    if (answer.state !== 'RUNNING') return end(claim, upstreamEnded(answer));
    if (!answer.known) {
      log.warn(
        { executionId: claim.execution.id, upstreamStatus: answer.upstreamStatus },
        'an unknown upstream status',
      );
    }
    const context = contextOf(claim);
    const nextPollInMs = policy.untilNextPoll({ ...context, pollCount: context.pollCount + 1 });
    return store.recordAttempt(claim, { polled: true, nextPollInMs });
  }

  async function afterFailure(
    claim: Claim,
    token: string | null,
    error: UpstreamError,
  ): Promise<Execution | null> {
    const { id, credentialId } = claim.execution;
    const { kind, status, upstreamCode, correlationId } = error;
    log.info({ executionId: id, kind, status, upstreamCode, correlationId }, 'upstream could not be asked');
    if (kind === 'UNAUTHENTICATED' && token !== null && (await credentials.refused(credentialId, token)))
      return retry(claim, null);
    if (error.retryable || isWithinGrace(claim, error)) return retry(claim, error.retryAfterMs);
    return end(claim, refused(claim, error));
  }

  function retry(claim: Claim, retryAfterMs: number | null): Promise<Execution | null> {
    const context = contextOf(claim);
    const failed = { ...context, failureCount: context.failureCount + 1 };
    return store.recordAttempt(claim, {
      polled: false,
      nextPollInMs: policy.untilRetry(failed, retryAfterMs),
    });
  }

  function end(claim: Claim, outcome: Outcome, rows: readonly UsageRow[] = []): Promise<Execution | null> {
    return store.finish(claim, outcome, rows, resultTtlMs);
  }

  function succeeded({ execution }: Claim, truncated: boolean): Outcome {
    const startedAt = execution.submittedAt ?? execution.createdAt;
    const asOf = rowsAsOf(execution.request, startedAt.getTime(), options.dataDayBoundaryMs);
    return { status: 'SUCCEEDED', asOf, truncated };
  }
}

function contextOf({ execution, ageMs }: Claim): PollContext {
  const { operation, request, pollCount, failureCount } = execution;
  return { operation, request, ageMs, pollCount, failureCount };
}

function reachedUpstreamCap({ execution }: Claim, stored: number): boolean {
  return execution.operation === 'SIMPLE_SEARCH' && stored >= SIMPLE_SEARCH_CAP;
}

function isWithinGrace(claim: Claim, error: UpstreamError): boolean {
  const submitted = claim.execution.upstreamId !== null;
  return error.kind === 'NOT_FOUND' && submitted && claim.cursor === null && claim.ageMs < NOT_FOUND_GRACE_MS;
}

function timedOut({ execution }: Claim): Outcome {
  const error = failure(
    'DEADLINE_EXCEEDED',
    'Upstream did not finish in time; it may still be working.',
    true,
  );
  return { status: 'TIMED_OUT', error, upstreamMayStillRun: execution.upstreamId !== null };
}

function upstreamEnded(answer: Extract<PollAnswer, { state: 'FAILED' | 'CANCELED' }>): Outcome {
  const { state, message, correlationId } = answer;
  const code = state === 'FAILED' ? 'UPSTREAM_FAILED' : 'UPSTREAM_CANCELED';
  const text = message ?? `Upstream ended the query as ${state.toLowerCase()} and gave no reason.`;
  const error = { ...failure(code, text, true), upstreamStatus: 200, correlationId };
  return { status: 'FAILED', error, upstreamMayStillRun: false };
}

const REFUSALS = {
  UNAUTHENTICATED: 'CREDENTIALS_REJECTED',
  FORBIDDEN: 'UPSTREAM_FORBIDDEN',
  NOT_FOUND: 'UPSTREAM_NOT_FOUND',
  REJECTED: 'UPSTREAM_REJECTED',
  INVALID_RESULT: 'UPSTREAM_INVALID_RESULT',
  // These two are retried until the deadline, and so never told.
  RATE_LIMITED: 'UPSTREAM_FAILED',
  UNAVAILABLE: 'UPSTREAM_FAILED',
} as const satisfies Record<UpstreamError['kind'], ExecutionErrorCode>;

/** A refusal that asking again would only repeat. */
function refused({ execution }: Claim, cause: UpstreamError): Outcome {
  const again = cause.kind === 'UNAUTHENTICATED' || cause.kind === 'NOT_FOUND';
  const error = {
    ...failure(REFUSALS[cause.kind], cause.message, again),
    upstreamStatus: cause.status,
    correlationId: cause.correlationId,
  };
  return {
    status: 'FAILED',
    error,
    upstreamMayStillRun: execution.upstreamId !== null && cause.kind !== 'NOT_FOUND',
  };
}

function failure(code: ExecutionErrorCode, message: string, retryable: boolean): ExecutionError {
  return { code, message, retryable, retryAfter: null, upstreamStatus: null, correlationId: null };
}
