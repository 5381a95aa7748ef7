/** Why an open execution waits longer than it usually would: shown while it is open, and told when its time is over. */
import type { ExecutionErrorCode } from './error-codes.js';
import type { Execution } from './execution.js';

export const DELAY_REASONS = {
  BUDGET_USED_UP: 'Our own budget of requests for the token is used up (see `upstreamBudget`).',
  UPSTREAM_ASKED_TO_WAIT:
    'Genesys Cloud has asked to be left alone with the token for a while: 429, or `Retry-After`.',
  UPSTREAM_FAILING:
    'Genesys Cloud could not be asked, or gave no usable answer. It is asked again, ever more rarely while it fails.',
  CREDENTIALS:
    'There is no token that Genesys Cloud accepts. It goes on when whoever may see it comes back with one.',
} as const;
export type DelayReason = keyof typeof DELAY_REASONS;

export interface Delay {
  readonly reason: DelayReason;
  /** Safe to show. */
  readonly message: string;
  /** Until when upstream has asked to be left alone, when it said so to this execution; may be past its deadline. */
  readonly retryAfter: Date | null;
  readonly upstreamStatus: number | null;
  readonly correlationId: string | null;
}

const PUT_OFF_MESSAGES = {
  BUDGET_USED_UP: 'The budget of requests to upstream is used up for the moment.',
  UPSTREAM_ASKED_TO_WAIT: 'Upstream has asked to be left alone with this token for a while.',
  UPSTREAM_FAILING: 'Upstream fails, and is therefore asked rarely.',
} as const;

/** Null when nothing is in the way: it runs upstream, and is asked for when it is time. */
export function delayOf({ finishedAt, putOff, lastFailure }: Execution): Delay | null {
  if (finishedAt !== null || (putOff === null && lastFailure === null)) return null;
  const { retryAfter = null, upstreamStatus = null, correlationId = null } = lastFailure ?? {};
  const failed = lastFailure ? `The last attempt failed: ${lastFailure.message}` : '';
  const lacksToken = isCredentialCode(lastFailure?.code);
  const message = putOff === null || lacksToken ? failed : `${PUT_OFF_MESSAGES[putOff]} ${failed}`.trim();
  // Told before all else, since nothing but a token helps it.
  const reason = lacksToken ? 'CREDENTIALS' : (putOff ?? reasonOf(lastFailure));
  return { reason, message, retryAfter, upstreamStatus, correlationId };
}

function reasonOf(failure: Execution['lastFailure']): DelayReason {
  const isAskedToWait = failure?.upstreamStatus === 429 || (failure?.retryAfter ?? null) !== null;
  return isAskedToWait ? 'UPSTREAM_ASKED_TO_WAIT' : 'UPSTREAM_FAILING';
}

const CREDENTIAL_CODES: readonly ExecutionErrorCode[] = ['CREDENTIALS_REJECTED', 'CREDENTIALS_MISSING'];

/** True for a code that says that upstream can't be asked for lack of a good token. */
export function isCredentialCode(code: ExecutionErrorCode | undefined): boolean {
  return code !== undefined && CREDENTIAL_CODES.includes(code);
}
