/**
 * Everything that can go wrong between us and upstream, in the few kinds on which a decision depends. Retry
 * decisions read `kind` and `retryAfterMs`, never a message.
 */
import { RequestError, type RequestErrorCode } from './error-codes.js';

export type UpstreamErrorKind =
  /** 401: the token is not accepted. */
  | 'UNAUTHENTICATED'
  /** 403. */
  | 'FORBIDDEN'
  /** 404. */
  | 'NOT_FOUND'
  /** Any other 4xx that the same request would meet again. */
  | 'REJECTED'
  /** 429. */
  | 'RATE_LIMITED'
  /** 5xx, 408, 409, a broken connection, a deadline, an answer that is not what was asked for. */
  | 'UNAVAILABLE'
  /** A final answer that can not be read: too large, or rows that are none. Asking again would give the same. */
  | 'INVALID_RESULT';

export interface UpstreamErrorDetails {
  /** HTTP status; null when there was no answer. */
  readonly status?: number | null;
  /** Upstream's own `code`, for logs. */
  readonly upstreamCode?: string | null;
  readonly correlationId?: string | null;
  /** How long upstream asks to be left alone; null when it did not say. */
  readonly retryAfterMs?: number | null;
  readonly cause?: unknown;
}

export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly status: number | null;
  readonly upstreamCode: string | null;
  readonly correlationId: string | null;
  readonly retryAfterMs: number | null;

  /** `message` is safe to show: it never holds a token, a header or an address. */
  constructor(
    readonly kind: UpstreamErrorKind,
    message: string,
    details: UpstreamErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.status = details.status ?? null;
    this.upstreamCode = details.upstreamCode ?? null;
    this.correlationId = details.correlationId ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }

  /** The same request may succeed later, without anything else being changed. */
  get retryable(): boolean {
    return this.kind === 'RATE_LIMITED' || this.kind === 'UNAVAILABLE';
  }
}

const REQUEST_CODES: Partial<Record<UpstreamErrorKind, RequestErrorCode>> = {
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  RATE_LIMITED: 'UPSTREAM_UNAVAILABLE',
  UNAVAILABLE: 'UPSTREAM_UNAVAILABLE',
};

/** For a request that needs upstream's answer at once. Null: the fault is ours, and no caller can mend it. */
export function toRequestError(error: UpstreamError): RequestError | null {
  const code = REQUEST_CODES[error.kind];
  return code ? new RequestError(code, error.message, { retryable: error.retryable, cause: error }) : null;
}
