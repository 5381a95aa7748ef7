/** A port: what all nodes together have before them, in numbers for whoever watches over them. */

/** Why an open execution is not asked for although it could be. */
export const WAIT_REASONS = [
  'BUDGET_USED_UP',
  'UPSTREAM_ASKED_TO_WAIT',
  'UPSTREAM_FAILING',
  'CREDENTIALS',
] as const;
export type WaitReason = (typeof WAIT_REASONS)[number];

export interface StoreFigures {
  readonly queued: number;
  readonly running: number;
  /** Open executions that wait, by what for. */
  readonly waiting: Readonly<Record<WaitReason, number>>;
  /** For how long the execution that has been due for longest has been so; 0 when none is. */
  readonly latestByMs: number;
  readonly budget: {
    /** Share of the budget that the busiest credential has used; 0 to 1. */
    readonly usedShare: number;
    /** Credentials that upstream wants to be left alone with. */
    readonly blocked: number;
  };
  /** What fails and is left alone; see `domain/upstream-trouble.ts`. */
  readonly paused: { readonly host: number; readonly credentials: number };
}

/** One look at the store, as cheap as can be. Throws `RequestError` `SERVICE_UNAVAILABLE` when it can't be reached. */
export type ReadStoreFigures = () => Promise<StoreFigures>;
