/** A port: what finished queries have taught. */

/** How long a kind of query takes: a weight for each of the program's bins. */
export interface KnownDurations {
  readonly kind: string;
  readonly weights: ArrayLike<number>;
}

export interface LearnedDurations {
  readonly kind: string;
  /** By how much each bin has grown. */
  readonly growth: ArrayLike<number>;
  /** Share of what was known before that is still worth something. */
  readonly kept: number;
}

/** What all nodes have learned together about how long queries take. */
export interface DurationStore {
  add(learned: readonly LearnedDurations[]): Promise<void>;
  /** Those that have changed since; the latest thousand at most. Null: whenever. */
  changedSince(since: Date | null): Promise<{ readonly known: readonly KnownDurations[]; readonly at: Date }>;
  /** Forgets kinds of which nothing was learned for a month; gives their number. */
  sweep(): Promise<number>;
}
