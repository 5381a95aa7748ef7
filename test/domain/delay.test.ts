import { describe, expect, it } from '@jest/globals';

import { delayOf } from '../../src/domain/delay.js';
import type { Execution, ExecutionError } from '../../src/domain/execution.js';

const FAILURE: ExecutionError = {
  code: 'DEADLINE_EXCEEDED',
  message: 'It broke off.',
  retryable: true,
  retryAfter: null,
  upstreamStatus: 503,
  correlationId: 'c-1',
};
const open = (changes: Partial<Execution>) =>
  delayOf({ finishedAt: null, putOff: null, lastFailure: null, ...changes } as Execution);

describe('what an open execution waits for', () => {
  it('is nothing while nothing is in the way, and when it has ended', () => {
    expect(open({})).toBeNull();
    expect(open({ finishedAt: new Date(), lastFailure: FAILURE })).toBeNull();
  });

  it.each<[string, Partial<ExecutionError>]>([
    ['UPSTREAM_FAILING', {}],
    ['UPSTREAM_ASKED_TO_WAIT', { upstreamStatus: 429 }],
    ['UPSTREAM_ASKED_TO_WAIT', { retryAfter: new Date() }],
    ['CREDENTIALS', { code: 'CREDENTIALS_REJECTED' }],
    ['CREDENTIALS', { code: 'CREDENTIALS_MISSING', upstreamStatus: null }],
  ])('is %s after a failure with %j', (reason, changes) => {
    const lastFailure = { ...FAILURE, ...changes };
    const { retryAfter, upstreamStatus, correlationId } = lastFailure;
    const message = 'The last attempt failed: It broke off.';
    expect(open({ lastFailure })).toEqual({ reason, message, retryAfter, upstreamStatus, correlationId });
  });

  it('is a token before all else', () => {
    const lastFailure = { ...FAILURE, code: 'CREDENTIALS_REJECTED' } as const;
    const delay = open({ putOff: 'BUDGET_USED_UP', lastFailure });
    expect(delay).toMatchObject({ reason: 'CREDENTIALS', message: 'The last attempt failed: It broke off.' });
  });

  it('is why it was put off, and then what happened before', () => {
    const delay = open({ putOff: 'BUDGET_USED_UP', lastFailure: FAILURE });
    expect(delay).toMatchObject({ reason: 'BUDGET_USED_UP', upstreamStatus: 503 });
    expect(delay?.message).toMatch(/^The budget .* failed: It broke off\.$/);
  });
});
