/** A port: usage queries at upstream. */
import type { UsageRow } from '../execution.js';
import type { UsageOperation } from '../operation.js';
import type { UsageRequest } from '../request.js';

/** What upstream said when it was asked for results. */
export type PollAnswer =
  /** Not final. `known` is false for a status that we have no name for. */
  | { readonly state: 'RUNNING'; readonly upstreamStatus: string; readonly known: boolean }
  | {
      readonly state: 'FAILED' | 'CANCELED';
      readonly message: string | null;
      readonly correlationId: string | null;
    }
  /** Complete; `nextCursor` is null on the last page. */
  | { readonly state: 'ROWS'; readonly rows: readonly UsageRow[]; readonly nextCursor: string | null };

/**
 * Upstream's usage operations. Failures are thrown as `UpstreamError`; when `signal` is aborted its reason is
 * thrown as it is.
 */
export interface UsageUpstream {
  start(query: UpstreamQuery, token: string, signal: AbortSignal): Promise<{ upstreamId: string }>;
  /**
   * Asks for results. Of an answer with many rows all but the last are given to `take` while the rest still arrives, and
   * are not in the answer again; what the answer says is known only afterwards. No more is read until `take` has settled,
   * and what it throws is thrown as it is. Without `take` all rows are in the answer.
   */
  poll(query: SubmittedQuery, token: string, signal: AbortSignal, take?: TakeRows): Promise<PollAnswer>;
}

/** Puts rows where they need no memory. */
export type TakeRows = (rows: readonly UsageRow[]) => Promise<void>;

export interface UpstreamQuery {
  readonly operation: UsageOperation;
  readonly request: UsageRequest;
}

export interface SubmittedQuery extends UpstreamQuery {
  readonly upstreamId: string;
  /** Opaque, from an earlier page; null for the first. */
  readonly cursor: string | null;
}
