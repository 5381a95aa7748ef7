/**
 * When to ask upstream again. The interface is what a policy that learns will take; this one needs no memory: a
 * short first delay, since most queries are quick, then growing ones, all jittered so that executions that began
 * together do not stay together.
 */
import type { UsageOperation } from '../domain/operation.js';
import type { UsageRequest } from '../domain/request.js';

export interface PollContext {
  readonly operation: UsageOperation;
  readonly request: UsageRequest;
  /** Milliseconds since upstream accepted the query. */
  readonly ageMs: number;
  /** Answers read so far. */
  readonly pollCount: number;
  /** Attempts in a row that failed, this one included. */
  readonly failureCount: number;
}

/** Every method gives the milliseconds to wait; pure but for the jitter's random source. */
export interface PollPolicy {
  /** Upstream has accepted the query, or has just said that it still runs. */
  untilNextPoll(context: PollContext): number;
  /** Upstream could not be asked. `retryAfterMs`: how long it wants to be left alone; null when it did not say. */
  untilRetry(context: PollContext, retryAfterMs: number | null): number;
}

export interface PollPolicyOptions {
  /** First delay, in milliseconds. */
  readonly initialMs: number;
  /** Longest delay, in milliseconds; a longer `Retry-After` is obeyed all the same. */
  readonly maxMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Between 1.3 (many calls) and 2 (a query that has just missed a poll waits as long again as it took). */
const GROWTH = 1.5;
/** Retries back off faster than polls: whoever fails is not helped by being asked. */
const RETRY_GROWTH = 2;
const RETRY_MIN_MS = 1_000;
const JITTER = 0.2;
/** What upstream has asked for is known to the second: a fifth of an hour on top would help nobody. */
const MOST_RETRY_AFTER_JITTER_MS = 5_000;

export function createGrowingPollPolicy({ initialMs, maxMs, random }: PollPolicyOptions): PollPolicy {
  // Upwards only: nothing is asked earlier than it was told to be.
  const jittered = (ms: number) => Math.ceil(ms * (1 + JITTER * random()));
  const growing = (firstMs: number, growth: number, steps: number) =>
    Math.min(maxMs, firstMs * growth ** Math.min(steps, 60));
  return {
    untilNextPoll: ({ pollCount }) => jittered(growing(initialMs, GROWTH, pollCount)),
    untilRetry({ failureCount }, retryAfterMs) {
      const backoff = jittered(growing(RETRY_MIN_MS, RETRY_GROWTH, Math.max(0, failureCount - 1)));
      if (retryAfterMs === null) return backoff;
      const asked = Math.min(jittered(retryAfterMs), retryAfterMs + MOST_RETRY_AFTER_JITTER_MS);
      return Math.max(asked, RETRY_MIN_MS);
    },
  };
}
