/** What is simulated, and what executes in it. */

export interface Setting {
  readonly nodes: number;
  /** Of PostgreSQL. */
  readonly cores: number;
  readonly tenants: number;
  readonly subscribers: number;
  /** In a second, of all tenants. */
  readonly startsPerSecond: number;
  /** Each subscriber has a token of his own, which is looked up at Genesys Cloud every 15 s. */
  readonly ownTokens: boolean;
  /**
   * How NOTIFY tells of polls that found nothing new: a node's together when they are committed, or each by its own
   * transaction, as all that is new is; or nothing is told by NOTIFY at all (Redis does it).
   */
  readonly notify: 'polls together' | 'each by itself' | 'nothing';
  /** Who wakes when something is due: all nodes, or one alone. */
  readonly wake: 'all' | 'one';
  /** Until a commit is on the disk. @default as measured */
  readonly flushMs?: number;
  /** Everything on this machine, nodes and upstream included; for comparing with what was measured. */
  readonly sharedCores?: number;
  /** All take so long, and wait so long between two polls; for comparing. */
  readonly fixed?: {
    readonly durationMs: number;
    readonly pauseMs: number;
    readonly outstanding: number;
    readonly limit: number;
  };
  readonly upstreamMs?: number;
}

export interface Execution {
  readonly tenant: number;
  readonly kind: number;
  readonly durationMs: number;
  submittedAt: number;
  runningAtMs: number;
  dueAt: number;
}
