/** Tells a database that can't serve just now from a statement that is wrong. */
import { errorCode } from '../lib/file-error.js';
import { RequestError } from '../domain/error-codes.js';

/**
 * SQLSTATE classes: connection exception, a refused login (the password is just being changed), transaction rollback,
 * insufficient resources, operator intervention, system error.
 */
const UNAVAILABLE_CLASSES = ['08', '28', '40', '53', '57', '58'];
const UNAVAILABLE_CODES = [
  // A server that has become a standby takes no writes until the address leads to the new primary.
  '25006',
  // An object that is not in the state for it (a database that is just being moved), in use, or locked for too long.
  '55000',
  '55006',
  '55P03',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];
/** `pg` gives these no code. */
const MESSAGES =
  /timeout exceeded when trying to connect|timeout expired|Query read timeout|Connection terminated|Client has encountered a connection error/;
const DISK_FULL = '53100';
const CANCELED = '57014';

/** The same methods, with errors of availability turned into one that a client may be shown and may retry. */
export function availability<T extends object>(methods: T): T {
  const wrapped = Object.entries(methods).map(([name, method]: [string, unknown]) => [name, guard(method)]);
  return Object.fromEntries(wrapped) as T;
}

function guard(method: unknown): unknown {
  if (typeof method !== 'function') return method;
  return async (...args: unknown[]): Promise<unknown> => {
    try {
      return (await method(...args)) as unknown;
    } catch (error) {
      throw isUnavailable(error) ? unavailable(error) : error;
    }
  };
}

function unavailable(cause: unknown): RequestError {
  const what =
    errorCode(cause) === DISK_FULL
      ? 'The store has no room left, which its operator has to mend.'
      : 'The store can not be reached just now.';
  const message = `${what} Nothing that was acknowledged is lost; try again shortly.`;
  return new RequestError('SERVICE_UNAVAILABLE', message, { retryable: true, cause });
}

/** The same statement may succeed later, without anything else being changed. */
export function isUnavailable(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  const message = error instanceof Error ? error.message : '';
  return (
    UNAVAILABLE_CLASSES.includes(code.slice(0, 2)) ||
    UNAVAILABLE_CODES.includes(code) ||
    MESSAGES.test(message)
  );
}

/** Ended by us, since nobody waited for it any more; one that took too long has the same code. */
export function isCanceled(error: unknown): boolean {
  return errorCode(error) === CANCELED && error instanceof Error && error.message.includes('user request');
}

/** What went wrong in a few words for the log: PostgreSQL's own, or the code of a connection that failed. */
export function reasonOf(error: unknown): string {
  const code = errorCode(error) ?? '';
  const message = error instanceof Error ? error.message || error.name : String(error);
  return /^[0-9A-Z]{5}$/.test(code) ? message : code || message;
}
