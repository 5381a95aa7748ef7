/** An execution as a response holds it: whatever was asked of it. */
import { type Counters, hasCounters, toCounters } from './counters.js';
import { type ResponseNode, fieldOf, flagOf, nodeOf, numberOf, textOf } from './response-tree.js';

export const STATUSES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED', 'TIMED_OUT'] as const;
export type Status = (typeof STATUSES)[number];

export interface ExecutionFacts {
  readonly status: Status;
  readonly done: boolean;
  readonly id: string | null;
  readonly operation: string | null;
  readonly version: number | null;
  readonly createdAt: string | null;
  readonly submittedAt: string | null;
  readonly finishedAt: string | null;
  readonly expiresAt: string | null;
  readonly asOf: string | null;
  readonly pollCount: number | null;
  readonly nextPollAt: string | null;
  readonly upstreamId: string | null;
  readonly truncated: boolean;
  readonly upstreamMayStillRun: boolean;
  readonly delay: Trouble | null;
  readonly error: Trouble | null;
  readonly totals: Totals | null;
}

/** Why it waits, or why it failed. */
export interface Trouble {
  /** `reason` of a delay, `code` of an error. */
  readonly code: string | null;
  readonly message: string | null;
  readonly retryable: boolean | null;
  readonly retryAfter: string | null;
  readonly upstreamStatus: number | null;
  readonly correlationId: string | null;
}

export interface Totals {
  readonly counters: Counters;
  readonly rowCount: number | null;
  readonly errorRate: number | null;
  readonly throttledRate: number | null;
}

/** Null: not an execution. */
export function toExecution(node: ResponseNode): ExecutionFacts | null {
  const status = STATUSES.find((one) => one === textOf(node, 'status'));
  if (status === undefined) return null;
  const totals = nodeOf(node, 'totals');
  return {
    status,
    done: flagOf(node, 'done') ?? !['QUEUED', 'RUNNING'].includes(status),
    id: textOf(node, 'id'),
    operation: textOf(node, 'operation'),
    version: numberOf(node, 'version'),
    createdAt: textOf(node, 'createdAt'),
    submittedAt: textOf(node, 'submittedAt'),
    finishedAt: textOf(node, 'finishedAt'),
    expiresAt: textOf(node, 'expiresAt'),
    asOf: textOf(node, 'asOf'),
    pollCount: numberOf(node, 'pollCount'),
    nextPollAt: textOf(node, 'nextPollAt'),
    upstreamId: textOf(node, 'upstreamId'),
    truncated: flagOf(node, 'truncated') ?? false,
    upstreamMayStillRun: flagOf(node, 'upstreamMayStillRun') ?? false,
    delay: toTrouble(nodeOf(node, 'delay')),
    error: toTrouble(nodeOf(node, 'error')),
    totals: totals && toTotals(totals),
  };
}

/** Null: no totals. */
export function toTotals(node: ResponseNode): Totals | null {
  if (!hasCounters(node) && fieldOf(node, 'rowCount') === undefined) return null;
  return {
    counters: toCounters(node),
    rowCount: numberOf(node, 'rowCount'),
    errorRate: numberOf(node, 'errorRate'),
    throttledRate: numberOf(node, 'throttledRate'),
  };
}

function toTrouble(node: ResponseNode | null): Trouble | null {
  return (
    node && {
      code: textOf(node, 'code') ?? textOf(node, 'reason'),
      message: textOf(node, 'message'),
      retryable: flagOf(node, 'retryable'),
      retryAfter: textOf(node, 'retryAfter'),
      upstreamStatus: numberOf(node, 'upstreamStatus'),
      correlationId: textOf(node, 'correlationId'),
    }
  );
}

/** From its acceptance to its end, or to now; null: not asked for. Clocks may differ: never negative. */
export function elapsedMs({ createdAt, finishedAt, done }: ExecutionFacts, now: number): number | null {
  if (createdAt === null || (done && finishedAt === null)) return null;
  const end = finishedAt === null ? now : Date.parse(finishedAt);
  return Math.max(0, end - Date.parse(createdAt));
}

/** Until upstream is asked next, 0 when that is due; null: not known, or never again. */
export function untilNextPollMs({ nextPollAt, done }: ExecutionFacts, now: number): number | null {
  return done || nextPollAt === null ? null : Math.max(0, Date.parse(nextPollAt) - now);
}
