/**
 * What came due while nobody looked (all nodes were down, or the database was away) is due at once, and would go
 * upstream as fast as we can send. It is spread instead, the longest due first: an even trickle that ends within one
 * long pause between two polls, so that nothing waits longer than it might have waited anyway.
 */
import { type BudgetOptions, mostBefore } from './upstream-budget.js';

export interface OverdueSpread {
  /** Only what has been due for so long; shorter is the ordinary unevenness of a busy node. */
  readonly dueForMs: number;
  /** A queue that is no longer is left alone: it goes at once. */
  readonly atOnce: number;
  /** Between two of them, when there are few enough to be through within `withinMs`; else they are closer. */
  readonly everyMs: number;
  readonly withinMs: number;
  /** A credential with more than `most` overdue would use up its whole budget at once and then wait for it. */
  readonly credential: { readonly most: number; readonly everyMs: number };
}

const DUE_FOR_MS = 1_000;
/** As many as one node has under way at once. */
const AT_ONCE = 64;
/** A hundred a second: a queue of 200 is through in two, and upstream sees no more than of a busy service. */
const EVERY_MS = 10;

/** @param longestPauseMs the longest ordinary pause between two polls */
export function overdueSpread(longestPauseMs: number, { limit, windowMs }: BudgetOptions): OverdueSpread {
  const most = mostBefore(limit, 'POLL');
  return {
    dueForMs: DUE_FOR_MS,
    atOnce: AT_ONCE,
    everyMs: EVERY_MS,
    withinMs: longestPauseMs,
    credential: { most, everyMs: windowMs / most },
  };
}
