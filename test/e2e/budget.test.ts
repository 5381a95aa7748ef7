import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { tokenHash } from '../../src/auth/token-hash.js';
import type { RecordedRequest } from '../../src/simulator/simulator.js';
import { Budget } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, execute } from '../support/clients.js';
import { finalStatus, startedId } from '../support/starts.js';
import { until } from '../support/until.js';

/** As with upstream's minute: a second more than what is promised, for calls that are on their way unequally long. */
const PROMISED_MS = 2_000;
const upstreamBudget = { limit: 30, windowMs: PROMISED_MS + 1_000 };
const EXECUTIONS = 25;

describe('three nodes with one token', () => {
  let app: TestApp;
  let urls: string[];
  let database: pg.Client;
  beforeAll(async () => {
    app = await startAppWithSimulator({ upstreamBudget });
    urls = [app.url, (await app.startNode()).url, (await app.startNode()).url];
    database = new pg.Client(app.databaseUrl);
    await database.connect();
  });
  afterEach(async () => {
    app.simulator.faults.clear();
    await closeClients();
  });
  afterAll(async () => {
    await database?.end();
    await app?.stop();
  });

  const token = () => app.simulator.tokens.issue();
  const shown = async (of: string) => dataOf(await execute(app.url, Budget, {}, of)).upstreamBudget;
  const startMany = (of: string) =>
    Promise.all(
      Array.from({ length: EXECUTIONS }, (_, i) =>
        startedId(urls[i % urls.length] ?? '', 'ORGANIZATION_QUERY', {}, of),
      ),
    );
  /** Only what one token has asked of usage; the simulator names tokens in its own way. */
  const usageCalls = (from: number) =>
    app.simulator.requests.slice(from).filter(({ path }) => path.startsWith('/api/v2/usage'));

  it('never ask more than the budget within any span, and bring everything to its end', async () => {
    const from = app.simulator.requests.length;
    const mine = token();
    const ids = await startMany(mine);
    const states = await Promise.all(ids.map((id, i) => finalStatus(urls[(i + 1) % 3] ?? '', id, mine)));
    expect(states).toEqual(ids.map(() => 'SUCCEEDED'));
    const calls = usageCalls(from);
    expect(calls.length).toBeGreaterThanOrEqual(2 * EXECUTIONS);
    expect(mostWithin(calls, PROMISED_MS)).toBeLessThanOrEqual(upstreamBudget.limit);
    // It was the budget that made them wait, and that was no failure.
    expect(mostWithin(calls, 60_000)).toBeGreaterThan(upstreamBudget.limit);
    const { rows } = await database.query('SELECT DISTINCT failure_count, status FROM executions');
    expect(rows).toEqual([{ failure_count: 0, status: 'SUCCEEDED' }]);
  });

  it('ask nothing with a token that was told to wait, until it may be asked again', async () => {
    const mine = token();
    const ids = await startMany(mine);
    const told = app.simulator.faults.inject(
      { kind: 'status', status: 429, retryAfter: '4' },
      { stage: 'results', times: 1 },
    );
    await until('the 429', () => told.hits === 1);
    // No step is under way, and the block is there: whatever is asked from now on was admitted behind it.
    await until('everything to be put off', async () => {
      const { remaining } = await shown(mine);
      const { rows } = await database.query<{ n: string }>(
        'SELECT count(*) AS n FROM executions WHERE lease_owner IS NOT NULL',
      );
      return remaining === 0 && rows[0]?.n === '0';
    });
    const from = app.simulator.requests.length;
    const { limit, remaining, resetAt, queued } = await shown(mine);
    expect({ limit, remaining }).toEqual({ limit: 30, remaining: 0 });
    expect(queued).toBeGreaterThan(0);
    const refused = app.simulator.requests.find(({ status }) => status === 429);
    const askedUntil = (refused?.at ?? Infinity) + 4_000;
    expect(new Date(resetAt as string).getTime()).toBeGreaterThanOrEqual(askedUntil);

    const states = await Promise.all(ids.map((id, i) => finalStatus(urls[i % 3] ?? '', id, mine)));
    expect(states).toEqual(ids.map(() => 'SUCCEEDED'));
    const later = usageCalls(from);
    expect(later.length).toBeGreaterThan(0);
    expect(later.filter(({ at }) => at < askedUntil)).toEqual([]);
    expect(app.simulator.requests.filter(({ status }) => status === 429)).toHaveLength(1);
  });

  it('leave other tokens alone, and show each its own', async () => {
    const [mine, other] = [token(), token()];
    await startedId(app.url, 'ORGANIZATION_QUERY', {}, mine);
    await until('the calls to be counted', async () => (await shown(mine)).remaining < upstreamBudget.limit);
    // A new token has been looked up, and nothing else.
    expect((await shown(other)).remaining).toBeGreaterThanOrEqual(upstreamBudget.limit - 2);
  });

  it('count what a token is looked up with', async () => {
    const mine = token();
    await until(
      'the look-ups to be counted',
      async () => (await shown(mine)).remaining < upstreamBudget.limit,
    );
  });

  it('keep nothing of tokens that upstream does not accept', async () => {
    const mine = token();
    const refused = ['made-up-1', 'made-up-2', 'made-up-3'];
    for (const each of refused)
      expect(await execute(app.url, Budget, {}, each)).toMatchObject({ status: 401 });
    const kept = async () => {
      const { rows } = await database.query<{ credential_id: string }>(
        'SELECT credential_id FROM upstream_budgets',
      );
      return rows.map((row) => row.credential_id);
    };
    // Counted later than those, and so a sign that they would have been.
    await shown(mine);
    await until('the look-ups to be counted', async () => (await kept()).includes(tokenHash(mine)));
    const ids = await kept();
    expect(refused.filter((each) => ids.includes(tokenHash(each)))).toEqual([]);
  });
});

describe('a service with a client of its own', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startAppWithSimulator({
      env: { GENESYS_CLIENT_ID: 'service-client', GENESYS_CLIENT_SECRET: 'a:secret' },
      simulator: { clientSecrets: { 'service-client': 'a:secret' } },
      // Nothing leaves the window while the test runs.
      upstreamBudget: { limit: 10, windowMs: 600_000 },
    });
  });
  afterEach(closeClients);
  afterAll(() => app?.stop());

  it('shows all callers the budget of that client, and counts what it asks alone', async () => {
    const [mine, other] = [app.simulator.tokens.issue(), app.simulator.tokens.issue()];
    const shown = async (of: string) => dataOf(await execute(app.url, Budget, {}, of)).upstreamBudget;
    expect(await shown(mine)).toEqual({ limit: 10, remaining: 10, resetAt: null, queued: 0 });
    const id = await startedId(app.url, 'ORGANIZATION_QUERY', {}, mine);
    expect(await finalStatus(app.url, id, mine)).toBe('SUCCEEDED');
    expect((await shown(mine)).remaining).toBe(8);
    expect(await shown(other)).toEqual(await shown(mine));
  });
});

function mostWithin(calls: readonly RecordedRequest[], ms: number): number {
  const ats = calls.map(({ at }) => at).sort((a, b) => a - b);
  return Math.max(...ats.map((start, i) => ats.slice(i).filter((at) => at - start < ms).length));
}
