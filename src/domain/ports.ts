/**
 * What the services need of the world. Adapters (`upstream`, `store`, `events`, `auth`) implement these
 * interfaces, know this folder and their own library, and never each other.
 */
import type { Caller, NamedEntity, Visibility } from './caller.js';
import type {
  Execution,
  ExecutionError,
  Outcome,
  Owner,
  PutOffReason,
  UsageRow,
  UsageTotals,
} from './execution.js';
import type { ComparedGroup, ComparisonQuery } from './comparison.js';
import type { ExecutionFilter } from './execution-filter.js';
import type { GroupQuery, UsageGroup } from './group-query.js';
import type { OverdueSpread } from './overdue.js';
import type { UsageOperation } from './operation.js';
import type { UsageRequest } from './request.js';
import type { RowBlock } from './row-block.js';
import type { Admission, BudgetState, UpstreamCall } from './upstream-budget.js';
import type { Passage } from './upstream-trouble.js';
import type { RowFilter, RowQuery } from './row-query.js';

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

/** A token as it is kept at rest. */
export interface SealedToken {
  readonly keyId: string;
  readonly sealed: Buffer;
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

/** Who a token belongs to, as upstream tells. Failures are thrown as `UpstreamError` (`UNAUTHENTICATED` for a bad token). */
export interface UpstreamIdentity {
  describeToken(token: string, signal: AbortSignal): Promise<TokenDescription>;
  /**
   * Null when upstream says that there is no user to ask about, as for a client-credentials token; a user whom it
   * does not describe for another reason is an error.
   */
  describeUser(
    token: string,
    signal: AbortSignal,
  ): Promise<(NamedEntity & { readonly permissions: readonly string[] }) | null>;
}

export interface TokenDescription {
  readonly organization: NamedEntity;
  readonly client: NamedEntity;
  /** Whether a user stands behind the token; null when upstream does not say. */
  readonly kind: Caller['subject']['kind'] | null;
}

/** Names of what rows point at. Unknown and forbidden ids are absent from the answer. */
export interface UpstreamDirectory {
  oauthClients(token: string, signal: AbortSignal): Promise<readonly NamedEntity[]>;
  oauthClientsById(
    ids: readonly string[],
    token: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, NamedEntity>>;
  usersById(
    ids: readonly string[],
    token: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, NamedEntity>>;
}

/** Turns a bearer token into a caller; throws `RequestError` (`UNAUTHENTICATED`, `UPSTREAM_UNAVAILABLE`). */
export interface Authenticator {
  /**
   * What was found out longer than `maxAgeMs` ago is found out again; left out, the authenticator decides. For
   * connections that outlive their request and must notice that their token was revoked.
   */
  authenticate(token: string, maxAgeMs?: number): Promise<Caller>;
}

/** Upstream has refused the token, or nobody has it any more. */
export type CredentialLack = 'REFUSED' | 'MISSING';

/** A token that is kept for polling, by its name. */
export interface HeldCredential {
  readonly credentialId: string;
  /** To be stored with what needs it; null: it is not kept at rest. */
  readonly sealed: SealedToken | null;
  /** No other node can have it. */
  readonly onlyHere: boolean;
}

/** The tokens with which upstream is asked for executions that outlive the request that started them. */
export interface CredentialSource {
  /** Keeps what is needed to poll for this caller. */
  hold(caller: Caller): HeldCredential;
  /** The token to use now; null when this node does not have it (any more). Throws `UpstreamError` when it is fetched. */
  tokenFor(credentialId: string): Promise<string | null>;
  /** Upstream refused this token. True when a new one may be had, so that asking again makes sense. */
  refused(credentialId: string, token: string): Promise<boolean>;
  /** Ids of the tokens held in memory for more than a minute, for whoever asks whether they are still needed. */
  heldIds(): string[];
  /** Forgets a token held in memory. */
  release(credentialId: string): void;
}

/** The service's own token, renewed as needed. */
export interface ServiceTokenSource {
  /**
   * Throws `UpstreamError`: `UNAUTHENTICATED` when the service's credentials are refused; `retryAfterMs` says when the
   * login is asked again, so that nobody need ask sooner.
   */
  token(): Promise<string>;
  /** Upstream refused this token: it is not given out again. */
  invalidate(token: string): void;
}

/** Calls to upstream, counted for each credential (see `CredentialSource`) over all nodes, by the store's clock. */
export interface UpstreamBudgetStore {
  /** Counts a call that fits; one that does not must not be made. */
  admit(credentialId: string, call: UpstreamCall): Promise<Admission>;
  /** Counts a call that was made without asking. */
  count(credentialId: string): Promise<void>;
  /** Upstream wants to be left alone: nothing is admitted for so long. */
  block(credentialId: string, ms: number): Promise<void>;
  read(credentialId: string): Promise<BudgetState>;
  /** Forgets credentials that have their whole budget; gives their number. */
  sweep(): Promise<number>;
}

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

/** What fails of upstream, counted over all nodes; keys name the host and credentials. See `domain/upstream-trouble.ts`. */
export interface UpstreamTroubleStore {
  pass(keys: readonly string[]): Promise<Passage>;
  /**
   * A call has failed. `subject` names its query, `probes` are those that `pass` gave for it. Gives the milliseconds
   * for which calls now pause, 0 when they do not.
   */
  failed(keys: readonly string[], subject: string, probes: readonly string[]): Promise<number>;
  /** A call has been answered: nothing pauses any more. True when something did. */
  worked(keys: readonly string[]): Promise<boolean>;
  /** A probe was not made after all: the next call is one. */
  yieldProbes(keys: readonly string[]): Promise<void>;
  /** Forgets what has not been asked for a day; gives their number. */
  sweep(): Promise<number>;
}

/** Tokens at rest, for `CredentialSource`. They are written by `ExecutionStore`, with what needs them. */
export interface SealedTokenStore {
  load(credentialId: string): Promise<SealedToken | null>;
  /** Erases those that no open execution has needed for a minute; gives their number. */
  sweep(): Promise<number>;
}

/** That an execution has ended, and when. */
export interface FinishedMark {
  readonly id: string;
  readonly finishedAt: Date;
}

/** A change of an execution, or the notice that changes may have been missed and everything must be read again. */
export type ExecutionEvent =
  { readonly type: 'CHANGED'; readonly id: string; readonly version: number } | { readonly type: 'RESYNC' };

/**
 * Tells of changes, on whichever node they were made. A hint for latency: the store is the truth. Listening is
 * effective when the promise is settled; the function that it gives ends it.
 */
export interface ExecutionEvents {
  onExecution(id: string, listener: (event: ExecutionEvent) => void): Promise<() => void>;
  onFinished(organizationId: string, listener: (event: ExecutionEvent) => void): Promise<() => void>;
}
