import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { RequestError } from '../../src/domain/error-codes.js';
import { groupDimensions, groupOrder, sharedMetric } from '../../src/domain/group-query.js';
import {
  EVERY_ROW,
  orderFingerprint,
  rowFilter,
  type RowFilterDraft,
  rowOrder,
} from '../../src/domain/row-query.js';
import { someOrder } from '../support/table-model.js';
import { usageRequest } from '../support/usage-requests.js';

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RequestError && error.code === 'BAD_USER_INPUT') return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('the filter of rows', () => {
  it('does not restrict where it says nothing', () => {
    for (const draft of [null, undefined, {}, { dateFrom: null, platforms: undefined }])
      expect(rowFilter(draft)).toBe(EVERY_ROW);
  });

  it('keeps a list without values, which lets no row pass', () => {
    expect(rowFilter({ platforms: [] })).toEqual({ platforms: [] });
  });

  it('takes the highest of several minimums for one metric', () => {
    const minimum = [3, 9, 5].map((value) => ({ metric: 'REQUESTS' as const, value }));
    expect(rowFilter({ minimum })).toEqual({ minimum: [{ metric: 'REQUESTS', value: 9 }] });
  });

  it.each<[string, RowFilterDraft, RegExp]>([
    [
      'days the wrong way round',
      { dateFrom: '2026-03-02', dateTo: '2026-03-01' },
      /dateFrom, 2026-03-02, lies after/,
    ],
    ['the year 0, which the database has not', { dateTo: '0000-12-31' }, /0001/],
    [
      'NUL, which a text of the database can not hold',
      { templateUriContains: 'a\0b' },
      /templateUriContains.*NUL/,
    ],
    ['half a surrogate pair', { oauthClientNames: ['\ud83d'] }, /oauthClientNames.*surrogate/],
    ['an empty text', { templateUriPrefix: '' }, /templateUriPrefix.*1 to 1000/],
    ['an empty text in a list', { userIds: ['a', ''] }, /userIds.*1 to 1000/],
    ['a text without end', { platforms: ['x'.repeat(1_001)] }, /platforms.*1 to 1000/],
    ['a list without end', { platforms: Array.from({ length: 201 }, String) }, /at most 200 values, not 201/],
  ])('refuses %s, and says what would be right', (_what, draft, message) => {
    expect(refusal(() => rowFilter(draft))).toMatch(message);
  });
});

describe('the order of rows', () => {
  it('heeds only the first key by a field, ascending when it does not say', () => {
    expect(
      rowOrder([
        { field: 'DATE' },
        { field: 'USER', direction: 'DESC' },
        { field: 'DATE', direction: 'DESC' },
      ]),
    ).toEqual([
      { field: 'DATE', direction: 'ASC' },
      { field: 'USER', direction: 'DESC' },
    ]);
    expect(rowOrder(null)).toEqual([]);
  });

  it('has a fingerprint of its own', () => {
    fc.assert(
      fc.property(someOrder, someOrder, (one, other) => {
        expect(orderFingerprint(one) === orderFingerprint(other)).toBe(
          JSON.stringify(one) === JSON.stringify(other),
        );
      }),
    );
  });
});

describe('the groups', () => {
  const search = usageRequest('SIMPLE_SEARCH');
  const query = usageRequest('ORGANIZATION_QUERY');

  it('are made by at least one dimension, and by none twice', () => {
    expect(refusal(() => groupDimensions([]))).toMatch(/at least one of DATE.*totals/);
    expect(refusal(() => groupDimensions(['USER', 'DATE', 'USER']))).toMatch(/USER twice/);
  });

  it('follow the time where they have one, else the largest comes first', () => {
    expect(groupOrder(null, ['USER', 'DATE'], query)).toEqual({ field: 'DATE', direction: 'ASC' });
    expect(groupOrder(null, ['USER'], query)).toEqual({ field: 'REQUESTS', direction: 'DESC' });
    expect(groupOrder(null, ['OAUTH_CLIENT'], search)).toEqual({ field: 'STATUS_200', direction: 'DESC' });
  });

  it('can not be ordered by a dimension that they do not have', () => {
    expect(refusal(() => groupOrder({ field: 'DATE' }, ['USER', 'PLATFORM'], query))).toMatch(
      /\(USER, PLATFORM\), not by DATE/,
    );
  });

  it('have their share in what they are ordered by, else in the first metric', () => {
    expect(sharedMetric({ field: 'STATUS_429', direction: 'DESC' }, query)).toBe('STATUS_429');
    expect(sharedMetric({ field: 'DATE', direction: 'ASC' }, query)).toBe('REQUESTS');
    expect(sharedMetric({ field: 'DATE', direction: 'ASC' }, search)).toBe('STATUS_200');
  });
});
