import { describe, expect, it } from '@jest/globals';

import type { ExecutionErrorCode } from '../../src/domain/error-codes.js';
import type { ExecutionError } from '../../src/domain/execution.js';
import { waitingFor } from '../../src/domain/waiting.js';

const OPEN = { status: 'RUNNING', lastFailure: null, isPutOff: false } as const;

function failed(code: ExecutionErrorCode, retryAfter: Date | null = null): ExecutionError {
  return { code, message: '', retryable: true, retryAfter, upstreamStatus: null, correlationId: null };
}

describe('what an execution waits for', () => {
  it('is nothing while upstream works on it, and when it is final', () => {
    expect(waitingFor(OPEN)).toBeNull();
    expect(waitingFor({ ...OPEN, status: 'FAILED', lastFailure: failed('CREDENTIALS_REJECTED') })).toBeNull();
  });

  it.each([
    ['CREDENTIALS', { lastFailure: failed('CREDENTIALS_REJECTED', new Date()), isPutOff: true }],
    ['CREDENTIALS', { lastFailure: failed('CREDENTIALS_MISSING') }],
    ['UPSTREAM_BUDGET', { isPutOff: true, lastFailure: failed('DEADLINE_EXCEEDED') }],
    ['UPSTREAM_RETRY_AFTER', { lastFailure: failed('DEADLINE_EXCEEDED', new Date()) }],
    ['UPSTREAM_UNAVAILABLE', { lastFailure: failed('DEADLINE_EXCEEDED') }],
  ] as const)('is %s for %j', (wait, change) => {
    expect(waitingFor({ ...OPEN, ...change })).toBe(wait);
  });
});
