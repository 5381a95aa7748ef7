/** Full pages are made as text from blocks of rows: they must be, byte by byte, what Apollo makes from the rows. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLObjectType, GraphQLSchema, isObjectType } from 'graphql';

import { buildUsageSchema } from '../../resolvers/build-schema.js';
import { toRowCursor } from '../../resolvers/row-cursor.js';
import { HTTP_METHODS } from '../../src/domain/operation.js';
import type { UsageRow } from '../../src/domain/execution.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createDatabase } from '../../src/store/database.js';
import { deleteRows, insertRows } from '../../src/store/row-writes.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import type { RawOperation } from '../support/clients.js';
import { inDatabase } from '../support/database.js';
import { randomQuery } from '../support/random-queries.js';
import { readPage } from '../support/rows.js';
import { finishedId } from '../support/starts.js';
import { usageRow } from '../support/store.js';

/** Says the same as the short one, and is longer than any that the program learns: Apollo answers each time. */
const BY_APOLLO = `application/json${', application/json;q=0.5'.repeat(20)}`;
const DIRECTLY = 'application/json';
const QUERIES = 120;
const MANY = 1_500;
const TEXTS = [
  '',
  'plain',
  'é',
  '😀\u{10ffff}',
  '"quoted"\\',
  '\u0001\n\u001e\u001f',
  '\u007f\u0080\u2028',
  null,
];

let app: TestApp;
let id: string;

/** A small generator of its own: the same queries in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function nastyRows(clients: readonly (string | null)[], random: () => number): UsageRow[] {
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  const count = () => pick([null, 0, 1, Number.MAX_SAFE_INTEGER, Math.floor(random() * 1e6)]);
  return Array.from({ length: MANY }, () =>
    usageRow({
      date: pick(['2026-01-01', '2024-02-29', null]),
      oauthClientId: pick([...clients, 'nobody', null]),
      oauthClientName: pick(TEXTS),
      organizationId: pick(TEXTS),
      userId: pick([...clients, null]),
      userName: pick(TEXTS),
      platform: pick(TEXTS),
      httpMethod: pick([...HTTP_METHODS, 'BREW', null]),
      templateUri: pick(TEXTS),
      requests: count(),
      status200: count(),
      status300: count(),
      status400: count(),
      status429: count(),
    }),
  );
}

beforeAll(async () => {
  app = await startAppWithSimulator({ env: { RATE_LIMIT_PER_MINUTE: '0' } });
  id = await finishedId(app.url);
  const { rows } = await readPage(app.url, id, { first: 50 });
  const clients = [...new Set(rows.nodes.map(({ oauthClient }) => oauthClient?.id ?? null))];
  const uuid = id.replace('exe_', '');
  const database = createDatabase(app.databaseUrl, silentLogger);
  await deleteRows(database.db, uuid);
  await insertRows(database.db, uuid, 0, nastyRows(clients, numbers(7)));
  await database.stop();
  await inDatabase(app.databaseUrl, `UPDATE executions SET row_count = ${MANY} WHERE id = '${uuid}'`);
});
afterAll(() => app?.stop());

async function ask(operation: RawOperation, accept: string): Promise<string> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json', authorization: 'Bearer demo-admin' },
    body: JSON.stringify(operation),
  });
  return response.text();
}

/** Any selection of a page's fields, of the page behind a position. */
function pageQuery(schema: GraphQLSchema, random: () => number, first: number, after: number): RawOperation {
  const operation = randomQuery({ schema, random, ids: [], cursors: [], without: new Set() });
  const cursor = after > 0 ? `, after: "${toRowCursor(id, [], after)}"` : '';
  const [line = '', ...fragments] = operation.query.split('\n');
  const start = line.indexOf('{');
  const whole = [`${line.slice(0, start)}{ usageExecution(id: "${id}") ${line.slice(start)} }`, ...fragments];
  return {
    ...operation,
    query: whole.join('\n').replaceAll(/\brows\b/g, `rows(first: ${first}${cursor})`),
  };
}

/** What `pageQuery` chooses from: an execution that has its rows and nothing else. */
function rowsAlone(): GraphQLSchema {
  const connection = buildUsageSchema().getType('UsageRowConnection');
  if (!isObjectType(connection)) throw new Error('there is no connection of rows');
  const fields = { rows: { type: connection } };
  return new GraphQLSchema({ query: new GraphQLObjectType({ name: 'UsageExecution', fields }) });
}

const ALL = `query ($id: ID!, $after: String) { usageExecution(id: $id) { rows(first: 300, after: $after) {
  edges { cursor node { __typename } } again: edges { cursor }
  nodes { __proto__: date oauthClient { toJSON: id name } organizationId user { id name __typename } platform httpMethod
    templateUri requests status200 status300 status400 status429 status500 }
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;

describe('a full page', () => {
  it('is what Apollo gives, whichever of its fields are selected', async () => {
    const random = numbers(20_261_123);
    const schema = rowsAlone();
    await ask({ query: '{ __typename }' }, DIRECTLY);
    let withRows = 0;
    for (let i = 0; i < QUERIES; i += 1) {
      const first = 100 + Math.floor(random() * 100);
      const operation = pageQuery(schema, random, first, Math.floor(random() * MANY * 1.1));
      const apollo = await ask(operation, BY_APOLLO);
      expect({ operation, text: await ask(operation, DIRECTLY) }).toEqual({ operation, text: apollo });
      if (apollo.startsWith('{"data"') && apollo.length > 1_000) withRows += 1;
    }
    // Else nothing but refusals and empty pages was compared.
    expect(withRows).toBeGreaterThan(QUERIES / 4);
  }, 120_000);

  it.each([0, 1, 900, MANY - 300, MANY - 299, MANY - 1, MANY, MANY + 5])(
    'is what Apollo gives, with all fields, behind position %i',
    async (position) => {
      const after = position > 0 ? toRowCursor(id, [], position) : null;
      const asked = { query: ALL, variables: { id, after } };
      const apollo = await ask(asked, BY_APOLLO);
      expect(apollo).toContain('"nodes":[');
      expect(await ask(asked, DIRECTLY)).toBe(apollo);
      expect(await ask(asked, DIRECTLY)).toBe(apollo);
    },
  );

  it('is read from the blocks, and from the rows where there are none', async () => {
    const asked = (after: number) => ({ query: ALL, variables: { id, after: toRowCursor(id, [], after) } });
    await inDatabase(app.databaseUrl, 'ALTER TABLE usage_rows RENAME TO hidden');
    try {
      expect(await ask(asked(17), DIRECTLY)).toContain('"nodes":[{');
      expect(await ask(asked(17), BY_APOLLO)).toContain('INTERNAL_SERVER_ERROR');
    } finally {
      await inDatabase(app.databaseUrl, 'ALTER TABLE hidden RENAME TO usage_rows');
    }
    const inBlocks = await ask(asked(18), DIRECTLY);
    await inDatabase(app.databaseUrl, 'DELETE FROM row_blocks');
    // Another document, so that nothing that was kept is given.
    const anew = { ...asked(18), query: `${ALL} ` };
    expect(await ask(anew, DIRECTLY)).toBe(inBlocks);
  });
});
