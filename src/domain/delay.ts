/** Why an open execution waits longer than it usually would: shown while it is open, and told when its time is over. */
import type { Execution } from './execution.js';

export const DELAY_REASONS = {
  BUDGET_USED_UP: 'Our own budget of requests for the token is used up (see `upstreamBudget`).',
  UPSTREAM_ASKED_TO_WAIT:
    'Genesys Cloud has asked to be left alone with the token for a while: 429, or `Retry-After`.',
  UPSTREAM_FAILING:
    'Genesys Cloud could not be asked, or gave no usable answer. It is asked again, ever more rarely while it fails.',
  CREDENTIALS_MISSING: 'The token with which Genesys Cloud is to be asked can not be had just now.',
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
  const message = putOff === null ? failed : `${PUT_OFF_MESSAGES[putOff]} ${failed}`.trim();
  return { reason: putOff ?? reasonOf(lastFailure), message, retryAfter, upstreamStatus, correlationId };
}

function reasonOf(failure: Execution['lastFailure']): DelayReason {
  if (failure?.code === 'CREDENTIALS_REJECTED') return 'CREDENTIALS_MISSING';
  const isAskedToWait = failure?.upstreamStatus === 429 || (failure?.retryAfter ?? null) !== null;
  return isAskedToWait ? 'UPSTREAM_ASKED_TO_WAIT' : 'UPSTREAM_FAILING';
}
