/** The package's own printer, against that of graphql-js. */
import { describe, expect, it } from '@jest/globals';
import { buildSchema, type DocumentNode, parse, print as referencePrint, validate, visit } from 'graphql';
import { readFileSync } from 'node:fs';

import { toText } from '../../client/src/document.js';
import { USAGE_DOCUMENTS } from '../../client/src/index.js';
import { print } from '../../client/src/print.js';
import * as documents from '../documents/usage.graphql.js';

const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));

const EVERYTHING = `
  query Q($a: [Int!]! = [1, 2] @d, $b: In = {x: 1.5e3, y: {z: null}}, $c: E = RED) @d(a: "x") {
    alias: field(s: "quote \\" slash \\\\ line \\n tab \\t \\u00e9 😀", t: """block "text" """, v: $a, l: [true, false], e: []) @include(if: $b) {
      ...F @d
      ... on T @skip(if: true) { x }
      ... @d { y }
      ... { z }
    }
  }
  fragment F on T @d(x: {}) { id }
  mutation { m }
  subscription S { s(id: -1) }
`;

function withoutPlaces(document: DocumentNode): unknown {
  const plain = visit(document, { StringValue: (node) => ({ ...node, block: false }) });
  return JSON.parse(JSON.stringify(plain, (key, value: unknown) => (key === 'loc' ? undefined : value)));
}

describe('a document that is printed without graphql-js', () => {
  it.each([
    ['with everything in it', parse(EVERYTHING)],
    ...Object.entries(documents).filter(([, document]) => document.kind === 'Document'),
  ])('means the same: %s', (_name, document) => {
    expect(withoutPlaces(parse(print(document)))).toEqual(withoutPlaces(parse(toSource(document))));
  });

  it('is refused when it holds what no client sends', () => {
    expect(() => print(parse('type T { x: Int }'))).toThrow('can not hold a ObjectTypeDefinition');
  });

  it('is left as it is when it is a text', () => {
    expect(toText('{ viewer { __typename } }')).toBe('{ viewer { __typename } }');
  });
});

describe('the documents of the package', () => {
  it.each(Object.entries(USAGE_DOCUMENTS))('fit the schema: %s', (name, text) => {
    const document = parse(text);
    expect(validate(schema, document)).toEqual([]);
    expect(document.definitions).toMatchObject([{ name: { value: name } }]);
  });
});

function toSource(document: DocumentNode): string {
  return document.loc?.source.body ?? referencePrint(document);
}
