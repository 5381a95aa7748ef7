import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fieldOf, nodeOf, readResponse } from '../../web/src/usage/response-tree.js';

describe('a response, read with its query', () => {
  it('finds fields by their names in the schema, whatever the aliases', () => {
    const query = '{ mine: usageExecution(id: "x") { n: status sum: totals { all: requests } } }';
    const root = readResponse({ mine: { n: 'RUNNING', sum: { all: 7 } } }, query)!;
    const execution = nodeOf(root, 'usageExecution')!;
    expect(execution.path).toEqual(['mine']);
    expect(fieldOf(execution, 'status')).toBe('RUNNING');
    expect(fieldOf(nodeOf(execution, 'totals')!, 'requests')).toBe(7);
  });

  it('looks through named and inline fragments, also those that a client has nested', () => {
    const query = `
      query { node(id: "x") { ...A ... on UsageExecution { s: status } } }
      fragment A on UsageExecution { ...B }
      fragment B on UsageExecution { v: version }`;
    const node = nodeOf(readResponse({ node: { v: 3, s: 'QUEUED' } }, query)!, 'node')!;
    expect([fieldOf(node, 'version'), fieldOf(node, 'status')]).toEqual([3, 'QUEUED']);
  });

  it('takes a key for the name where the query is broken, another one, or spreads itself', () => {
    for (const query of ['', 'query {', '{ other }', '{ ...A } fragment A on Query { ...A }']) {
      const root = readResponse({ usageExecution: { status: 'FAILED' } }, query)!;
      expect(fieldOf(nodeOf(root, 'usageExecution')!, 'status')).toBe('FAILED');
    }
  });

  it('says null to what is no object', () => {
    for (const data of [null, undefined, 'text', [1], 3]) expect(readResponse(data, '{ a }')).toBeNull();
  });

  it('loses no key of whatever it is given', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (data, query) => {
        const root = readResponse(data, query)!;
        expect(root.fields.map(({ key }) => key)).toEqual(Object.keys(data));
      }),
    );
  });
});
