import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NO_COUNTERS, type Counters, toParts, partName } from '../../web/src/usage/counters.js';
import { describeDifferences, describeStack } from '../../web/src/usage/describe.js';
import { toDifferences } from '../../web/src/usage/differences.js';
import type { Dimension, UsageRecord } from '../../web/src/usage/records.js';
import { largest, onlyParts, partsInFront, sizeAt, toStack } from '../../web/src/usage/stack.js';

function record(labels: Partial<Record<Dimension, string | null>>, counters: Partial<Counters>): UsageRecord {
  return {
    labels: Object.entries(labels).map(([dimension, value]) => ({
      dimension: dimension as Dimension,
      value,
      name: null,
    })),
    counters: { ...NO_COUNTERS, ...counters },
    share: null,
    errorRate: null,
    throttledRate: null,
  };
}

describe('requests stacked from their parts', () => {
  it('add up to the requests', () => {
    const parts = toParts({ ...NO_COUNTERS, requests: 100, status400: 5, status429: 3, status500: 2 }, false);
    expect(parts).toEqual({ rest: 90, status400: 5, status429: 3, status500: 2 });
  });

  it('do not count what was throttled twice where the numbers show that 4xx has it', () => {
    const inside = record(
      { PLATFORM: 'p' },
      { requests: 100, status200: 90, status400: 8, status429: 3, status500: 2 },
    );
    const apart = record(
      { PLATFORM: 'p' },
      { requests: 100, status200: 87, status400: 8, status429: 3, status500: 2 },
    );
    const value = (one: UsageRecord) =>
      toStack([one]).layers.find(({ part }) => part === 'status400')?.values;
    expect(value(inside)).toEqual([5]);
    expect(value(apart)).toEqual([8]);
  });

  it('have no layer for what was not asked for, and say what is left', () => {
    const stack = toStack([record({ PLATFORM: 'p' }, { requests: 9, status429: 2 })]);
    const present = stack.layers.map(({ part }) => part);
    expect(present).toEqual(['rest', 'status429']);
    expect(present.map((part) => partName(part, present))).toEqual(['Other requests', 'Throttled']);
    expect(partName('rest', ['rest'])).toBe('Requests');
  });

  it('never are more than the requests, whatever the counters', () => {
    const count = fc.option(fc.nat(1_000), { nil: null });
    fc.assert(
      fc.property(fc.nat(10_000), count, count, count, fc.boolean(), (requests, a, b, c, inside) => {
        const parts = toParts({ ...NO_COUNTERS, requests, status400: a, status429: b, status500: c }, inside);
        const errors = (parts.status400 ?? 0) + (parts.status429 ?? 0) + (parts.status500 ?? 0);
        expect((parts.rest ?? 0) + errors).toBe(Math.max(requests, errors));
      }),
    );
  });
});

describe('a stack', () => {
  it('runs over time when every record has a date: added up by day, in order, without gaps', () => {
    const stack = toStack([
      record({ DATE: '2026-10-08', HTTP_METHOD: 'GET' }, { requests: 4 }),
      record({ DATE: '2026-10-05', HTTP_METHOD: 'GET' }, { requests: 1 }),
      record({ DATE: '2026-10-06', HTTP_METHOD: 'GET' }, { requests: 3 }),
      record({ DATE: '2026-10-05', HTTP_METHOD: 'POST' }, { requests: 2 }),
    ]);
    expect(stack.period).toBe('day');
    expect(stack.categories).toEqual(['2026-10-05', '2026-10-06', '2026-10-07', '2026-10-08']);
    expect(stack.layers).toEqual([{ part: 'rest', values: [3, 3, null, 4] }]);
  });

  it.each([
    [['2026-10-05', '2026-10-19'], 'week', ['2026-10-05', '2026-10-12', '2026-10-19']],
    [['2026-08-01', '2026-09-01', '2026-10-01'], 'month', ['2026-08-01', '2026-09-01', '2026-10-01']],
    [['2026-10-05'], 'day', ['2026-10-05']],
    [['2026-10-01', '2026-10-05', '2026-10-12'], 'day', undefined],
  ])('takes %j for periods of a %s', (dates, period, categories) => {
    const stack = toStack(dates.map((DATE) => record({ DATE }, { requests: 1 })));
    expect(stack.period).toBe(period);
    if (categories) expect(stack.categories).toEqual(categories);
  });

  it('has one bar a name without dates, and no more bars than asked for, the largest first', () => {
    const records = Array.from({ length: 1_000 }, (_, at) =>
      record({ TEMPLATE_URI: `api/${at}` }, { requests: at }),
    );
    const shown = largest(toStack(records), 3);
    expect(shown.period).toBeNull();
    expect(shown.categories).toEqual(['api/999', 'api/998', 'api/997']);
    expect(shown.layers[0]?.values).toEqual([999, 998, 997]);
  });

  it('shows at first the part by which the list was sorted', () => {
    const list = [
      record({ OAUTH_CLIENT: 'a' }, { requests: 10, status429: 9 }),
      record({ OAUTH_CLIENT: 'b' }, { requests: 900, status429: 2 }),
    ];
    expect(partsInFront(toStack(list))).toEqual(['status429']);
    expect(partsInFront(toStack(list.toReversed()))).toEqual(['rest', 'status429']);
  });

  it('of nothing, and of one, is no special case', () => {
    expect(toStack([])).toEqual({ categories: [], layers: [], period: null });
    expect(describeStack(toStack([]))).toBe('Nothing to draw.');
    const one = toStack([record({ DATE: '2026-10-05' }, { requests: 1_234 })]);
    expect(describeStack(one)).toBe(
      'Mon, Oct 5, 2026 to Mon, Oct 5, 2026. Requests 1,234. Highest: Mon, Oct 5, 2026 with 1,234.',
    );
  });

  it('loses no request on its way from the records', () => {
    const dates = fc
      .integer({ min: 0, max: 60 })
      .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10));
    const records = fc.array(fc.tuple(dates, fc.nat(1_000)), { maxLength: 50 });
    fc.assert(
      fc.property(records, (pairs) => {
        const stack = toStack(pairs.map(([DATE, requests]) => record({ DATE }, { requests, status429: 0 })));
        const drawn = stack.categories.reduce((total, _, at) => total + sizeAt(stack, at), 0);
        expect(drawn).toBe(pairs.reduce((total, [, requests]) => total + requests, 0));
        expect(stack.categories).toEqual([...stack.categories].sort());
      }),
    );
  });

  it('can be had without some of its parts', () => {
    const stack = toStack([record({ PLATFORM: 'p' }, { requests: 9, status429: 2 })]);
    expect(onlyParts(stack, new Set(['status429'])).layers).toEqual([{ part: 'status429', values: [2] }]);
  });
});

describe('differences', () => {
  const compared = (name: string, before: number | null, after: number | null) => ({
    labels: [{ dimension: 'OAUTH_CLIENT' as const, value: name, name: null }],
    baseline: before === null ? null : { ...NO_COUNTERS, requests: before },
    current: after === null ? null : { ...NO_COUNTERS, requests: after },
    difference: { ...NO_COUNTERS, requests: (after ?? 0) - (before ?? 0) },
  });

  it('come with the largest change first, up or down, without what stayed the same', () => {
    const differences = toDifferences(
      [compared('same', 5, 5), compared('up', 10, 30), compared('down', 90, 10), compared('new', null, 7)],
      'requests',
    );
    expect(differences.map(({ name, difference, change }) => [name, difference, change])).toEqual([
      ['down', -80, -80 / 90],
      ['up', 20, 2],
      ['new', 7, null],
    ]);
    expect(describeDifferences(differences, 'requests')).toBe(
      'Requests: 2 more, 1 fewer. Largest change: down, -80 (90 before, 10 after).',
    );
  });

  it('show what stayed the same when nothing else is there', () => {
    expect(toDifferences([compared('same', 5, 5)], 'requests')).toHaveLength(1);
  });
});
