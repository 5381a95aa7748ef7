export const REDIS_TIMES = {
  /** As with PostgreSQL: a dead link is noticed within twice this, far below the 20 s that a client should be kept. */
  heartbeatMs: 5_000,
  /**
   * As long as it takes to notice a dead link. At 10,000 watched executions a round reads 1,000 versions a second by the
   * primary key, some milliseconds of work for the database.
   */
  catchUpMs: 10_000,
} as const;
