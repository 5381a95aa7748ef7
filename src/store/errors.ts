/** Tells a database that can't be reached from a statement that is wrong. */
import { errorCode } from '../lib/file-error.js';
import { RequestError } from '../domain/error-codes.js';

/** SQLSTATE classes: connection exception, insufficient resources, operator intervention. */
const UNAVAILABLE_CLASSES = ['08', '53', '57'];
const SYSTEM_CODES = [
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
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/;

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
  const message =
    'The store can not be reached just now. Nothing that was acknowledged is lost; try again shortly.';
  return new RequestError('SERVICE_UNAVAILABLE', message, { retryable: true, cause });
}

function isUnavailable(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  const message = error instanceof Error ? error.message : '';
  return (
    UNAVAILABLE_CLASSES.includes(code.slice(0, 2)) || SYSTEM_CODES.includes(code) || MESSAGES.test(message)
  );
}
