import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { dayCount, formatInterval, parseInterval, utcDay } from '../../src/domain/interval.js';

function parsed(text: string): string | null {
  const interval = parseInterval(text);
  return interval && formatInterval(interval);
}

const day = fc
  .integer({ min: Date.parse('1970-01-01'), max: Date.parse('2100-01-01') })
  .map((ms) => utcDay(ms));

describe('parseInterval', () => {
  it.each([
    ['two dates, the last one included', '2026-02-01/2026-02-28', '2026-02-01/2026-02-28'],
    ['one day', '2026-02-01/2026-02-01', '2026-02-01/2026-02-01'],
    ['two months, the last one included', '2026-01/2026-02', '2026-01-01/2026-02-28'],
    ['one month', '2026-02/2026-02', '2026-02-01/2026-02-28'],
    ['the February of a leap year', '2024-02/2024-02', '2024-02-01/2024-02-29'],
    ['a date and a month', '2026-01-15/2026-02', '2026-01-15/2026-02-28'],
    ['a month and a date', '2026-01/2026-02-10', '2026-01-01/2026-02-10'],
    ['two midnights, the last one left out', '2026-02-01T00:00Z/2026-03-01T00:00Z', '2026-02-01/2026-02-28'],
    [
      'an end at 24:00, which is the next midnight',
      '2026-02-01T00:00/2026-02-01T24:00',
      '2026-02-01/2026-02-01',
    ],
    ['instants without an offset, as UTC', '2026-02-01T23:30/2026-02-02T00:30', '2026-02-01/2026-02-02'],
    [
      'an instant as the end, with the day that it touches',
      '2026-02-01T12:00Z/2026-02-03T00:00:00.001Z',
      '2026-02-01/2026-02-03',
    ],
    [
      'offsets, as the UTC days that are meant',
      '2026-02-02T00:00+02:00/2026-02-04T00:00-03:00',
      '2026-02-01/2026-02-04',
    ],
    ['a date and a duration', '2026-02-01/P4W', '2026-02-01/2026-02-28'],
    ['a date and a month long', '2026-01-31/P1M', '2026-01-31/2026-02-27'],
    ['a month and a duration', '2026-02/P1M', '2026-02-01/2026-02-28'],
    ['an instant and a duration', '2026-02-01T06:00Z/PT24H', '2026-02-01/2026-02-02'],
    ['less than a day', '2026-02-01/PT1S', '2026-02-01/2026-02-01'],
    ['a duration and an instant', 'P1D/2026-02-02T00:00Z', '2026-02-01/2026-02-01'],
  ])('reads %s', (_what, text, expected) => {
    expect(parsed(text)).toBe(expected);
  });

  it('includes a date or a month that ends a duration, as it does without one', () => {
    expect(parsed('P7D/2026-03-15')).toBe('2026-03-09/2026-03-15');
    expect(parsed('P1M/2026-03')).toBe('2026-03-01/2026-03-31');
  });

  it('keeps an end before the start, for whoever tells the caller', () => {
    const interval = parseInterval('2026-03-02/2026-03-01');
    expect(interval && dayCount(interval)).toBe(0);
  });

  it.each([
    '',
    '/',
    '2026-02-01',
    '2026-02-01/',
    '/2026-02-01',
    '2026-02-01/2026-02-02/2026-02-03',
    '2026-02-30/2026-03-01',
    '2026-13/2026-14',
    '2026/2026',
    '2026-W05/2026-W06',
    '2026-02-01/28',
    'P7D/P7D',
    '2026-02-01/P0D',
    '2026-02-01/P-7D',
    '2026-02-01/-P7D',
    '2026-02-01/P',
    '2026-02-01/P7X',
    '2026-02-01T25:00/2026-02-02',
    '2026-02-01/2026-02-02\n',
    ' 2026-02-01/2026-02-02',
    '02/01/2026',
    'yesterday/today',
    'null',
    '2026-02-01/2026-02-02; DROP TABLE executions',
  ])('refuses %j', (text) => {
    expect(parseInterval(text)).toBeNull();
  });

  it('refuses forms of a date whose last day could be misread', () => {
    expect(parsed('2026-02-01/2026-0228')).toBeNull();
    expect(parsed('2026-001/2026-060')).toBeNull();
    expect(parsed('2026-03T10:00/2026-04T10:00')).toBeNull();
  });

  it('refuses a time without a day, which would mean today', () => {
    expect(parsed('10:00/P1D')).toBeNull();
    expect(parsed('T10/P1D')).toBeNull();
    expect(parsed('P1D/10:00')).toBeNull();
  });

  it('refuses days outside the years that four digits can name', () => {
    expect(parsed('2026-01-01/P9000Y')).toBeNull();
    expect(parsed('P9000Y/2026-01-01')).toBeNull();
    expect(parsed('2026-01-01/P99999999999999999999Y')).toBeNull();
  });

  it('refuses a text of 100 KB', () => {
    const texts = ['9'.repeat(100_000), `2026-01-01/P${'1Y'.repeat(50_000)}`, '/'.repeat(100_000)];
    for (const text of texts) expect(parseInterval(text)).toBeNull();
  });

  it('gives two days of the form yyyy-MM-dd or null for every text', () => {
    const piece = fc.constantFrom(
      '2026',
      '-',
      '02',
      '28',
      'P',
      'T',
      'M',
      'D',
      'W',
      ':',
      'Z',
      '+',
      '/',
      '.5',
      '0',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 14 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(parsed(text) ?? '2026-01-01/2026-01-01').toMatch(/^\d{4}-\d\d-\d\d\/\d{4}-\d\d-\d\d$/);
      }),
      { numRuns: 3_000 },
    );
  });

  it('reads what it shows as the same days', () => {
    fc.assert(
      fc.property(day, day, (from, to) => {
        expect(parsed(`${from}/${to}`)).toBe(`${from}/${to}`);
      }),
    );
  });

  it('means the same days by dates, by midnights and by a duration', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 400 }), (from, days) => {
        const last = utcDay(Date.parse(from), days - 1);
        const after = utcDay(Date.parse(from), days);
        const expected = `${from}/${last}`;
        expect(parsed(`${from}/P${days}D`)).toBe(expected);
        expect(parsed(`P${days}D/${last}`)).toBe(expected);
        expect(parsed(`${from}T00:00Z/${after}T00:00Z`)).toBe(expected);
        expect(dayCount({ from, to: last })).toBe(days);
      }),
    );
  });
});
