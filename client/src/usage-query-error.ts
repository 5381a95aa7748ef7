import type { UsageExecutionState, UsageUserError } from './execution-state.js';
import type { GraphQLErrorLike } from './usage-client.js';

/**
 * How a usage query came to nothing.
 *
 * - `refused`: the start was refused; `userErrors` says why.
 * - `ended`: it ran, and ended without rows: failed, timed out, or canceled by somebody.
 * - `request`: the server refused a request: the token, a right, the document, a limit; or it gave no usable answer.
 * - `network`: no answer came, and waiting for one was given up.
 * - `aborted`: your signal ended the waiting.
 */
export type UsageQueryErrorKind = 'refused' | 'ended' | 'request' | 'network' | 'aborted';

export interface UsageQueryErrorOptions {
  readonly kind: UsageQueryErrorKind;
  readonly code: string;
  readonly retryable: boolean;
  readonly userErrors?: readonly UsageUserError[];
  readonly executionId?: string | null;
  readonly execution?: UsageExecutionState | null;
  readonly canceled?: boolean;
  readonly retryAfterMs?: number | null;
  readonly cause?: unknown;
}

/** The one error that a usage query ends with. */
export class UsageQueryError extends Error {
  override readonly name = 'UsageQueryError';
  readonly kind: UsageQueryErrorKind;
  /**
   * For programs: a code of the service (of a user error, an execution's error, or of `errors[].extensions`), or one of
   * our own: `CANCELED`, `NETWORK_ERROR`, `INVALID_ANSWER`, `ABORTED`.
   */
  readonly code: string;
  /** The same query may succeed later without being changed. */
  readonly retryable: boolean;
  /** All that was wrong with a start; empty unless it was refused. */
  readonly userErrors: readonly UsageUserError[];
  /** Of the execution, when one had been started: `followUsageExecution` takes it up again. */
  readonly executionId: string | null;
  /** Its last known state. */
  readonly execution: UsageExecutionState | null;
  /** Only after an abort: the execution was canceled at the server, and does not go on there. */
  readonly canceled: boolean;
  /** The server asked to be left alone for so long; null when it did not. */
  readonly retryAfterMs: number | null;

  constructor(message: string, options: UsageQueryErrorOptions) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.kind = options.kind;
    this.code = options.code;
    this.retryable = options.retryable;
    this.userErrors = options.userErrors ?? [];
    this.execution = options.execution ?? null;
    this.executionId = options.executionId ?? this.execution?.id ?? null;
    this.canceled = options.canceled ?? false;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** Where the waiting stood when something went wrong. */
export interface Standing {
  readonly executionId: string | null;
  readonly execution: UsageExecutionState | null;
}

/** A request that the server answered with errors. */
export function refusedRequest(errors: readonly GraphQLErrorLike[], standing: Standing): UsageQueryError {
  const { message = 'The server answered with an error.', extensions = {} } = errors[0] ?? {};
  const { code, retryable, retryAfterSeconds } = extensions;
  return new UsageQueryError(message, {
    kind: 'request',
    code: typeof code === 'string' ? code : 'INVALID_ANSWER',
    retryable: retryable === true,
    retryAfterMs: typeof retryAfterSeconds === 'number' ? retryAfterSeconds * 1_000 : null,
    ...standing,
  });
}

/** An answer that is none of this service. */
export function invalidAnswer(message: string, standing: Standing): UsageQueryError {
  return new UsageQueryError(message, {
    kind: 'request',
    code: 'INVALID_ANSWER',
    retryable: false,
    ...standing,
  });
}

/** No answer. */
export function networkError(message: string, standing: Standing, cause: unknown): UsageQueryError {
  return new UsageQueryError(message, {
    kind: 'network',
    code: 'NETWORK_ERROR',
    retryable: true,
    cause,
    ...standing,
  });
}

/** The server knows the id no more, or does not tell this caller. */
export function notFound(id: string): UsageQueryError {
  const message = `There is no execution ${id} for this caller: unknown, of another organization, or expired.`;
  return new UsageQueryError(message, {
    kind: 'request',
    code: 'NOT_FOUND',
    retryable: false,
    executionId: id,
  });
}

/** An execution that is final and has no rows. */
export function endedWithoutRows(execution: UsageExecutionState): UsageQueryError {
  const { status, error } = execution;
  if (!error)
    return new UsageQueryError(`The query ended as ${status}.`, {
      kind: 'ended',
      code: status,
      retryable: true,
      execution,
    });
  const { code, message, retryable, retryAfter } = error;
  const retryAfterMs = retryAfter === null ? null : Math.max(0, Date.parse(retryAfter) - Date.now());
  return new UsageQueryError(message, { kind: 'ended', code, retryable, execution, retryAfterMs });
}
