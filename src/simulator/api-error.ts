import type { ErrorBody, ErrorDetail } from './wire.js';

/** An answer other than success, with the code and words that upstream would use. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: ErrorDetail[] = [],
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** The body that goes with an error; the correlation id is its `contextId`. */
export function toErrorBody(error: ApiError, correlationId: string): ErrorBody {
  const { status, code, message, details } = error;
  return { message, code, status, contextId: correlationId, details, errors: [] };
}

/** 400 for one field of a body or one query parameter. */
export function invalid(
  code: 'bad.request' | 'invalid.date' | 'invalid.value',
  fieldName: string,
  message: string,
): ApiError {
  return new ApiError(400, code, message, [{ errorCode: code, fieldName }]);
}

/** 404: not there, or not the caller's to see. */
export function notFound(what: string): ApiError {
  return new ApiError(404, 'not.found', `${what} was not found`);
}
