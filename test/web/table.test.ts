import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NO_COUNTERS } from '../../web/src/usage/counters.js';
import { formatDuration, formatShare } from '../../web/src/usage/format.js';
import { type Table, nextOrder, recordsTable, sortRows, words } from '../../web/src/usage/table.js';

const column = (values: (string | number | null)[]): Table => ({
  columns: [{ header: 'x', numeric: false }],
  rows: values.map((value) => [{ text: String(value), value }]),
});
const sorted = (values: (string | number | null)[], descending: boolean) =>
  sortRows(column(values), { column: 0, descending }).map(([cell]) => cell?.value);

describe('a table', () => {
  it('sorts numbers as numbers, names as people do, and what is not known last both ways', () => {
    expect(sorted([10, null, 9, 100], false)).toEqual([9, 10, 100, null]);
    expect(sorted([10, null, 9, 100], true)).toEqual([100, 10, 9, null]);
    expect(sorted(['Zeta', 'client 10', 'client 2', 'alpha'], false)).toEqual([
      'alpha',
      'client 2',
      'client 10',
      'Zeta',
    ]);
  });

  it('keeps equals in their order, and everything it was given', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(5), { nil: null })), fc.boolean(), (values, descending) => {
        const table = column(values);
        const rows = sortRows(table, { column: 0, descending });
        expect([...rows].sort((a, b) => table.rows.indexOf(a) - table.rows.indexOf(b))).toEqual(table.rows);
        for (const [index, row] of rows.slice(1).entries()) {
          const before = rows[index]!;
          if (before[0]?.value === row[0]?.value) {
            expect(table.rows.indexOf(before)).toBeLessThan(table.rows.indexOf(row));
          }
        }
      }),
    );
  });

  it('begins with the largest number and with the first name, then turns round', () => {
    const first = nextOrder(null, 2, true);
    expect(first).toEqual({ column: 2, descending: true });
    expect(nextOrder(first, 2, true)).toEqual({ column: 2, descending: false });
    expect(nextOrder(first, 0, false)).toEqual({ column: 0, descending: false });
  });

  it('has a column for each label and for each number that is there', () => {
    const table = recordsTable([
      {
        labels: [
          { dimension: 'OAUTH_CLIENT', value: 'c-1', name: 'CTI Adapter' },
          { dimension: 'HTTP_METHOD', value: null, name: null },
        ],
        counters: { ...NO_COUNTERS, requests: 1_234_567 },
        share: 0.5,
        errorRate: null,
        throttledRate: null,
      },
    ]);
    expect(table.columns.map(({ header }) => header)).toEqual([
      'OAuth client',
      'Method',
      'Requests',
      'Share',
    ]);
    expect(table.rows[0]?.map(({ text }) => text)).toEqual(['CTI Adapter', '–', '1,234,567', '50%']);
  });

  it('writes numbers as people read them', () => {
    expect([0, 0.00001, 0.0123, 0.1234, 1].map(formatShare)).toEqual([
      '0%',
      '< 0.01%',
      '1.23%',
      '12.3%',
      '100%',
    ]);
    expect([900, 12_300, 65_000, 3_900_000].map(formatDuration)).toEqual([
      '0.9 s',
      '12 s',
      '1 min 05 s',
      '1 h 05 min',
    ]);
    expect(words('OAUTH_CLIENT_AGGREGATES')).toBe('OAuth client aggregates');
  });
});
