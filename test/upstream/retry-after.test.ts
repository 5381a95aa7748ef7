import { describe, expect, it } from '@jest/globals';
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from '../../src/upstream/retry-after.js';

const NOW = Date.parse('2026-03-01T12:00:00.400Z');

describe('parseRetryAfter', () => {
  it.each([
    ['whole seconds', '120', 120_000],
    ['zero', '0', 0],
    ['seconds with spaces around them', ' 42 ', 42_000],
    ['a fraction, rounded up to a millisecond', '1.0001', 1001],
    ['a daily limit of hours', '7200', 7_200_000],
    ['a huge number, as a day', '99999999999', MAX_RETRY_AFTER_MS],
    ['a number beyond all numbers, as a day', '9'.repeat(400), MAX_RETRY_AFTER_MS],
    ['a date, rounded up to a whole second', 'Sun, 01 Mar 2026 12:00:10 GMT', 10_000],
    ['a date of the second form', 'Sunday, 01-Mar-26 12:00:10 GMT', 10_000],
    ['a date of the third form, in UTC', 'Sun Mar  1 12:00:10 2026', 10_000],
    ['a past date, as no wait', 'Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['a date far away, as a day', 'Sun, 01 Mar 2099 11:00:00 GMT', MAX_RETRY_AFTER_MS],
  ])('reads %s', (_what, header, expected) => {
    expect(parseRetryAfter(header, NOW)).toBe(expected);
  });

  it.each([
    ['a missing header', null],
    ['an empty one', ''],
    ['a negative number', '-5'],
    ['a number with junk behind it', '120junk'],
    ['a number with an exponent', '1e3'],
    ['infinity', 'Infinity'],
    ['words', 'soon'],
    ['a weekday with junk behind it', 'Sun, never'],
    ['a date of another form', '2026-03-01T12:00:10Z'],
    ['two values', '1, 2'],
  ])('gives null for %s', (_what, header) => {
    expect(parseRetryAfter(header, NOW)).toBeNull();
  });
});
