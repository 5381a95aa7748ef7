/** Why an open execution makes no headway just now: told in one word, derived here alone. */
import type { ExecutionErrorCode } from './error-codes.js';
import { type Execution, isFinal } from './execution.js';

export const EXECUTION_WAITS = [
  'CREDENTIALS',
  'UPSTREAM_BUDGET',
  'UPSTREAM_RETRY_AFTER',
  'UPSTREAM_UNAVAILABLE',
] as const;
export type ExecutionWait = (typeof EXECUTION_WAITS)[number];

const CREDENTIAL_CODES: readonly ExecutionErrorCode[] = ['CREDENTIALS_REJECTED', 'CREDENTIALS_MISSING'];

/** True for a code that says that upstream can't be asked for lack of a good token. */
export function isCredentialCode(code: ExecutionErrorCode | undefined): boolean {
  return code !== undefined && CREDENTIAL_CODES.includes(code);
}

/**
 * Null when nothing is in the way: it is final, upstream works on it, or its first poll has not come yet. What lacks a
 * token is told before all else, since nothing but a token helps it.
 */
export function waitingFor(
  execution: Pick<Execution, 'status' | 'lastFailure' | 'isPutOff'>,
): ExecutionWait | null {
  const { status, lastFailure, isPutOff } = execution;
  if (isFinal(status)) return null;
  if (isCredentialCode(lastFailure?.code)) return 'CREDENTIALS';
  if (isPutOff) return 'UPSTREAM_BUDGET';
  if (lastFailure === null) return null;
  return lastFailure.retryAfter === null ? 'UPSTREAM_UNAVAILABLE' : 'UPSTREAM_RETRY_AFTER';
}
