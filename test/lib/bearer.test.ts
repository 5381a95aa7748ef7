import { describe, expect, it } from '@jest/globals';
import { bearerToken, isTokenShaped, MAX_TOKEN_LENGTH } from '../../src/lib/bearer.js';

describe('bearerToken', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER   a.b-c_d~e+f/g==  ', 'a.b-c_d~e+f/g=='],
  ])('reads %j', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });

  it.each([
    undefined,
    null,
    '',
    'Bearer',
    'Bearer ',
    'Basic abc',
    'Bearerabc',
    'abc',
    'Bearer a b',
    'Bearer ä',
    'Bearer a\u0000',
    'Bearer a\n',
    ` Bearer abc`,
    `Bearer ${'x'.repeat(MAX_TOKEN_LENGTH + 1)}`,
  ])('finds no token in %j', (header) => {
    expect(bearerToken(header)).toBeNull();
  });

  it('reads a header of megabytes', () => {
    // An expression that tries every way would still be at it tomorrow.
    expect(bearerToken(`Bearer ${' '.repeat(2_000_000)}x y`)).toBeNull();
  });
});

describe('isTokenShaped', () => {
  it('takes printable ASCII up to 8 kB', () => {
    expect(isTokenShaped('x'.repeat(MAX_TOKEN_LENGTH))).toBe(true);
    for (const token of ['', 'a b', 'a\t', 'é', 'x'.repeat(MAX_TOKEN_LENGTH + 1)]) {
      expect(isTokenShaped(token)).toBe(false);
    }
  });
});
