/** What one PostgreSQL does in a second, and what each piece of work costs it: through the store's own functions. */
import { randomUUID } from 'node:crypto';

import type { UsageRow } from '../../dist/src/domain/execution.js';
import type { Claim, NewExecution, Sharing } from '../../dist/src/domain/ports/execution-store.js';
import { silentLogger } from '../../dist/src/lib/logger.js';
import { createProgressStore } from '../../dist/src/events/publishing-store.js';
import { createDatabase } from '../../dist/src/store/database.js';
import { createExecutionStore } from '../../dist/src/store/execution-store.js';
import { createProgressNotices } from '../../dist/src/store/progress-notices.js';
import { createUpstreamBudgetStore } from '../../dist/src/store/upstream-budget.js';
import { createUpstreamTroubleStore } from '../../dist/src/store/upstream-troubles.js';
import { TENANT } from '../growth/fill.ts';
import { query } from '../lib/query.ts';
import type { Server } from './server.ts';
import { type Cost, measure, type Work } from './work.ts';

const AT_ONCE = 16;
const MS = 4_000;
const LEASE_MS = 60_000;
const WEEK_MS = 7 * 86_400_000;
const CREDENTIALS = 2_000;

const REQUEST: NewExecution['request'] = {
  interval: '2026-01-01/2026-01-28',
  days: null,
  granularity: 'DAY',
  metrics: [],
  groupBy: ['OAUTH_CLIENT'],
  clientId: null,
  filters: {
    oauthClientNames: [],
    httpMethods: [],
    templateUris: [],
    platforms: [],
    userIds: [],
    oauthClientIds: [],
    organizationIds: [],
  },
  sortBy: [],
};

/** As upstream gives them: few clients, many paths. */
export function rowsOf(count: number): UsageRow[] {
  return Array.from({ length: count }, (_, n) => ({
    date: `2026-01-${String(1 + (n % 28)).padStart(2, '0')}`,
    oauthClientId: `11111111-2222-3333-4444-${String(n % 40).padStart(12, '0')}`,
    oauthClientName: `Client ${n % 40}`,
    organizationId: null,
    userId: null,
    userName: null,
    platform: null,
    httpMethod: 'GET',
    templateUri: `/api/v2/things/{thingId}/parts/${n % 300}`,
    requests: n,
    status200: n,
    status300: 0,
    status400: 0,
    status429: 1,
    status500: 0,
  }));
}

/** Each a start of its own, as a thousand tenants make them. */
function startOf(n: number): { readonly intent: NewExecution; readonly sharing: Sharing } {
  const organizationId = `tenant-${n % CREDENTIALS}`;
  const requestKey = randomUUID();
  return {
    intent: {
      operation: 'ORGANIZATION_QUERY',
      request: REQUEST,
      owner: { organizationId, scope: 'tenant', subjectId: `user-${n % 20}` },
      credentialId: `credential-of-${organizationId}`,
      sealedCredential: { keyId: 'default', sealed: Buffer.alloc(120, 7) },
      deadlineMs: 3_600_000,
      requestKey,
    },
    sharing: {
      visibility: { ...TENANT, organizationId },
      requestKey,
      maxAgeSeconds: null,
      idempotency: null,
    },
  };
}

export async function storeCosts(server: Server): Promise<Cost[]> {
  const database = createDatabase(server.url, silentLogger, { maxConnections: AT_ONCE });
  const progress = createProgressNotices(database.db, silentLogger);
  const store = createProgressStore(createExecutionStore(database.db), progress.tell);
  const budget = createUpstreamBudgetStore(database.db, { limit: 250, windowMs: 61_000 });
  const troubles = createUpstreamTroubleStore(database.db, {
    afterFailures: 5,
    firstPauseMs: 1_000,
    longestPauseMs: 30_000,
  });
  let count = 0;
  const next = () => (count += 1);

  const poll = async (claim: Claim) => {
    const credentialId = `credential-${next() % CREDENTIALS}`;
    await troubles.pass(['host', `credential ${credentialId}`]);
    await budget.admit(credentialId, 'POLL');
    await store.recordAttempt(claim, { polled: true, nextPollInMs: 1_000 });
  };
  const pollBatch = (limit: number) => async (worker: number) => {
    const claims = await store.claimDue(`node-${worker}`, limit, LEASE_MS);
    await Promise.all(claims.map(poll));
    return claims.length;
  };
  const started: Claim[] = [];
  const start = async () => {
    const { intent, sharing } = startOf(next());
    const made = await store.createUnlessShared(intent, sharing, 'bench', LEASE_MS);
    if (made.source !== 'FRESH') throw new Error('not a new one');
    await store.recordSubmitted(made.claim, randomUUID(), 3_600_000);
    return made.claim;
  };
  const finish = (rows: readonly UsageRow[]) => async () => {
    const claim = started.pop() ?? (await start());
    await store.finish(claim, { status: 'SUCCEEDED', asOf: new Date(), truncated: false }, rows, WEEK_MS);
    return 1;
  };
  const { rows: some } = await query<{ id: string }>(
    server.url,
    'SELECT id FROM executions WHERE finished_at IS NOT NULL LIMIT 20000',
  );
  const ids = some.map(({ id }) => `exe_${id.replaceAll('-', '')}`);
  const idsFrom = (many: number) => Array.from({ length: many }, () => ids[next() % ids.length] ?? '');
  const whole = await start();
  await store.finish(
    whole,
    { status: 'SUCCEEDED', asOf: new Date(), truncated: false },
    rowsOf(1_000),
    WEEK_MS,
  );
  const { id: paged } = whole.execution;

  const one = (run: (worker: number) => Promise<unknown>) => async (worker: number) => {
    await run(worker);
    return 1;
  };
  const cases: readonly (Omit<Work, 'ms'> & { readonly ms?: number })[] = [
    { what: 'a poll, claimed one by one', atOnce: AT_ONCE, run: pollBatch(1) },
    { what: 'a poll, claimed by tens', atOnce: 4, run: pollBatch(10) },
    { what: 'a poll, nobody else', atOnce: 1, run: pollBatch(1) },
    { what: 'a start', atOnce: AT_ONCE, run: one(async () => void started.push(await start())) },
    { what: 'a result of 100 rows', atOnce: AT_ONCE, run: finish(rowsOf(100)) },
    { what: 'a result of 1,000 rows', atOnce: 8, run: finish(rowsOf(1_000)) },
    { what: 'a result of 10,000 rows', atOnce: 3, run: finish(rowsOf(10_000)) },
    { what: 'a page of 1,000 rows', atOnce: AT_ONCE, run: one(() => store.blocks(paged, 0, 1_000)) },
    { what: 'a status, alone', atOnce: AT_ONCE, run: one(() => store.getMany(idsFrom(1))) },
    { what: 'a status, among 100', atOnce: 4, run: async () => (await store.getMany(idsFrom(100))).size },
    {
      what: '10,000 watched executions, after a reconnect',
      atOnce: 1,
      run: one(() => store.getMany(ids.slice(0, 10_000))),
    },
    { what: 'an admission, one token', atOnce: AT_ONCE, run: one(() => budget.admit('hot', 'POLL')) },
    {
      what: 'an admission, many tokens',
      atOnce: AT_ONCE,
      run: one(() => budget.admit(`many-${next() % 20_000}`, 'POLL')),
    },
    {
      what: 'a look-up that is counted',
      atOnce: AT_ONCE,
      run: one(() => budget.count(`looked-${next() % 20_000}`)),
    },
    { what: 'a look for the next poll', atOnce: AT_ONCE, run: one(() => store.msUntilNextDue('bench')) },
    {
      what: 'a claim of which nothing comes',
      atOnce: AT_ONCE,
      run: one(async () => {
        await store.claimDue('bench', 0, LEASE_MS);
      }),
    },
  ];
  const found: Cost[] = [];
  try {
    for (const { ms = MS, ...work } of cases) found.push(await measure(server, { ms, ...work }));
  } finally {
    await progress.stop();
    await database.stop();
  }
  return found;
}

/** Tables with their indexes and what is kept out of line, after VACUUM FULL; on a disk in use there is some air besides. */
export async function bytesOf(url: string, table: string): Promise<number> {
  await query(url, `VACUUM FULL ${table}`);
  const { rows } = await query<{ bytes: string }>(
    url,
    'SELECT pg_total_relation_size($1::regclass) AS bytes',
    [table],
  );
  return Number(rows[0]?.bytes);
}
