import { type DelayReason, delayOf } from '../../domain/delay.js';
import type { Execution } from '../../domain/execution.js';

const NOT_ASKED_FOR: Readonly<Record<DelayReason, string>> = {
  BUDGET_USED_UP: 'the budget of requests for its token was used up.',
  UPSTREAM_ASKED_TO_WAIT: 'upstream had asked to be left alone with its token.',
  UPSTREAM_FAILING: 'upstream failed, and was therefore asked rarely.',
  CREDENTIALS: 'its token could not be had.',
};

/** What to say when its time is over: whose doing it was, ours, upstream's, or that of the query itself. */
export function whatKept(execution: Execution): string {
  const { lastFailure, putOff } = execution;
  const submitted = execution.upstreamId !== null;
  const delay = delayOf(execution);
  if (delay === null)
    return submitted
      ? 'Upstream was still working on the query when its time was over.'
      : 'Upstream did not accept the query in time.';
  const last = lastFailure ? ` The last attempt failed: ${lastFailure.message}` : '';
  if (putOff === null && delay.reason === 'UPSTREAM_FAILING') {
    const what = submitted
      ? 'Upstream could not be asked for the result'
      : 'The query could not be started upstream';
    return `${what} in time.${last}`;
  }
  const what = submitted ? 'asked for the result' : 'asked to start the query';
  return `Upstream was not ${what} in time: ${NOT_ASKED_FOR[delay.reason]}${last}`;
}
