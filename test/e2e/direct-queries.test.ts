/** Whatever goes past Apollo must answer as Apollo does, byte by byte; and what was kept must not outlive its truth. */
import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { buildUsageSchema } from '../../resolvers/build-schema.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import type { RawOperation } from '../support/clients.js';
import { inDatabase } from '../support/database.js';
import { randomQuery } from '../support/random-queries.js';
import { readPage } from '../support/rows.js';
import { finishedId, startedId } from '../support/starts.js';

/** Says the same as the short one, and is longer than any that the program learns: Apollo answers each time. */
const BY_APOLLO = `application/json${', application/json;q=0.5'.repeat(20)}`;
const DIRECTLY = 'application/json';
const QUERIES = 400;
const TOKENS = ['demo-admin', 'demo-viewer', 'demo-none', 'demo-other-org'] as const;
/** What may be another thing a moment later. */
const VOLATILE = new Set([
  'UsageExecution.nextPollAt',
  'UsageExecution.pollAfterMs',
  'UsageExecution.pollCount',
  'UsageExecution.version',
  'Query.upstreamBudget',
]);

let app: TestApp;
let id: string;
let ids: string[];
let cursors: string[];
let durationMs = 0;

beforeAll(async () => {
  app = await startAppWithSimulator({
    simulator: { durations: () => durationMs },
    env: { RATE_LIMIT_PER_MINUTE: '0' },
  });
  durationMs = 600_000;
  const open = await startedId(app.url);
  durationMs = 0;
  id = await finishedId(app.url);
  const other = await finishedId(app.url, 'OAUTH_CLIENT_AGGREGATES', {
    groupBy: ['TEMPLATE_URI', 'HTTP_METHOD'],
  });
  const foreign = await finishedId(app.url, 'ORGANIZATION_QUERY', {}, 'demo-other-org');
  const page = await readPage(app.url, id, { first: 5 });
  ids = [id, id, id, other, open, foreign, 'exe_00000000000000000000000000000000', 'x'];
  cursors = [page.rows.pageInfo.endCursor!, 'x'];
});
afterAll(() => app?.stop());

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

async function ask(
  operation: RawOperation,
  accept: string,
  token = 'demo-admin',
  requestId?: string,
): Promise<Answer> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      accept,
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(requestId ? { 'x-request-id': requestId } : {}),
    },
    body: JSON.stringify(operation),
  });
  const headers = Object.fromEntries(response.headers);
  delete headers['date'];
  return { status: response.status, headers, text: await response.text() };
}

/** A small generator of its own: the same queries in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const ROWS = `query ($id: ID!) { usageExecution(id: $id) { rows(first: 10) { nodes { requests oauthClient { id name } user { name } } } } }`;

describe('a query that is executed directly', () => {
  it('is answered as by Apollo, the first time and again, whatever is asked by whom', async () => {
    const random = numbers(20_261_122);
    const schema = buildUsageSchema();
    let good = 0;
    // So that the first one is direct already.
    await ask({ query: '{ __typename }' }, DIRECTLY);
    for (let i = 0; i < QUERIES; i += 1) {
      const operation = randomQuery({ schema, random, ids, cursors, without: VOLATILE });
      const token = TOKENS[random() < 0.7 ? 0 : Math.floor(random() * TOKENS.length)];
      const requestId = randomUUID();
      const answers: Answer[] = [];
      for (const accept of [BY_APOLLO, DIRECTLY, DIRECTLY]) {
        answers.push(await ask(operation, accept, token, requestId));
      }
      const [apollo, direct, again] = answers;
      expect({ operation, token, answer: direct }).toEqual({ operation, token, answer: apollo });
      expect({ operation, token, answer: again }).toEqual({ operation, token, answer: apollo });
      if (apollo?.text.startsWith('{"data"')) good += 1;
    }
    // Else nothing but refusals was compared.
    expect(good).toBeGreaterThan(QUERIES / 3);
  }, 120_000);

  it('shows what was kept to nobody who may not see it', async () => {
    const asked = { query: ROWS, variables: { id } };
    const mine = await ask(asked, DIRECTLY);
    expect(await ask(asked, DIRECTLY)).toEqual({ ...mine, headers: expect.anything() });
    expect(mine.text).toContain('"requests":');
    for (const token of ['demo-other-org', 'demo-none', 'demo-viewer']) {
      expect((await ask(asked, DIRECTLY, token)).text).toBe('{"data":{"usageExecution":null}}\n');
    }
    expect((await ask(asked, DIRECTLY, 'no-such-token')).status).toBe(401);
  });

  it('shows what was kept to nobody any more once it has expired', async () => {
    const ending = await finishedId(app.url);
    const asked = { query: ROWS, variables: { id: ending } };
    for (let i = 0; i < 3; i += 1) expect((await ask(asked, DIRECTLY)).text).toContain('"requests":');
    const uuid = ending.replace('exe_', '');
    await inDatabase(app.databaseUrl, `UPDATE executions SET expires_at = now() WHERE id = '${uuid}'`);
    expect((await ask(asked, DIRECTLY)).text).toBe('{"data":{"usageExecution":null}}\n');
  });

  it('is not answered from what was kept when the store can not be asked, but refused as by Apollo', async () => {
    const asked = { query: ROWS, variables: { id } };
    const requestId = randomUUID();
    expect((await ask(asked, DIRECTLY)).text).toContain('"requests":');
    await inDatabase(app.databaseUrl, 'ALTER TABLE executions RENAME TO hidden');
    try {
      const direct = await ask(asked, DIRECTLY, 'demo-admin', requestId);
      expect(direct.text).toContain('INTERNAL_SERVER_ERROR');
      expect(direct).toEqual(await ask(asked, BY_APOLLO, 'demo-admin', requestId));
    } finally {
      await inDatabase(app.databaseUrl, 'ALTER TABLE hidden RENAME TO executions');
    }
  });
});
