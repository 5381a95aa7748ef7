/**
 * Push is a matter of speed alone: a query decides what is true. Whenever a subscription ends before the final state,
 * for whatever reason, the state is asked for, and its answer says whether to go on. So there is one place that judges
 * errors, and a subscription that is blocked, refused or cut off costs time, never the result.
 */
import { pause } from './abortable.js';
import { EXECUTION_STATE, type UsageExecutionState } from './execution-state.js';
import type { Line } from './line.js';
import { PushChannel } from './push-channel.js';
import { notFound } from './usage-query-error.js';

/** When the server does not say, which it does unless the execution is final. */
const USUAL_POLL_MS = 2_000;
/** The hint may be 0, which means now; now has just been asked. */
const LEAST_POLL_MS = 100;
/** After a subscription that had worked, so that a server which ends each at once is not asked in a tight loop. */
const RESUME_AFTER_MS = 250;
/** A subscription that can not be had is tried again after 1, 2, 4, … polls: whatever blocks it may go away. */
const MOST_POLLS_BETWEEN = 32;

/** Settles with the final state, whatever it is. Throws `UsageQueryError`, or the reason of the line's signal. */
export async function untilDone(line: Line, id: string): Promise<UsageExecutionState> {
  let pollsUntilPush = 0;
  let pollsBetween = 1;
  for (let breaks = 0; ;) {
    const heard = pollsUntilPush > 0 ? null : await listen(line, id);
    if (heard?.done) return heard;
    const state = await read(line, id);
    if (state.done) return state;
    const pollMs = Math.max(state.pollAfterMs ?? USUAL_POLL_MS, LEAST_POLL_MS);
    if (heard) {
      pollsBetween = 1;
      await pause(Math.min(pollMs, RESUME_AFTER_MS * 2 ** Math.min(breaks, 10)), line.signal);
      breaks += 1;
    } else {
      if (pollsUntilPush === 0) {
        pollsUntilPush = pollsBetween;
        pollsBetween = Math.min(pollsBetween * 2, MOST_POLLS_BETWEEN);
      } else pollsUntilPush -= 1;
      await pause(pollMs, line.signal);
    }
  }
}

/** One subscription to its end: gives the last state that it told; null when it told none. */
async function listen(line: Line, id: string): Promise<UsageExecutionState | null> {
  const channel = PushChannel.open(line.client, id);
  if (!channel) return null;
  let last: UsageExecutionState | null = null;
  try {
    while (!last?.done) {
      const heard = await channel.next(line.pushTimeoutMs, line.signal);
      if (heard === 'ended') break;
      if (heard !== 'nothing') {
        last = heard;
        line.see(last, 'push');
      } else if (!last || (await read(line, id)).version > last.version) break;
    }
  } finally {
    channel.close();
  }
  return last;
}

async function read(line: Line, id: string): Promise<UsageExecutionState> {
  const { usageExecution } = await line.askUntilAnswered(EXECUTION_STATE, { id });
  if (!usageExecution) throw notFound(id);
  line.see(usageExecution, 'polling');
  return usageExecution;
}
