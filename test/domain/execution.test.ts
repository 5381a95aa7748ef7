import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { dataDayEnd, rowsAsOf } from '../../src/domain/data-day.js';
import { toPublicId, toUuid } from '../../src/domain/execution-id.js';
import { EXECUTION_STATUSES, isFinal, originsOf } from '../../src/domain/execution.js';
import { usageRequest } from '../support/usage-requests.js';

const HOUR_MS = 3_600_000;

describe('the moves of an execution', () => {
  it('leave no final state', () => {
    const finals = EXECUTION_STATUSES.filter(isFinal);
    expect(finals).toEqual(['SUCCEEDED', 'FAILED', 'CANCELED', 'TIMED_OUT']);
    const origins = EXECUTION_STATUSES.flatMap(originsOf);
    expect(origins.filter(isFinal)).toEqual([]);
  });

  it('lead from every open state to a final one', () => {
    for (const to of ['FAILED', 'CANCELED', 'TIMED_OUT'] as const)
      expect(originsOf(to)).toEqual(['QUEUED', 'RUNNING']);
  });

  it('give rows only to what upstream has accepted', () => {
    expect(originsOf('SUCCEEDED')).toEqual(['RUNNING']);
    expect(originsOf('RUNNING')).toEqual(['QUEUED']);
  });

  it('never lead back to the start', () => {
    expect(originsOf('QUEUED')).toEqual([]);
  });
});

describe('the public id', () => {
  it('leads back to its UUID', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(toUuid(toPublicId(uuid))).toBe(uuid);
      }),
    );
  });

  it.each([
    '',
    'exe_',
    '0f0e0d0c-0b0a-4908-8706-050403020100',
    'exe_0f0e0d0c0b0a49088706050403020',
    'exe_0f0e0d0c0b0a490887060504030201000',
    'exe_0F0E0D0C0B0A49088706050403020100',
    'exe_0f0e0d0c0b0a49088706050403020100\n',
    "exe_' OR 1=1 --",
  ])('%j was never given out', (id) => {
    expect(toUuid(id)).toBeNull();
  });
});

describe('the data day', () => {
  const at = (text: string, boundaryMs = 0) => dataDayEnd(Date.parse(text), boundaryMs).toISOString();

  it('ends at the last UTC midnight', () => {
    expect(at('2026-03-15T00:00:00Z')).toBe('2026-03-15T00:00:00.000Z');
    expect(at('2026-03-15T23:59:59.999Z')).toBe('2026-03-15T00:00:00.000Z');
  });

  it('is the one before until the boundary has come', () => {
    expect(at('2026-03-15T05:29:59.999Z', 5.5 * HOUR_MS)).toBe('2026-03-14T00:00:00.000Z');
    expect(at('2026-03-15T05:30:00.000Z', 5.5 * HOUR_MS)).toBe('2026-03-15T00:00:00.000Z');
  });

  it('of rows is never later than the end of their interval', () => {
    const request = usageRequest('ORGANIZATION_QUERY', {
      interval: { from: '2026-03-01', to: '2026-03-07' },
    });
    const asOf = (started: string) => rowsAsOf(request, Date.parse(started), 0).toISOString();
    expect(asOf('2026-03-15T12:00:00Z')).toBe('2026-03-08T00:00:00.000Z');
    expect(asOf('2026-03-05T12:00:00Z')).toBe('2026-03-05T00:00:00.000Z');
  });

  it('of a summary is the day up to which upstream has counted', () => {
    const request = usageRequest('OAUTH_CLIENT_SUMMARY');
    expect(rowsAsOf(request, Date.parse('2026-03-15T12:00:00Z'), 0).toISOString()).toBe(
      '2026-03-15T00:00:00.000Z',
    );
  });
});
