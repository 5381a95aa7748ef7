/**
 * Glossary
 *
 * execution   one usage query that we carry from its start to its final state; the one noun of this program
 * request     what it asks, in canonical form (domain/request.ts)
 * upstream    Genesys Cloud's usage API, or the simulated one
 * poll        one request for the results of a started query
 * lease       the time for which one node alone may work on an execution; ends by itself when the node dies
 * fence       a number that rises with each claim; a write that bears an old one changes nothing
 * final       SUCCEEDED, FAILED, CANCELED or TIMED_OUT: never left again
 * data day    the UTC day up to which upstream has computed usage
 * scope       who shares executions: a whole tenant, or one OAuth client whose permissions are unknown
 *
 * The states and their legal moves:
 *
 *   QUEUED ──> RUNNING ──> SUCCEEDED
 *     │           ├──────> FAILED
 *     └───────────┴──────> CANCELED, TIMED_OUT   (and QUEUED ──> FAILED)
 */
import type { ExecutionErrorCode } from './error-codes.js';
import type { UsageOperation } from './operation.js';
import type { UsageRequest } from './request.js';

export const EXECUTION_STATUSES = [
  'QUEUED',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'CANCELED',
  'TIMED_OUT',
] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

const MOVES: Readonly<Record<ExecutionStatus, readonly ExecutionStatus[]>> = {
  QUEUED: ['RUNNING', 'FAILED', 'CANCELED', 'TIMED_OUT'],
  RUNNING: ['SUCCEEDED', 'FAILED', 'CANCELED', 'TIMED_OUT'],
  SUCCEEDED: [],
  FAILED: [],
  CANCELED: [],
  TIMED_OUT: [],
};

/** True when nothing can change any more. */
export function isFinal(status: ExecutionStatus): boolean {
  return MOVES[status].length === 0;
}

/** The states from which `to` may be reached; the store writes a move only from one of them. */
export function originsOf(to: ExecutionStatus): ExecutionStatus[] {
  return EXECUTION_STATUSES.filter((from) => MOVES[from].includes(to));
}

/** Why an execution ended otherwise than with rows. Safe to show to the caller. */
export interface ExecutionError {
  readonly code: ExecutionErrorCode;
  readonly message: string;
  /** Starting the same query again may succeed. */
  readonly retryable: boolean;
  /** Not before this instant; null: whenever. */
  readonly retryAfter: Date | null;
  /** HTTP status of upstream's last answer; null when there was none. */
  readonly upstreamStatus: number | null;
  /** Upstream's `ININ-Correlation-Id`, which its support asks for. */
  readonly correlationId: string | null;
}

/** Why upstream was not asked although it was time; see `domain/delay.ts`. */
export type PutOffReason = 'BUDGET_USED_UP' | 'UPSTREAM_ASKED_TO_WAIT' | 'UPSTREAM_FAILING';

/** Whose an execution is. */
export interface Owner {
  readonly organizationId: string;
  /** `tenant`, or `client:<id>` for a caller whose permissions are unknown. */
  readonly scope: string;
  /** Id of the user or the OAuth client that started it. */
  readonly subjectId: string;
}

export interface Execution {
  /** Ours, opaque: `exe_` and 32 hexadecimal digits. */
  readonly id: string;
  /** 1 at creation; rises with every change. */
  readonly version: number;
  readonly operation: UsageOperation;
  readonly status: ExecutionStatus;
  readonly request: UsageRequest;
  readonly owner: Owner;
  /** Names the credential with which upstream is asked (see `CredentialSource`). */
  readonly credentialId: string;
  readonly upstreamId: string | null;
  readonly createdAt: Date;
  readonly submittedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly expiresAt: Date | null;
  /** When we stop waiting for upstream. */
  readonly deadlineAt: Date;
  /** End of the data day that the rows cover. */
  readonly asOf: Date | null;
  readonly pollCount: number;
  /** Attempts in a row that got no usable answer. */
  readonly failureCount: number;
  readonly nextPollAt: Date | null;
  /** Ended here without upstream having said so; upstream has no cancel. */
  readonly upstreamMayStillRun: boolean;
  readonly error: ExecutionError | null;
  /** Why upstream could not be asked the last time; null after an answer, and when final. */
  readonly lastFailure: ExecutionError | null;
  /** Upstream is not asked until somebody brings a token; at the deadline it ends. */
  readonly awaitsCredentials: boolean;
  /** Why upstream was not asked the last time that it was due; null when it was asked, and when final. */
  readonly putOff: PutOffReason | null;
  readonly truncated: boolean;
  /** Rows of the result; 0 until it has succeeded. */
  readonly rowCount: number;
  /** The trace within which it was created, for whoever follows traces; null or left out: nobody did. */
  readonly traceContext?: string | null;
}

/** How an execution ends. The store writes it once. */
export type Outcome =
  | { readonly status: 'SUCCEEDED'; readonly asOf: Date; readonly truncated: boolean }
  | {
      readonly status: 'FAILED' | 'TIMED_OUT';
      readonly error: ExecutionError;
      readonly upstreamMayStillRun: boolean;
    }
  | { readonly status: 'CANCELED'; readonly upstreamMayStillRun: boolean };

/** One row of a result, as upstream counted it; null where it was not asked for. */
export interface UsageRow {
  /** `yyyy-MM-dd`, first day of the granularity's period. */
  readonly date: string | null;
  readonly oauthClientId: string | null;
  readonly oauthClientName: string | null;
  readonly organizationId: string | null;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly platform: string | null;
  readonly httpMethod: string | null;
  readonly templateUri: string | null;
  readonly requests: number | null;
  readonly status200: number | null;
  readonly status300: number | null;
  readonly status400: number | null;
  readonly status429: number | null;
  readonly status500: number | null;
}

/** Sums over rows; a counter that the query did not ask for is null, never 0. */
export interface UsageTotals {
  readonly rowCount: number;
  readonly requests: number | null;
  readonly status200: number | null;
  readonly status300: number | null;
  readonly status400: number | null;
  readonly status429: number | null;
  readonly status500: number | null;
}
