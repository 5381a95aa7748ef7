import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createJsonReader } from '../../src/upstream/json-reader.js';

const KEYS = ['results', 'entities'];

function readInChunks(
  bytes: Buffer,
  size: number,
): { document: unknown; elements: unknown[]; calls: number } {
  const elements: unknown[] = [];
  let calls = 0;
  const reader = createJsonReader({
    keys: KEYS,
    take: (some) => {
      calls++;
      elements.push(...some);
    },
  });
  for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
  return { document: reader.end(), elements, calls };
}

function read(text: string, size = 5) {
  return readInChunks(Buffer.from(text), size);
}

describe('a reader that hands over elements', () => {
  it('gives the elements of a wanted list and the document without them', () => {
    const { document, elements } = read(
      '{"queryStatus":"Complete","results":[{"a":1},{"a":[2]}],"cursors":{}}',
    );
    expect(elements).toEqual([{ a: 1 }, { a: [2] }]);
    expect(document).toEqual({ queryStatus: 'Complete', results: [], cursors: {} });
  });

  it('hands elements over while the list still arrives', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ templateUri: `api/v2/users/${i}` }));
    const { elements, calls } = readInChunks(Buffer.from(JSON.stringify({ results: rows })), 4096);
    expect(elements).toEqual(rows);
    expect(calls).toBeGreaterThan(5);
  });

  it('leaves lists under other keys and deeper ones where they are', () => {
    const { document, elements } = read('{"other":[1],"deep":{"results":[2]},"list":[["results"],[3]]}');
    expect(elements).toEqual([]);
    expect(document).toEqual({ other: [1], deep: { results: [2] }, list: [['results'], [3]] });
  });

  it('is not misled by a value that reads like a key', () => {
    const { document, elements } = read('{"name":"results","list":[1]}');
    expect(elements).toEqual([]);
    expect(document).toEqual({ name: 'results', list: [1] });
  });

  it('leaves a list under an escaped key in the document', () => {
    const { document, elements } = read('{"\\u0072esults":[1,2]}');
    expect(elements).toEqual([]);
    expect(document).toEqual({ results: [1, 2] });
  });

  it('reads an empty list, with and without spaces', () => {
    expect(read('{"results":[]}').document).toEqual({ results: [] });
    expect(read('{"results":[ \n ]}').document).toEqual({ results: [] });
  });

  it('agrees with JSON.parse for every document and every way to cut it', () => {
    const document = fc.record({
      queryStatus: fc.string(),
      results: fc.array(fc.jsonValue({ maxDepth: 2 })),
      tail: fc.jsonValue({ maxDepth: 1 }),
    });
    const property = fc.property(
      document,
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (value, size, wide) => {
        const text = wide ? JSON.stringify(value, null, 1) : JSON.stringify(value);
        const got = read(text, size);
        expect({ ...(got.document as object), results: got.elements }).toEqual(JSON.parse(text));
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it('refuses what JSON.parse refuses, for every document with a byte changed or a tail missing', () => {
    const text = '{"a":"\\"[,","results":[{"b":[1,{"c":"]"}]},"x,y",3],"d":{"e":[4]}}';
    const isJson = (candidate: string) => {
      try {
        JSON.parse(candidate);
        return true;
      } catch {
        return false;
      }
    };
    for (let at = 0; at < text.length; at++) {
      for (const other of ['', ',', ']', '[', '}', '{', '"', ':', '1', ' ']) {
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        if (!isJson(changed)) expect(() => read(changed, 7)).toThrow(SyntaxError);
      }
      expect(() => read(text.slice(0, at), 7)).toThrow(SyntaxError);
    }
  });

  it.each([
    '{"results":[,1]}',
    '{"results":[1,]}',
    '{"results":[,]}',
    '{"results":[1,,2]}',
    '{"results":[1}',
  ])('refuses %s', (text) => {
    for (const size of [1, 3, 100]) expect(() => read(text, size)).toThrow(SyntaxError);
  });
});
