import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Claim, ExecutionStore } from '../../src/domain/ports/execution-store.js';
import { EVERY_ROW } from '../../src/domain/row-query.js';
import { createExecutionStore } from '../../src/store/execution-store.js';
import { createUpstreamBudgetStore } from '../../src/store/upstream-budget.js';
import { type Explained, explain } from '../support/plans.js';
import {
  createTestStore,
  EVERYTHING,
  intent,
  LEASE_MS,
  NODE,
  numberedRows,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
} from '../support/store.js';
import { CLIENT_ID } from '../support/usage-requests.js';

const SIGNAL = new AbortController().signal;
const SHARING = { visibility: EVERYTHING, requestKey: 'key-7', maxAgeSeconds: null, idempotency: null };
const GROUPS = {
  by: ['DATE'],
  first: 10,
  order: { field: 'DATE', direction: 'ASC' },
  shareOf: 'REQUESTS',
} as const;
const SEARCH = { ...EVERYTHING, operations: ['SIMPLE_SEARCH' as const] };

interface Filled {
  readonly store: ExecutionStore;
  /** One that has succeeded, with rows. */
  readonly id: string;
  readonly another: string;
  readonly claim: () => Promise<Claim>;
}

type Statement = readonly [
  name: string,
  indexes: readonly string[],
  run: (filled: Filled) => Promise<unknown>,
];

const PAGE = { first: 20, after: null };

const STATEMENTS: readonly Statement[] = [
  [
    'the claim of what is due',
    ['executions_due', 'executions_pkey'],
    ({ store }) => store.claimDue(NODE, 64, LEASE_MS),
  ],
  ['the look for the next poll', ['executions_due'], ({ store }) => store.msUntilNextDue(NODE)],
  [
    'the renewal of a lease',
    ['executions_pkey'],
    async ({ store, claim }) => store.renew(await claim(), LEASE_MS),
  ],
  [
    'the end of a poll that found nothing',
    ['executions_pkey'],
    async ({ store, claim }) => store.recordAttempt(await claim(), { polled: true, nextPollInMs: LEASE_MS }),
  ],
  [
    'a poll that is put off',
    ['executions_pkey'],
    async ({ store, claim }) => store.postpone(await claim(), LEASE_MS, 'BUDGET_USED_UP'),
  ],
  [
    'the end of an execution',
    ['executions_pkey', 'row_blocks_pkey', 'usage_rows_pkey'],
    async ({ store, claim }) => store.finish(await claim(), SUCCEEDED, numberedRows(3), TTL_MS),
  ],
  [
    'a cancel',
    ['executions_pkey', 'row_blocks_pkey', 'usage_rows_pkey'],
    ({ store, another }) => store.cancel(another, EVERYTHING, TTL_MS),
  ],
  ['the look for an identical execution', ['executions_identical'], ({ store }) => store.findShared(SHARING)],
  ['one execution', ['executions_pkey'], ({ store, id }) => store.get(id, EVERYTHING)],
  ['several executions', ['executions_pkey'], ({ store, id, another }) => store.getMany([id, another])],
  ['the newest executions', ['executions_listed'], ({ store }) => store.list(EVERYTHING, {}, PAGE)],
  [
    'those behind one',
    ['executions_listed'],
    ({ store, id }) => store.list(EVERYTHING, {}, { first: 20, after: { id, createdAt: daysAgo(1) } }),
  ],
  [
    'a list of some statuses',
    ['executions_by_status', 'executions_pkey'],
    ({ store }) => store.list(EVERYTHING, { statuses: ['FAILED', 'RUNNING'] }, PAGE),
  ],
  [
    'a list of one operation',
    ['executions_by_status', 'executions_pkey'],
    ({ store }) => store.list(EVERYTHING, { operations: ['SIMPLE_SEARCH'] }, PAGE),
  ],
  [
    'the list of a caller who may see one operation',
    ['executions_by_status', 'executions_pkey'],
    ({ store }) => store.list(SEARCH, {}, PAGE),
  ],
  [
    'a list for one OAuth client',
    ['executions_by_client', 'executions_pkey'],
    ({ store }) => store.list(EVERYTHING, { clientId: CLIENT_ID }, PAGE),
  ],
  [
    'a list of one’s own',
    ['executions_by_subject', 'executions_pkey'],
    ({ store }) => store.list(EVERYTHING, { subjectId: 'user-1' }, PAGE),
  ],
  [
    'a list of one day',
    ['executions_listed'],
    ({ store }) => store.list(EVERYTHING, { createdFrom: daysAgo(2), createdTo: daysAgo(1) }, PAGE),
  ],
  ['the count of all', ['executions_listed'], ({ store }) => store.count(EVERYTHING, {})],
  [
    'the count of some statuses',
    ['executions_by_status'],
    ({ store }) => store.count(EVERYTHING, { statuses: ['FAILED', 'RUNNING'] }),
  ],
  [
    'the count for one OAuth client',
    ['executions_by_client'],
    ({ store }) => store.count(EVERYTHING, { clientId: CLIENT_ID }),
  ],
  [
    'the count of one’s own',
    ['executions_by_subject'],
    ({ store }) => store.count(EVERYTHING, { subjectId: 'user-1' }),
  ],
  [
    'what has ended lately',
    ['executions_finished'],
    ({ store }) => store.finishedSince(EVERYTHING, daysAgo(0)),
  ],
  [
    'the credentials that are needed',
    ['executions_credential'],
    ({ store }) => store.neededCredentials(['credential-1', 'credential-2']),
  ],
  [
    'what waits for a token',
    ['executions_awaiting_credentials'],
    ({ store }) => store.awaitingCredentials(EVERYTHING, 'user-1'),
  ],
  ['the first page of rows', ['usage_rows_pkey'], ({ store, id }) => store.rows(id, 0, 1_000)],
  ['a page of rows further on', ['usage_rows_pkey'], ({ store, id }) => store.rows(id, 200, 100)],
  [
    'a page of sorted rows',
    ['usage_rows_pkey'],
    ({ store, id }) =>
      store.rows(id, 100, 100, { order: [{ field: 'REQUESTS', direction: 'DESC' }], filter: EVERY_ROW }),
  ],
  [
    'a page of filtered rows',
    ['usage_rows_pkey'],
    ({ store, id }) => store.rows(id, 0, 100, { order: [], filter: { httpMethods: ['GET'] } }),
  ],
  [
    'the count of rows',
    ['usage_rows_pkey'],
    ({ store, id }) => store.countRows(id, { httpMethods: ['GET'] }),
  ],
  ['the totals of rows', ['usage_rows_pkey'], ({ store, id }) => store.totals(id)],
  [
    'groups of rows',
    ['usage_rows_pkey'],
    ({ store, id }) => store.groups(id, { ...GROUPS, filter: EVERY_ROW }),
  ],
  ['an export', ['usage_rows_pkey'], ({ store, id }) => store.scanRows(id, 100, 200, SIGNAL)],
  ['the deletion of what has expired', ['executions_expired'], ({ store }) => store.deleteExpired()],
];

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}

const SIZES = { finished: 20_000, open: 2_000, results: 50, rowsOfEach: 400 };

/** The plans that the planner makes without statistics, as after a restore or a sudden load, and those it makes with them. */
describe.each([
  ['without statistics', false],
  ['with statistics', true],
] as const)('on filled tables %s', (_name, isAnalyzed) => {
  let test: TestStore;
  let explained: Explained;
  let filled: Filled;
  beforeAll(async () => {
    test = await createTestStore();
    await test.query('ALTER TABLE executions SET (autovacuum_enabled = off)');
    await test.query('ALTER TABLE usage_rows SET (autovacuum_enabled = off)');
    await test.query('ALTER TABLE row_blocks SET (autovacuum_enabled = off)');
    await fill(test);
    if (isAnalyzed) await test.query('ANALYZE');
    explained = explain(test.url);
    filled = await choose(test, createExecutionStore(explained.db));
  });
  afterAll(async () => {
    await explained?.stop();
    await test?.stop();
  });

  it.each(STATEMENTS)('%s is read from an index', async (_what, indexes, run) => {
    const reading = await explained.readingOf(() => run(filled));
    expect(reading.wholeTables).toEqual([]);
    // Without statistics the planner can't tell which of two indexes leaves less to be passed over.
    if (isAnalyzed) expect(reading.indexes).toEqual(indexes);
    else expect(reading.indexes.length).toBeGreaterThan(0);
  });

  it('the number of those that wait for budget is read from an index', async () => {
    const budget = createUpstreamBudgetStore(explained.db, { limit: 250, windowMs: 61_000 });
    const reading = await explained.readingOf(() => budget.read('credential-1'));
    expect(reading).toEqual({ indexes: ['executions_credential'], wholeTables: [] });
  });

  it('what no index serves is noticed', async () => {
    const whole = explained.db.selectFrom('executions').select('id').where('upstream_id', '=', 'upstream-7');
    expect(await explained.readingOf(() => whole.execute())).toEqual({
      indexes: [],
      wholeTables: ['executions'],
    });
  });
});

/** A tenth belongs to the tenant that is looked at. */
async function fill(test: TestStore): Promise<void> {
  const { request } = intent();
  const values = `
    CASE WHEN n % 10 = 0 THEN 'org-1' ELSE 'org-' || 2 + n % 200 END, 'tenant', 'user-' || n % 20, 'credential-' || n % 100,
    (ARRAY['ORGANIZATION_QUERY', 'OAUTH_CLIENT_QUERY', 'SIMPLE_SEARCH'])[1 + n / 10 % 3],
    $2::jsonb || CASE WHEN n / 10 % 3 = 1 THEN jsonb_build_object('clientId', $3::text) ELSE '{}' END, 'key-' || n`;
  await test.query(
    `INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request, request_key, status,
       upstream_id, created_at, submitted_at, finished_at, expires_at, deadline_at)
     SELECT ${values}, CASE WHEN n % 30 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END, 'upstream-' || n, at, at, at, at + interval '7 days', at
     FROM (SELECT n, now() - n * interval '25 seconds' AS at FROM generate_series(1, $1::integer) AS n) AS numbered`,
    [SIZES.finished, JSON.stringify(request), CLIENT_ID],
  );
  await test.query(
    `INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request, request_key, status,
       upstream_id, submitted_at, deadline_at, due_at, next_poll_at)
     SELECT ${values}, 'RUNNING', 'upstream-' || n, now(), now() + interval '1 hour', at, at
     FROM (SELECT n, now() + (n - 1000) * interval '0.1 seconds' AS at FROM generate_series(1, $1::integer) AS n) AS numbered`,
    [SIZES.open, JSON.stringify(request), CLIENT_ID],
  );
  await test.query(
    `INSERT INTO usage_rows (execution_id, position, date, http_method, requests)
     SELECT id, position, '2026-03-01', 'GET', position
     FROM (SELECT id FROM executions WHERE status = 'SUCCEEDED' AND organization_id = 'org-1' LIMIT $1) AS chosen,
       generate_series(1, $2::integer) AS position`,
    [SIZES.results, SIZES.rowsOfEach],
  );
  await test.query(
    `INSERT INTO row_blocks (execution_id, position, row_count, columns)
     SELECT id, 1, 1, '' FROM executions WHERE status = 'SUCCEEDED'`,
  );
}

async function choose(test: TestStore, store: ExecutionStore): Promise<Filled> {
  const plain = test.store;
  const [row] = await test.query<{ id: string }>('SELECT execution_id AS id FROM usage_rows LIMIT 1');
  const id = `exe_${row!.id.replaceAll('-', '')}`;
  const open = await plain.list(EVERYTHING, { statuses: ['RUNNING'] }, { first: 1, after: null });
  return {
    store,
    id,
    another: open.items[0]!.id,
    // By a store whose statements are not explained.
    async claim() {
      const [claim] = await plain.claimDue(NODE, 1, LEASE_MS);
      return claim!;
    },
  };
}
