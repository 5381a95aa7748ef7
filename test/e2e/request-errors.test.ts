import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, type RawOperation } from '../support/clients.js';
import { finishedId } from '../support/starts.js';
import { THREE_DOORS } from '../support/three-doors.js';

let app: TestApp;
let closed: { readonly url: string };
let id: string;

beforeAll(async () => {
  app = await startAppWithSimulator();
  closed = await app.startNode({ INTROSPECTION: 'off' });
  id = await finishedId(app.url);
});
afterEach(closeClients);
afterAll(() => app?.stop());

const START = `mutation ($input: QueryOrganizationUsageInput!) {
  queryOrganizationUsage(input: $input) { execution { id } userErrors { code message } }
}`;
const ROWS =
  'query ($id: ID!, $first: Int, $after: String) { usageExecution(id: $id) { rows(first: $first, after: $after) { totalCount } } }';

const CASES: readonly [string, RawOperation, string, RegExp][] = [
  ['a syntax error', { query: '{ viewer {' }, 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
  [
    'a text without end',
    { query: `{ ${'viewer { operations } '.repeat(2_500)} }` },
    'GRAPHQL_PARSE_FAILED',
    /1000 tokens/,
  ],
  ['a text without bottom', { query: '{a'.repeat(15_000) }, 'GRAPHQL_PARSE_FAILED', /1000 tokens/],
  ['an unknown field', { query: '{ viewer { shoeSize } }' }, 'GRAPHQL_VALIDATION_FAILED', /shoeSize/],
  ['a missing variable', { query: START }, 'BAD_USER_INPUT', /input/],
  [
    'a variable of the wrong type',
    { query: START, variables: { input: { interval: 7 } } },
    'BAD_USER_INPUT',
    /not an interval/,
  ],
  [
    'an interval of the wrong form, with the right one',
    { query: START, variables: { input: { interval: 'last week' } } },
    'BAD_USER_INPUT',
    /Write an ISO-8601 interval.*2026-02-01\/2026-02-28/,
  ],
  [
    'an interval of the wrong form that stands in the text itself',
    {
      query: 'mutation { queryOrganizationUsage(input: {interval: "yesterday"}) { source } }',
    },
    'GRAPHQL_VALIDATION_FAILED',
    /Write an ISO-8601 interval/,
  ],
  [
    'an unknown enum value, with those that there are',
    { query: START, variables: { input: { interval: '2026-01/2026-02', granularity: 'HOUR' } } },
    'BAD_USER_INPUT',
    /UsageGranularity/,
  ],
  [
    'more rows than a page holds',
    { query: ROWS, variables: { first: 5_000 } },
    'BAD_USER_INPUT',
    /0 to 1000/,
  ],
  ['a foreign cursor', { query: ROWS, variables: { after: 'Zm9v' } }, 'BAD_USER_INPUT', /cursor/],
];

describe.each(THREE_DOORS)('what is wrong with a request is told through every door: $name', (door) => {
  it.each(CASES)('%s', async (_name, { query, variables }, code, message) => {
    const usesId = query.includes('$id');
    const operation = { query, variables: usesId ? { id, ...variables } : (variables ?? {}) };

    const { errors, data } = await door.ask(app.url, operation);

    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code } }]);
    expect(Object.values(data ?? {}).filter((value) => value !== null)).toEqual([]);
  });

  it.each([
    ['several operations and no name', { query: 'query A { __typename } query B { __typename }' }],
    ['the name of an operation that is not there', { query: 'query A { __typename }', operationName: 'C' }],
  ])('%s', async (_name, operation) => {
    const { errors } = await door.ask(app.url, operation);

    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/operation name|operation named "C"/),
        extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
      },
    ]);
  });

  it('the place of the error in the text', async () => {
    const { errors } = await door.ask(app.url, { query: '{ viewer { shoeSize } }' });

    expect(errors?.[0]?.locations).toEqual([{ line: 1, column: 12 }]);
  });

  it('nothing of what the server is made of', async () => {
    const seen = await door.ask(app.url, { query: START, variables: { input: { interval: 'x' } } });

    expect(JSON.stringify(seen.errors)).not.toMatch(/stack|node_modules|\.js/);
  });

  it('no schema where introspection is off', async () => {
    const { errors, data } = await door.ask(closed.url, { query: getIntrospectionQuery() });

    expect(errors?.[0]?.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(data ?? null).toBeNull();
  });

  it('the schema where introspection is on', async () => {
    const { errors, data } = await door.ask(app.url, { query: getIntrospectionQuery() });

    expect(errors).toBeUndefined();
    expect(data?.['__schema']).toBeDefined();
  });

  it('the name of a type even where introspection is off', async () => {
    const { data } = await door.ask(closed.url, { query: '{ viewer { __typename } }' });

    expect(data).toMatchObject({ viewer: { __typename: 'Viewer' } });
  });
});
