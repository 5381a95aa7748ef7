import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  type HttpMethod,
  OPERATION_TRAITS,
  USAGE_DIMENSIONS,
  USAGE_METRICS,
  USAGE_OPERATIONS,
  type UsageOperation,
} from '../../src/domain/operation.js';
import {
  canonicalRequest,
  MAX_FILTER_LENGTH,
  MAX_FILTER_VALUES,
  MAX_SUMMARY_DAYS,
  type RequestDraft,
} from '../../src/domain/request.js';
import { CLIENT_ID, REQUEST_NOW, usageRequest } from '../support/usage-requests.js';

const INTERVAL = { from: '2026-03-01', to: '2026-03-07' };

function refusals(operation: UsageOperation, draft: RequestDraft) {
  const perClient = OPERATION_TRAITS[operation].perClient ? { clientId: CLIENT_ID } : {};
  const result = canonicalRequest(operation, { ...perClient, ...draft }, REQUEST_NOW);
  return result.ok ? [] : result.userErrors;
}

function codes(operation: UsageOperation, draft: RequestDraft): string[] {
  return refusals(operation, draft).map(({ code }) => code);
}

/** The same values in another order, some of them twice. */
function scrambled<T>(values: readonly T[]) {
  const some = values.length > 0 ? fc.array(fc.constantFrom(...values), { maxLength: 5 }) : fc.constant([]);
  return some.chain((twice) =>
    fc.shuffledSubarray([...values, ...twice], { minLength: values.length + twice.length }),
  );
}

describe('canonicalRequest', () => {
  it.each(USAGE_OPERATIONS)('%s: neither order nor repetition matters', (operation) => {
    const { dimensions, metrics, filters, httpMethods } = OPERATION_TRAITS[operation];
    const texts: Record<string, readonly string[]> = {
      httpMethods,
      ...Object.fromEntries(
        filters.filter((name) => name !== 'httpMethods').map((name) => [name, ['b', 'a', 'B']]),
      ),
    };
    const drafts = fc.record({
      groupBy: scrambled(dimensions),
      metrics: scrambled(metrics),
      ...Object.fromEntries(filters.map((name) => [name, scrambled(texts[name] ?? [])])),
    }) as fc.Arbitrary<RequestDraft>;
    const plain = Object.fromEntries(filters.map((name) => [name, texts[name]]));
    const expected = usageRequest(operation, { groupBy: dimensions, metrics, ...plain });
    fc.assert(
      fc.property(drafts, (draft) => {
        expect(usageRequest(operation, draft)).toEqual(expected);
      }),
    );
  });

  it('tells requests apart that mean something else', () => {
    const base = usageRequest('SIMPLE_SEARCH', { templateUris: ['a'] });
    for (const draft of [
      { templateUris: ['b'] },
      { templateUris: ['a'], metrics: ['STATUS_200' as const] },
      { templateUris: ['a'], groupBy: ['DATE' as const] },
      { templateUris: ['a'], granularity: 'DAY' as const },
      { templateUris: ['a'], sortBy: [{ field: 'DATE' as const }] },
    ])
      expect(usageRequest('SIMPLE_SEARCH', draft)).not.toEqual(base);
  });

  it('fills in every metric when none is picked', () => {
    for (const metrics of [undefined, null, []])
      expect(usageRequest('SIMPLE_SEARCH', { metrics }).metrics).toEqual(USAGE_METRICS.slice(1));
  });

  it('fills in the days of the summary, and of no other operation', () => {
    const summary = canonicalRequest('OAUTH_CLIENT_SUMMARY', { clientId: CLIENT_ID }, REQUEST_NOW);
    expect(summary).toMatchObject({ ok: true, request: { days: 7, interval: null } });
    expect(usageRequest('OAUTH_CLIENT_QUERY')).toMatchObject({
      days: null,
      interval: '2026-03-01/2026-03-07',
    });
  });

  it('shows every column of a search unless some are picked', () => {
    expect(usageRequest('SIMPLE_SEARCH').groupBy).toEqual(OPERATION_TRAITS.SIMPLE_SEARCH.dimensions);
    expect(usageRequest('SIMPLE_SEARCH', { groupBy: ['DATE'] }).groupBy).toEqual(['DATE']);
  });

  it('sorts upwards when no direction is given, and keeps the order of the fields', () => {
    const draft = { sortBy: [{ field: 'STATUS_200' as const, direction: null }, { field: 'DATE' as const }] };
    expect(usageRequest('SIMPLE_SEARCH', draft).sortBy).toEqual([
      { field: 'STATUS_200', direction: 'ASC' },
      { field: 'DATE', direction: 'ASC' },
    ]);
  });

  it('drops what sorts by the same field again: it can not change the order', () => {
    const once = [{ field: 'DATE' as const, direction: 'DESC' as const }, { field: 'STATUS_200' as const }];
    const again = [...once, { field: 'DATE' as const, direction: 'ASC' as const }];
    expect(usageRequest('SIMPLE_SEARCH', { sortBy: again })).toEqual(
      usageRequest('SIMPLE_SEARCH', { sortBy: once }),
    );
  });

  it.each(USAGE_OPERATIONS)(
    '%s: refuses each dimension and metric that it lacks, and lists what it has',
    (operation) => {
      const { dimensions, metrics } = OPERATION_TRAITS[operation];
      for (const dimension of USAGE_DIMENSIONS.filter((name) => !dimensions.includes(name))) {
        const message = `${operation} does not have ${dimension}. It has: ${dimensions.join(', ') || 'none'}.`;
        const field = ['input', 'groupBy'];
        expect(refusals(operation, { groupBy: [dimension, dimension] })).toEqual([
          { code: 'UNSUPPORTED_DIMENSION', message, field },
        ]);
      }
      for (const metric of USAGE_METRICS.filter((name) => !metrics.includes(name))) {
        const message = `${operation} does not have ${metric}. It has: ${metrics.join(', ')}.`;
        const field = ['input', 'metrics'];
        expect(refusals(operation, { metrics: [metric] })).toEqual([
          { code: 'UNSUPPORTED_METRIC', message, field },
        ]);
      }
    },
  );

  it.each(['ORGANIZATION_AGGREGATES', 'OAUTH_CLIENT_AGGREGATES'] as const)(
    '%s: refuses HTTP methods that upstream does not count',
    (operation) => {
      const httpMethods: HttpMethod[] = ['GET', 'TRACE'];
      expect(refusals(operation, { interval: INTERVAL, httpMethods })).toEqual([
        {
          code: 'UNSUPPORTED_HTTP_METHOD',
          message: `${operation} does not have TRACE. It has: GET, POST, PUT, PATCH, DELETE, HEAD.`,
          field: ['input', 'httpMethods'],
        },
      ]);
    },
  );

  it('refuses a sort by a field that the operation lacks', () => {
    expect(refusals('SIMPLE_SEARCH', { sortBy: [{ field: 'DATE' }, { field: 'REQUESTS' }] })).toMatchObject([
      { code: 'UNSUPPORTED_SORT_FIELD', field: ['input', 'sortBy'] },
    ]);
  });

  it('reports every problem at once', () => {
    const draft = {
      interval: { from: '2020-01-01', to: '2021-01-01' },
      days: 0,
      clientId: '../tokens/me',
      groupBy: ['USER' as const],
      httpMethods: ['TRACE'],
      templateUris: [''],
      organizationIds: ['a/b'],
      sortBy: [{ field: 'USER' as const }],
    };
    expect(codes('OAUTH_CLIENT_AGGREGATES', draft).sort()).toEqual([
      'INTERVAL_TOO_LONG',
      'INTERVAL_TOO_OLD',
      'INVALID_DAYS',
      'INVALID_FILTER',
      'INVALID_ID',
      'INVALID_ID',
      'UNSUPPORTED_DIMENSION',
      'UNSUPPORTED_HTTP_METHOD',
      'UNSUPPORTED_SORT_FIELD',
    ]);
  });

  it.each([
    '../tokens/me',
    '..',
    '.',
    'a/b',
    'a%2Fb',
    'a?b',
    'a#b',
    'a b',
    'a\n',
    '-a',
    '',
    'ä',
    'a'.repeat(65),
  ])('refuses the id %j wherever one is given', (id) => {
    expect(codes('OAUTH_CLIENT_QUERY', { clientId: id })).toEqual(['INVALID_ID']);
    expect(codes('ORGANIZATION_AGGREGATES', { userIds: [CLIENT_ID, id] })).toEqual(['INVALID_ID']);
  });

  it('refuses an operation about a client without its id', () => {
    expect(codes('OAUTH_CLIENT_SUMMARY', { clientId: null })).toEqual(['INVALID_ID']);
  });

  it.each([
    ['an empty text', ['']],
    ['a text that is too long', ['a'.repeat(MAX_FILTER_LENGTH + 1)]],
    ['a line break', ['a\nb']],
    ['the NUL character', ['a\0']],
    ['half a surrogate pair', ['a\ud800']],
    ['too many values', Array.from({ length: MAX_FILTER_VALUES + 1 }, String)],
  ])('refuses a filter with %s', (_what, templateUris) => {
    expect(codes('SIMPLE_SEARCH', { templateUris })).toEqual(['INVALID_FILTER']);
  });

  it('takes a filter at its limits', () => {
    const templateUris = Array.from({ length: MAX_FILTER_VALUES }, (_, i) =>
      String(i).padEnd(MAX_FILTER_LENGTH, 'é'),
    );
    expect(codes('SIMPLE_SEARCH', { templateUris })).toEqual([]);
  });

  it.each([0, -1, MAX_SUMMARY_DAYS + 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses %d days',
    (days) => {
      expect(codes('OAUTH_CLIENT_SUMMARY', { days })).toEqual(['INVALID_DAYS']);
    },
  );

  describe('interval', () => {
    it('may not end before it starts', () => {
      expect(codes('ORGANIZATION_QUERY', { interval: { from: '2026-03-02', to: '2026-03-01' } })).toEqual([
        'INVALID_INTERVAL',
      ]);
    });

    it('may start today and not tomorrow', () => {
      expect(codes('ORGANIZATION_QUERY', { interval: { from: '2026-03-15', to: '2026-03-20' } })).toEqual([]);
      expect(codes('ORGANIZATION_QUERY', { interval: { from: '2026-03-16', to: '2026-03-20' } })).toEqual([
        'INTERVAL_IN_FUTURE',
      ]);
    });

    it('of a job may end 90 days after its start and not 91', () => {
      const from = '2025-12-01';
      expect(codes('ORGANIZATION_AGGREGATES', { interval: { from, to: '2026-03-01' } })).toEqual([]);
      expect(codes('ORGANIZATION_AGGREGATES', { interval: { from, to: '2026-03-02' } })).toEqual([
        'INTERVAL_TOO_LONG',
      ]);
    });

    it('of a job may start 365 days ago and not 366', () => {
      expect(
        codes('ORGANIZATION_AGGREGATES', { interval: { from: '2025-03-15', to: '2025-03-20' } }),
      ).toEqual([]);
      expect(
        codes('ORGANIZATION_AGGREGATES', { interval: { from: '2025-03-14', to: '2025-03-20' } }),
      ).toEqual(['INTERVAL_TOO_OLD']);
    });

    it('has no limit where upstream names none', () => {
      expect(codes('ORGANIZATION_QUERY', { interval: { from: '2015-01-01', to: '2026-03-01' } })).toEqual([]);
    });
  });
});
