import { RequestError } from '../domain/error-codes.js';
import { UpstreamError } from '../domain/upstream-error.js';
import type { LogFields } from '../lib/loggable.js';
import type { Logger } from '../lib/logger.js';

/**
 * For work that is done again by itself. What is only away just now is told by the adapter that misses it, once for
 * all; here it would be a line for each execution, each second. Everything else is a warning with its cause.
 */
export function logFailure(log: Logger, error: unknown, fields: LogFields, message: string): void {
  const isKnown = error instanceof RequestError || error instanceof UpstreamError;
  if (isKnown && error.retryable) log.debug({ ...fields, reason: error.message }, message);
  else log.warn({ ...fields, err: error }, message);
}
