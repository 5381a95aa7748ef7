/**
 * What the services need of the world, a file for each part of it; here: what is kept of executions, and who may work on
 * one. Adapters (`upstream`, `store`, `events`, `auth`) implement these interfaces, know this folder and their own library,
 * and never each other.
 */
import type { Visibility } from '../caller.js';
import type {
  Execution,
  ExecutionError,
  Outcome,
  Owner,
  PutOffReason,
  UsageRow,
  UsageTotals,
} from '../execution.js';
import type { ComparedGroup, ComparisonQuery } from '../comparison.js';
import type { ExecutionFilter } from '../execution-filter.js';
import type { GroupQuery, UsageGroup } from '../group-query.js';
import type { OverdueSpread } from '../overdue.js';
import type { UsageOperation } from '../operation.js';
import type { UsageRequest } from '../request.js';
import type { RowBlock } from '../row-block.js';
import type { RowFilter, RowQuery } from '../row-query.js';
import type { SealedToken, CredentialLack, HeldCredential } from './credentials.js';

/** An execution that this node alone may work on until the lease ends. */
export interface Claim {
  readonly execution: Execution;
  /** Rises with each claim; writes that bear an older one change nothing. */
  readonly fence: number;
  /** Where the draining of a paged result stands; null before its first page. */
  readonly cursor: string | null;
  /** Rows of the pages before it, stored already. */
  readonly storedRows: number;
  /** Judged by the store's clock, like every time that decides something. */
  readonly pastDeadline: boolean;
  /** Since upstream accepted the query, or since its creation before that. */
  readonly ageMs: number;
  /** That age when upstream last said that the query still ran; 0 before that. */
  readonly runningAtMs: number;
  /** Another claim had not been given back: its node died, or hung for longer than its lease. @default false */
  readonly takenOver?: boolean;
}

export interface NewExecution {
  readonly operation: UsageOperation;
  readonly request: UsageRequest;
  readonly owner: Owner;
  readonly credentialId: string;
  /** Encrypted token, when it may be kept at rest; null: the node that created it holds it in memory. */
  readonly sealedCredential: SealedToken | null;
  /** The token is in the memory of the node that creates it and nowhere else: no other node may ask. @default false */
  readonly heldHere?: boolean;
  readonly deadlineMs: number;
  /** Identical ones have the same; see `domain/request-key.ts`. */
  readonly requestKey: string;
  /** See `Execution`. */
  readonly traceContext?: string;
}

/** Which execution may stand in for a new one. */
export interface Sharing {
  readonly visibility: Visibility;
  readonly requestKey: string;
  /** Results that are at most so old are reused; null: any that is kept. 0: nothing is reused, and nothing joined. */
  readonly maxAgeSeconds: number | null;
  /** Null: the caller gave none. */
  readonly idempotency: Idempotency | null;
}

/** A caller's own name for a start; for 24 hours it stands for one request of one subject. */
export interface Idempotency {
  readonly key: string;
  readonly subjectId: string;
  /** What is asked; see `requestDigest`. */
  readonly requestDigest: string;
}

export type SharedStart =
  /** An execution that was there before: open, or final. */
  | { readonly source: 'JOINED' | 'REUSED'; readonly execution: Execution }
  /** The idempotency key stands for another request. */
  | { readonly source: 'KEY_TAKEN' };

export type StoredStart = SharedStart | { readonly source: 'FRESH'; readonly claim: Claim };

export interface PageOf<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
}

/**
 * Executions and their rows. Every time is the database's clock. Methods that take a `Claim` return null (or
 * false) when the claim is no longer valid: the lease was lost, or the execution is final.
 */
export interface ExecutionStore {
  /** Stores the intent, already claimed by this node, so that a crash before the upstream POST loses nothing. */
  create(intent: NewExecution, node: string, leaseMs: number): Promise<Claim>;
  /**
   * What may stand in for a new execution: the one bound to the idempotency key, whatever became of it; without a
   * key an identical one that runs or has succeeded. Null: there is none.
   */
  findShared(sharing: Sharing): Promise<SharedStart | null>;
  /**
   * The same, or else stores the intent as `create` does: however many ask at once, at whichever node, one alone gets
   * a new execution. Binds the idempotency key to what it gives.
   */
  createUnlessShared(
    intent: NewExecution,
    sharing: Sharing,
    node: string,
    leaseMs: number,
  ): Promise<StoredStart>;
  /** Claims up to `limit` executions that are due, the longest due first. */
  claimDue(node: string, limit: number, leaseMs: number): Promise<Claim[]>;
  /** Milliseconds until the next execution that this node may ask for is due, 0 when one is; null when there is none. */
  msUntilNextDue(node: string): Promise<number | null>;
  /** Gives what has been due for long, when it is much, times to come; gives their number. */
  spreadOverdue(spread: OverdueSpread): Promise<number>;
  /** Prolongs the lease. */
  renew(claim: Claim, leaseMs: number): Promise<boolean>;
  /** Upstream has accepted the query. */
  recordSubmitted(claim: Claim, upstreamId: string, nextPollInMs: number): Promise<Execution | null>;
  /** Upstream was asked (`polled`) or could not be (`failed`) and is to be asked again; gives the lease back. */
  recordAttempt(claim: Claim, attempt: Attempt): Promise<Execution | null>;
  /**
   * Upstream was not asked: it is to be asked later. Gives the lease back and changes `nextPollAt` and `putOff` alone,
   * not the version.
   */
  postpone(claim: Claim, inMs: number, reason: PutOffReason): Promise<Execution | null>;
  /** It has no token that upstream accepts: it waits until somebody lends one, or for its deadline. Gives the lease back. */
  awaitCredentials(claim: Claim, failure: ExecutionError, lack: CredentialLack): Promise<Execution | null>;
  /** Ids of those that a subject has started and that wait for a token; a thousand at most. */
  awaitingCredentials(visibility: Visibility, subjectId: string): Promise<string[]>;
  /**
   * Gives a token to those of the executions that wait for one and are visible, and makes them due; the first time at
   * once, after further refusals ever later. Gives the ids of those that took it: one that upstream has refused is
   * taken again after a minute at the earliest.
   */
  lendCredential(
    ids: readonly string[],
    visibility: Visibility,
    credential: HeldCredential,
    node: string,
  ): Promise<string[]>;
  /** Makes those due that others have found waiting for a token which this node has in its memory; gives their number. */
  reclaimHeld(node: string): Promise<number>;
  /** The same for those whose token is sealed with one of these keys, a minute after it could not be opened. */
  reclaimSealed(keyIds: readonly string[]): Promise<number>;
  /**
   * Puts rows of an answer down while the rest of it still arrives, behind the `staged` ones of the same answer. They
   * count, and are ever seen, only when `appendRows` or `finish` is told of them.
   */
  stageRows(claim: Claim, staged: number, rows: readonly UsageRow[]): Promise<boolean>;
  /**
   * Appends one page of a result that has more pages, and remembers where the next one starts. `staged`: how many rows of
   * the page were put down before these.
   */
  appendRows(claim: Claim, rows: readonly UsageRow[], nextCursor: string, staged?: number): Promise<boolean>;
  /** Ends the execution, with the last page of its rows, in one transaction. `staged` as in `appendRows`. */
  finish(
    claim: Claim,
    outcome: Outcome,
    rows: readonly UsageRow[],
    resultTtlMs: number,
    staged?: number,
  ): Promise<Execution | null>;
  /** Gives the lease back without a change, so that another node may take over at once. */
  release(claim: Claim): Promise<void>;
  /** Ends an execution on its owner's behalf; null when it is unknown, invisible or final already. */
  cancel(id: string, visibility: Visibility, resultTtlMs: number): Promise<Execution | null>;

  get(id: string, visibility: Visibility): Promise<Execution | null>;
  /**
   * Many at once and for nobody in particular: whoever delivers them checks the visibility. Unknown and expired
   * ones are absent.
   */
  getMany(ids: readonly string[]): Promise<ReadonlyMap<string, Execution>>;
  /** Newest first, after the execution with the given creation instant and id. */
  list(visibility: Visibility, filter: ExecutionFilter, page: ListPage): Promise<PageOf<Execution>>;
  /** How many there are on the list. */
  count(visibility: Visibility, filter: ExecutionFilter): Promise<number>;
  /** Which executions ended at or after an instant, oldest first; without their contents, since there may be many. */
  finishedSince(visibility: Visibility, since: Date): Promise<readonly FinishedMark[]>;

  /** Deletes a small part of what has expired. True when there is more. */
  deleteExpired(): Promise<boolean>;
  /** The store's clock. */
  now(): Promise<Date>;
  /** Those of the given credentials that an open execution still needs. */
  neededCredentials(credentialIds: readonly string[]): Promise<string[]>;

  /**
   * This and the other questions to rows are rejected when `signal` is aborted, and their statements end in the
   * database.
   *
   * Rows behind the one at the given position (0: from the start): in the order in which upstream gave them, or in the
   * order and with the filter of `query`. The row at the position need not pass the filter.
   */
  rows(
    executionId: string,
    after: number,
    first: number,
    query?: RowQuery,
    signal?: AbortSignal,
  ): Promise<PageOf<PositionedRow>>;
  /**
   * The `count` rows behind position `after`, in upstream's order, by columns. Null when they are not all kept so, and
   * are to be read as `rows`.
   */
  blocks(executionId: string, after: number, count: number): Promise<readonly RowBlock[] | null>;
  countRows(executionId: string, filter: RowFilter, signal?: AbortSignal): Promise<number>;
  /** Over all rows, or over those that pass a filter. Sums stop at the largest number that JavaScript has exactly. */
  totals(executionId: string, filter?: RowFilter, signal?: AbortSignal): Promise<UsageTotals>;
  groups(executionId: string, query: GroupQuery, signal?: AbortSignal): Promise<UsageGroup[]>;
  /** The groups of two executions by their keys, the largest change first. */
  compare(
    baselineId: string,
    currentId: string,
    query: ComparisonQuery,
    signal?: AbortSignal,
  ): Promise<ComparedGroup[]>;
  /**
   * The `count` rows that follow position `after`, in the same order, for reading a result from first to last; fewer
   * when they are not there. Rejects when `signal` is aborted, and ends the statement in the database.
   */
  scanRows(
    executionId: string,
    after: number,
    count: number,
    signal: AbortSignal,
  ): Promise<readonly UsageRow[]>;
}

export interface PositionedRow {
  /** 1 for the first row that upstream gave. */
  readonly position: number;
  readonly row: UsageRow;
}

export interface Attempt {
  /** An answer was read: counts as a poll and ends a row of failures. */
  readonly polled: boolean;
  /** Why not, when it was not. */
  readonly failure?: ExecutionError | null;
  readonly nextPollInMs: number;
}

export interface ListPage {
  readonly first: number;
  readonly after: { readonly createdAt: Date; readonly id: string } | null;
}

/** That an execution has ended, and when. */
export interface FinishedMark {
  readonly id: string;
  readonly finishedAt: Date;
}
