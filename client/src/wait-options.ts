import type { UsageExecutionSource, UsageExecutionState } from './execution-state.js';

/** What `onProgress` is told: at the start, with every change, and when the connection is lost or is back. */
export interface UsageProgress {
  readonly executionId: string;
  /** The last known state; null as long as none has been read. */
  readonly execution: UsageExecutionState | null;
  /** Null when your document does not select `source`, and for an execution that was taken up. */
  readonly source: UsageExecutionSource | null;
  /** How the state comes: pushed, asked for again and again, or not at all at the moment. */
  readonly connection: 'starting' | 'push' | 'polling' | 'lost';
  /** Since the call. */
  readonly elapsedMs: number;
}

export interface WaitOptions {
  /** Ends the waiting with a `UsageQueryError` of the kind `aborted`. The execution goes on, see `cancelOnAbort`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * An abort also cancels the execution at the server; the error comes after the server has answered, and its `canceled`
   * says whether it did. An execution that was joined or reused (by the `source` that your document selects) is left
   * alone: somebody else waits for it. Genesys Cloud has no cancel: it may go on working unseen.
   *
   * @default false
   */
  readonly cancelOnAbort?: boolean | undefined;
  /** What it throws ends the waiting, and is thrown on. */
  readonly onProgress?: ((progress: UsageProgress) => void) | undefined;
  /**
   * A subscription that says nothing for so long is checked by one query, and given up when it has missed something:
   * some proxies hold streams back without breaking them. Each check costs a query and no call upstream.
   *
   * @default 15_000: a little more than the server's 12 seconds between two signs of life.
   */
  readonly pushTimeoutMs?: number | undefined;
  /**
   * A request without an answer for so long counts as lost.
   *
   * @default 60_000: `waitMs` may take 30 seconds by itself.
   */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * While the server can not be reached it is asked again, ever more rarely, up to every 10 seconds; after so long it is
   * given up.
   *
   * @default 300_000: five minutes outlast a restart and most tunnels. The execution does not need anybody to wait.
   */
  readonly giveUpAfterMs?: number | undefined;
}

export const DEFAULTS = { pushTimeoutMs: 15_000, requestTimeoutMs: 60_000, giveUpAfterMs: 300_000 };
