import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { MAX_JSON_DEPTH, parseStrictJson, StrictJsonError } from '../../src/lib/strict-json.js';

describe('parseStrictJson', () => {
  it('reads whatever JSON.stringify has written, as it was', () => {
    const anyValue = fc.jsonValue({ maxDepth: 8 }).filter((value) => {
      const text = JSON.stringify(value);
      return !text.includes('__proto__') && !/\d{16}/.test(text) && !/e\+/.test(text);
    });
    fc.assert(
      fc.property(anyValue, (value) => {
        const text = JSON.stringify(value, null, 1);
        expect(JSON.stringify(parseStrictJson(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['two equal keys', '{"a":1,"a":2}'],
    ['two equal keys, one of them escaped', String.raw`{"a":1,"\u0061":2}`],
    ['two equal keys far apart and deep', '{"x":[{"a":{"b":[1,"a","{"]} , "a" : 2}]}'],
    ['__proto__', '{"a":{"__proto__":{"b":1}}}'],
    ['__proto__, escaped', String.raw`{"a":{"\u005f_proto__":{"b":1}}}`],
    ['an integer that would be rounded', '{"a":9007199254740993}'],
    ['an integer of a thousand digits', `{"a":${'9'.repeat(1_000)}}`],
    ['a number that would be infinite', '[1e400]'],
    ['more levels than anything needs', '['.repeat(MAX_JSON_DEPTH + 1) + ']'.repeat(MAX_JSON_DEPTH + 1)],
  ])('refuses %s', (_name, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(() => parseStrictJson(text)).toThrow(StrictJsonError);
  });

  it.each([
    ['the same key in two objects', '[{"a":1},{"a":1},{"b":{"a":1}}]'],
    ['equal texts that are no keys', '{"a":"b","b":"a","c":["a","a"]}'],
    ['texts that look like structure', String.raw`{"a":"\"},{\"a\":1","b":"\\","c":"[[["}`],
    ['as many levels as are allowed', '['.repeat(MAX_JSON_DEPTH) + ']'.repeat(MAX_JSON_DEPTH)],
    ['the largest exact integer', '{"a":9007199254740991,"b":-0.5e-3}'],
  ])('takes %s', (_name, text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it('leaves what is no JSON to the parser', () => {
    expect(() => parseStrictJson('{"a":1,"a"')).toThrow(SyntaxError);
  });
});
