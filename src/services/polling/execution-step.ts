/**
 * One step in an execution's life, made by the node that holds its claim: submit it when upstream has no id for it
 * yet, ask for its results when it has, end it when its time is over. A step that is interrupted anywhere is simply
 * made again by whoever claims the execution next; every write is fenced, so two nodes can't both make it count.
 */
import type { Execution, ExecutionError, Outcome } from '../../domain/execution.js';
import { rowsAsOf } from '../../domain/data-day.js';
import { type ExecutionErrorCode, RequestError } from '../../domain/error-codes.js';
import type { CredentialSource } from '../../domain/ports/credentials.js';
import type { Claim, ExecutionStore } from '../../domain/ports/execution-store.js';
import type { PollAnswer, UsageUpstream } from '../../domain/ports/usage-upstream.js';
import { UpstreamError } from '../../domain/upstream-error.js';
import { isCredentialCode } from '../../domain/delay.js';
import type { Logger } from '../../lib/logger.js';
import { createTurnstile } from '../../lib/turnstile.js';
import type { PollContext, PollPolicy } from './poll-policy.js';
import { ClaimLostError, createResultIntake, type ResultIntake } from './result-intake.js';
import { PutOffError } from '../upstream-calls/put-off-error.js';
import type { UnknownStatuses } from './unknown-statuses.js';
import { whatKept } from '../upstream-calls/what-kept.js';

export interface ExecutionStepOptions {
  readonly store: ExecutionStore;
  readonly upstream: UsageUpstream;
  readonly credentials: CredentialSource;
  readonly policy: PollPolicy;
  readonly log: Logger;
  readonly unknownStatuses: UnknownStatuses;
  readonly resultTtlMs: number;
  /** Rows kept of one result at most; more set `truncated`. */
  readonly maxResultRows: number;
  /** See `domain/data-day.ts`. */
  readonly dataDayBoundaryMs: number;
  /** The wall clock, in milliseconds since the epoch; only shown, it decides nothing. */
  readonly now: () => number;
}

/** Makes one step. Gives the execution as it then is, or null when the claim was lost meanwhile. */
export type ExecutionStep = (claim: Claim, signal: AbortSignal) => Promise<Execution | null>;

/** A simple search never lists more records than this; upstream's own cap. */
const SIMPLE_SEARCH_CAP = 20_000;
/** Upstream's stores may need a moment until every one of its nodes knows a new query. */
const NOT_FOUND_GRACE_MS = 60_000;
/**
 * Large answers that a node takes at the same time: enough to keep the database busy, and each needs some ten megabytes on
 * its way.
 */
const LARGE_ANSWERS = 3;
/** Unforeseen failures in a row after which an execution is given up; with the backoff, about a quarter of a minute. */
const MOST_BUGS = 5;

const TOKEN_MISSING = failure(
  'CREDENTIALS_MISSING',
  'The token with which upstream was asked is not held any more, and upstream can not be asked without one.',
  true,
);
const UNEXPECTED = failure('UPSTREAM_INVALID_RESULT', "Upstream's answer could not be stored.", false);

export function createExecutionStep(options: ExecutionStepOptions): ExecutionStep {
  const { store, upstream, credentials, policy, log, resultTtlMs } = options;
  const largeAnswers = createTurnstile(LARGE_ANSWERS);

  return async (claim, signal) => {
    if (claim.pastDeadline) return end(claim, outOfTime(claim));
    try {
      const token = await credentials.tokenFor(claim.execution.credentialId);
      return token === null
        ? await store.awaitCredentials(claim, TOKEN_MISSING, 'MISSING')
        : await ask(claim, token, signal);
    } catch (error) {
      if (signal.aborted || (error instanceof RequestError && error.retryable)) throw error;
      if (error instanceof PutOffError) return putOff(claim, error);
      return error instanceof UpstreamError ? afterFailure(claim, error) : afterBug(claim, error);
    }
  };

  async function ask(claim: Claim, token: string, signal: AbortSignal): Promise<Execution | null> {
    const { upstreamId, credentialId, id } = claim.execution;
    try {
      return upstreamId === null
        ? await submit(claim, token, signal)
        : await poll(claim, upstreamId, token, signal);
    } catch (error) {
      const isRefused = error instanceof UpstreamError && error.kind === 'UNAUTHENTICATED';
      if (signal.aborted || !isRefused) throw error;
      const isRenewed = await credentials.refused(credentialId, token);
      const { correlationId } = error;
      if (isRenewed)
        log.info({ executionId: id, correlationId }, 'the token was refused; another one is used');
      else
        log.info({ executionId: id, correlationId }, 'the token was refused; a visitor has to bring another');
      const why = toFailure(error);
      return isRenewed ? retry(claim, why) : store.awaitCredentials(claim, why, 'REFUSED');
    }
  }

  function putOff(claim: Claim, { retryInMs, reason }: PutOffError): Promise<Execution | null> {
    if (reason === 'BUDGET_USED_UP') policy.putOff(contextOf(claim));
    return store.postpone(claim, retryInMs, reason);
  }

  async function submit(claim: Claim, token: string, signal: AbortSignal): Promise<Execution | null> {
    const { upstreamId } = await upstream.start(claim.execution, token, signal);
    // The start may have had to wait; the query begins with upstream's answer.
    const accepted = { ...contextOf(claim), ageMs: 0 };
    return store.recordSubmitted(claim, upstreamId, policy.untilNextPoll(accepted));
  }

  async function poll(claim: Claim, upstreamId: string, token: string, signal: AbortSignal) {
    const intake = createResultIntake(claim, signal, { store, maxRows: options.maxResultRows, largeAnswers });
    try {
      return await drain(claim, upstreamId, token, signal, intake);
    } catch (error) {
      if (error instanceof ClaimLostError) return null;
      throw error;
    } finally {
      intake.leave();
    }
  }

  async function drain(
    claim: Claim,
    upstreamId: string,
    token: string,
    signal: AbortSignal,
    intake: ResultIntake,
  ): Promise<Execution | null> {
    const { operation, request } = claim.execution;
    let { cursor } = claim;
    for (;;) {
      const query = { operation, request, upstreamId, cursor };
      const answer = await upstream.poll(query, token, signal, intake.take);
      await intake.settle();
      if (answer.state !== 'ROWS') return afterAnswer(claim, answer);
      const page = intake.fitting(answer.rows);
      if (answer.nextCursor === null || intake.full) {
        const cut = intake.cut || answer.nextCursor !== null;
        const outcome = succeeded(claim, cut || reachedUpstreamCap(claim, intake.stored));
        const ended = await store.finish(claim, outcome, page, resultTtlMs, intake.staged);
        if (ended && cursor === null) policy.ended(contextOf(claim));
        return ended;
      }
      if (!(await store.appendRows(claim, page, answer.nextCursor, intake.staged))) return null;
      // Once: a page that could not be stored is asked for again, later than its query has ended.
      if (cursor === null) policy.ended(contextOf(claim));
      intake.nextPage();
      cursor = answer.nextCursor;
    }
  }

  function afterAnswer(claim: Claim, answer: Exclude<PollAnswer, { state: 'ROWS' }>) {
    if (answer.state !== 'RUNNING') return end(claim, upstreamEnded(answer));
    if (!answer.known) {
      options.unknownStatuses.count(claim.execution.id, answer.upstreamStatus);
    }
    const nextPollInMs = policy.untilNextPoll(contextOf(claim));
    return store.recordAttempt(claim, { polled: true, nextPollInMs });
  }

  function afterFailure(claim: Claim, error: UpstreamError): Promise<Execution | null> {
    const { kind, status, upstreamCode, correlationId } = error;
    const executionId = claim.execution.id;
    // It is the service's own client that is refused: nobody but its operator can mend it, and may do so at any time.
    const isLogin = kind === 'UNAUTHENTICATED';
    const again = error.retryable || isLogin || isWithinGrace(claim, error);
    // That upstream is away is told once for all of them; what ends an execution is told for each.
    const details = { executionId, kind, status, upstreamCode, correlationId };
    log[again ? 'debug' : 'info'](details, 'upstream could not be asked');
    if (again) return retry(claim, toFailure(error), error.retryAfterMs);
    return end(claim, refused(claim, error));
  }

  /** Not a failure that was foreseen: perhaps a result that can't be stored. Asking for ever would not help. */
  function afterBug(claim: Claim, error: unknown): Promise<Execution | null> {
    const { id, failureCount, upstreamId } = claim.execution;
    log.error({ err: error, executionId: id, failureCount }, 'a step failed unexpectedly');
    if (failureCount + 1 < MOST_BUGS) return retry(claim, UNEXPECTED);
    return end(claim, { status: 'FAILED', error: UNEXPECTED, upstreamMayStillRun: upstreamId !== null });
  }

  function retry(
    claim: Claim,
    why: ExecutionError,
    retryAfterMs: number | null = null,
  ): Promise<Execution | null> {
    const context = contextOf(claim);
    const failed = { ...context, failureCount: context.failureCount + 1 };
    const nextPollInMs = policy.untilRetry(failed, retryAfterMs);
    const retryAfter = retryAfterMs === null ? null : new Date(options.now() + retryAfterMs);
    return store.recordAttempt(claim, { polled: false, failure: { ...why, retryAfter }, nextPollInMs });
  }

  function end(claim: Claim, outcome: Outcome): Promise<Execution | null> {
    return store.finish(claim, outcome, [], resultTtlMs);
  }

  function succeeded({ execution }: Claim, truncated: boolean): Outcome {
    const startedAt = execution.submittedAt ?? execution.createdAt;
    const asOf = rowsAsOf(execution.request, startedAt.getTime(), options.dataDayBoundaryMs);
    return { status: 'SUCCEEDED', asOf, truncated };
  }
}

function contextOf({ execution, ageMs, runningAtMs }: Claim): PollContext {
  const { operation, request, credentialId, failureCount } = execution;
  const { organizationId } = execution.owner;
  return { operation, request, organizationId, credentialId, ageMs, runningAtMs, failureCount };
}

function reachedUpstreamCap({ execution }: Claim, stored: number): boolean {
  return execution.operation === 'SIMPLE_SEARCH' && stored >= SIMPLE_SEARCH_CAP;
}

function isWithinGrace(claim: Claim, error: UpstreamError): boolean {
  const submitted = claim.execution.upstreamId !== null;
  return error.kind === 'NOT_FOUND' && submitted && claim.cursor === null && claim.ageMs < NOT_FOUND_GRACE_MS;
}

/** What went wrong last tells more than that time has passed. */
function outOfTime({ execution }: Claim): Outcome {
  const { lastFailure, upstreamId } = execution;
  if (lastFailure && isCredentialCode(lastFailure.code)) {
    return { status: 'FAILED', error: lastFailure, upstreamMayStillRun: upstreamId !== null };
  }
  const error = {
    ...(lastFailure ?? failure('DEADLINE_EXCEEDED', '', true)),
    code: 'DEADLINE_EXCEEDED' as const,
    message: whatKept(execution),
    retryable: true,
  };
  // A start whose answer was lost may have been accepted.
  const lostAnswer = lastFailure !== null && lastFailure.upstreamStatus === null;
  return { status: 'TIMED_OUT', error, upstreamMayStillRun: upstreamId !== null || lostAnswer };
}

function upstreamEnded(answer: Extract<PollAnswer, { state: 'FAILED' | 'CANCELED' }>): Outcome {
  const { state, message, correlationId } = answer;
  const code = state === 'FAILED' ? 'UPSTREAM_FAILED' : 'UPSTREAM_CANCELED';
  const text = message ?? `Upstream ended the query as ${state.toLowerCase()} and gave no reason.`;
  const error = { ...failure(code, text, true), upstreamStatus: 200, correlationId };
  return { status: 'FAILED', error, upstreamMayStillRun: false };
}

const CODES = {
  UNAUTHENTICATED: 'CREDENTIALS_REJECTED',
  FORBIDDEN: 'UPSTREAM_FORBIDDEN',
  NOT_FOUND: 'UPSTREAM_NOT_FOUND',
  REJECTED: 'UPSTREAM_REJECTED',
  INVALID_RESULT: 'UPSTREAM_INVALID_RESULT',
  // These two are retried; at the deadline they are told as what kept upstream from finishing.
  RATE_LIMITED: 'DEADLINE_EXCEEDED',
  UNAVAILABLE: 'DEADLINE_EXCEEDED',
} as const satisfies Record<UpstreamError['kind'], ExecutionErrorCode>;

function toFailure(cause: UpstreamError): ExecutionError {
  const again = cause.retryable || cause.kind === 'UNAUTHENTICATED' || cause.kind === 'NOT_FOUND';
  return {
    ...failure(CODES[cause.kind], cause.message, again),
    upstreamStatus: cause.status,
    correlationId: cause.correlationId,
  };
}

/** A refusal that asking again would only repeat. */
function refused({ execution }: Claim, cause: UpstreamError): Outcome {
  // A start was accepted when it is its answer that can't be read.
  const upstreamMayStillRun =
    execution.upstreamId === null ? cause.kind === 'INVALID_RESULT' : cause.kind !== 'NOT_FOUND';
  return { status: 'FAILED', error: toFailure(cause), upstreamMayStillRun };
}

function failure(code: ExecutionErrorCode, message: string, retryable: boolean): ExecutionError {
  return { code, message, retryable, retryAfter: null, upstreamStatus: null, correlationId: null };
}
