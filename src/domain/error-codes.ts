/**
 * Every code that a client can meet, in three closed lists: one for each place where an error goes. A code is
 * never reused for something else. docs/errors.md explains each.
 */

/** `userErrors[].code`: a start or a cancel that was refused. */
export const USER_ERROR_CODES = {
  INVALID_INTERVAL: 'The interval ends before it starts.',
  INTERVAL_TOO_LONG: 'The interval is longer than the operation allows.',
  INTERVAL_TOO_OLD: 'The interval starts longer ago than the operation allows.',
  INTERVAL_IN_FUTURE: 'The interval starts in the future; usage is served for whole past UTC days.',
  INVALID_DAYS: 'The number of days is out of range.',
  INVALID_ID: 'An id is not of the form that upstream uses.',
  INVALID_FILTER: 'A filter holds too many values, or one that is empty or too long.',
  UNSUPPORTED_DIMENSION: 'The operation does not have this dimension; the message lists those it has.',
  UNSUPPORTED_METRIC: 'The operation does not have this metric; the message lists those it has.',
  UNSUPPORTED_SORT_FIELD: 'The operation can not sort by this field; the message lists those it can.',
  UNSUPPORTED_HTTP_METHOD: 'The operation does not have this HTTP method; the message lists those it has.',
  FORBIDDEN: 'The caller lacks the permission for this operation; the message lists those that would do.',
  NOT_FOUND: 'There is no such execution for this caller, or upstream knows no such OAuth client.',
  ALREADY_FINAL: 'The execution had ended before; nothing was changed.',
  UPSTREAM_REJECTED: 'Upstream refused the query as invalid.',
  INVALID_MAX_AGE: 'The age of a result to be reused is negative.',
  INVALID_IDEMPOTENCY_KEY: 'An idempotency key has 1 to 256 printable characters.',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used for another request within the last 24 hours.',
  INVALID_WAIT: 'The time to wait is out of range.',
} as const;
export type UserErrorCode = keyof typeof USER_ERROR_CODES;

/** `execution.error.code`: an execution that ran and ended without rows. */
export const EXECUTION_ERROR_CODES = {
  UPSTREAM_FAILED: 'Upstream ended the query as failed.',
  UPSTREAM_CANCELED: 'Upstream ended the query as canceled.',
  UPSTREAM_REJECTED: 'Upstream refused the query as invalid.',
  UPSTREAM_FORBIDDEN: 'Upstream refused the query: the credential lacks a permission.',
  UPSTREAM_NOT_FOUND: 'Upstream does not know the query or its OAuth client, or has dropped its result.',
  UPSTREAM_INVALID_RESULT: 'Upstream answered with a result that can not be read.',
  CREDENTIALS_REJECTED:
    'Upstream refused the token with which it was asked, and nobody brought a good one in time.',
  CREDENTIALS_MISSING:
    'The token with which it was asked was held in memory alone and is lost, and nobody brought another one in time.',
  DEADLINE_EXCEEDED: 'Upstream did not finish within the time that we wait.',
} as const;
export type ExecutionErrorCode = keyof typeof EXECUTION_ERROR_CODES;

/** `errors[].extensions.code`: the request itself failed. Codes of the GraphQL library are listed in docs/errors.md. */
export const REQUEST_ERROR_CODES = {
  UNAUTHENTICATED: 'No bearer token, or one that is not accepted.',
  FORBIDDEN: 'The caller may not do this.',
  NOT_FOUND: 'There is no such execution for this caller.',
  NOT_SUCCEEDED: 'The execution has no rows to export: it has not ended yet, or has ended without them.',
  BAD_USER_INPUT: 'An argument has a value that can not be used.',
  QUERY_TOO_COMPLEX: 'The document is too large, or may return too much; see docs/limits.md.',
  DOCUMENT_NOT_TRUSTED: 'Only listed documents are accepted here, and this is none of them.',
  PERSISTED_QUERY_NOT_FOUND: 'The document of this hash is not known (any more): send its text along.',
  NOT_COMPARABLE: 'The two executions do not tell the same, or one of them has no rows.',
  UPSTREAM_UNAVAILABLE: 'Upstream can not be reached just now; try again.',
  SERVICE_UNAVAILABLE: 'This service can not answer just now; try again.',
  RATE_LIMITED: 'Too much at once from this caller or this address; wait for as long as the answer says.',
  INTERNAL_SERVER_ERROR: 'Something unexpected; the request id finds it in the logs.',
} as const;
export type RequestErrorCode = keyof typeof REQUEST_ERROR_CODES;

/**
 * A known failure of a request that is not part of its data: the transports show `code` and `message` as they
 * are. `retryable` says whether the same request may succeed later.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    readonly code: RequestErrorCode,
    message: string,
    options: {
      readonly retryable?: boolean;
      readonly retryAfterSeconds?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable ?? false;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
  readonly retryable: boolean;
  /** When the same request may succeed; null when nobody can tell. */
  readonly retryAfterSeconds: number | null;
}

/** It is the same for an id that never was, a foreign one, and one that was. */
export const NOT_FOUND_BECAUSE =
  'It may have expired (start it anew), or the id is not right: it is the one that the start gave, to the same organization.';

/** The same for an execution that is unknown, foreign or expired: nobody can tell which. */
export function executionNotFound(): RequestError {
  return new RequestError('NOT_FOUND', `There is no such execution. ${NOT_FOUND_BECAUSE}`);
}

/** Who can mend that a permission is missing. */
export const ASK_FOR_ROLE = 'Ask an administrator of the organization for a role that has it.';

/** A refusal of one input, as data: `field` is the path into the mutation's arguments. */
export interface UserError {
  readonly code: UserErrorCode;
  readonly message: string;
  readonly field: readonly string[];
}
