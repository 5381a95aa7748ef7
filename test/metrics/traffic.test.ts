/** What `/metrics` shows of real traffic, and what it never shows. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { createApp } from '../../src/app.js';
import { parseConfig } from '../../src/config.js';
import { type Logger, silentLogger } from '../../src/lib/logger.js';
import { DEMO_ORGANIZATION } from '../../src/simulator/simulator.js';
import { ExecutionFinished } from '../documents/usage.graphql.js';
import { query } from '../store/embedded/scratch.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization, closeClients, DOORS, post, type Token } from '../support/clients.js';
import { type Scrape, scrape, untilMetrics } from '../support/metrics.js';
import { openRawSocket } from '../support/sockets.js';
import { start, startedId } from '../support/starts.js';

const TENANTS: readonly Token[] = ['demo-admin', 'demo-other-org'];
const TRANSPORTS = { WebSocket: 'websocket', 'server-sent events': 'sse' } as const;

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator({ keepAliveMs: 400 });
});
afterEach(async () => {
  await closeClients();
  app.simulator.faults.clear();
});
afterAll(() => app?.stop());

const now = () => scrape(app.url);

/** Everything that a tenant does in a day: starts, subscriptions over both doors, names, groups, exports, refusals. */
async function useEverything(token: Token): Promise<void> {
  const id = await startedId(app.url, 'ORGANIZATION_QUERY', { groupBy: ['OAUTH_CLIENT', 'USER'] }, token);
  for (const door of DOORS) await door.subscribe(app.url, ExecutionFinished, { id }, token).rest();
  await startedId(app.url, 'SIMPLE_SEARCH', { waitMs: 5_000 }, token);
  await start(app.url, 'OAUTH_CLIENT_QUERY', { clientId: 'no such client' }, token);
  const text = `{ viewer { organization { id } } oauthClients { id name } usageExecution(id: "${id}") {
    groups(by: [OAUTH_CLIENT]) { key { name } } rows(first: 5) { nodes { oauthClient { name } user { name } } } } }`;
  for (let times = 0; times < 3; times += 1) await post(app.url, { query: text }, token);
  await fetch(`${app.url}/executions/${id}/rows.csv`, { headers: authorization(token) }).then((got) =>
    got.text(),
  );
  await post(app.url, { query: '{ viewer { organization { id } } }' }, 'a-token-of-nobody');
}

/** What the tables know of tenants, and who they are. */
async function secretsOf(): Promise<string[]> {
  const rows = await query(
    app.databaseUrl,
    `SELECT id, replace(id::text, '-', '') AS public_id, organization_id, subject_id, credential_id, upstream_id,
       request->>'clientId' AS client FROM executions`,
  );
  const asked = TENANTS.map((token) =>
    post(app.url, { query: '{ viewer { organization { id name } } oauthClients { id name } }' }, token),
  );
  const texts = [...rows, ...(await Promise.all(asked)).map(({ data }) => data)].flatMap(textsIn);
  const tokens = [...TENANTS, 'a-token-of-nobody', 'Bearer'];
  const addresses = [app.simulator.url, new URL(app.simulator.url).port, '127.0.0.1', 'no such client'];
  return [...new Set([...texts, ...tokens, ...addresses])].filter(
    (text): text is string => typeof text === 'string' && text.length > 3,
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

describe('/metrics', () => {
  it('holds nothing of the tenants that use the service, and no more series than before they came', async () => {
    const fresh = await now();
    for (const token of TENANTS) await useEverything(token);
    await untilMetrics(app.url, 'both tenants to be through', (metrics) => metrics.value(OPEN) === 0);
    const used = await now();
    const secrets = await secretsOf();
    expect(secrets).toContain(DEMO_ORGANIZATION.id);
    expect(secrets.length).toBeGreaterThan(30);
    expect(secrets.filter((secret) => used.text.includes(secret))).toEqual([]);
    expect(used.series.toSorted()).toEqual(fresh.series.toSorted());
    expect(used.series.length).toBeLessThan(500);
  });

  it('tells starts by what they were given', async () => {
    const before = await now();
    const held = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    const choice = { interval: '2026-09-01/2026-09-04', reuse: { maxAgeSeconds: null } };
    const first = await startedId(app.url, 'ORGANIZATION_QUERY', choice);
    expect(await startedId(app.url, 'ORGANIZATION_QUERY', choice)).toBe(first);
    held.remove();
    expect(await startedId(app.url, 'ORGANIZATION_QUERY', { ...choice, waitMs: 5_000 })).toBe(first);
    expect(await startedId(app.url, 'ORGANIZATION_QUERY', choice)).toBe(first);
    const after = await now();
    const grown = (source: string) => {
      const labels = { operation: 'ORGANIZATION_QUERY', source };
      return Number(after.value(STARTS, labels)) - Number(before.value(STARTS, labels));
    };
    expect([grown('FRESH'), grown('JOINED'), grown('REUSED')]).toEqual([1, 2, 1]);
  });

  it('tells how executions end, how long they took, and how late that was noticed', async () => {
    const before = await now();
    const held = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    await startedId(app.url);
    const polled = (metrics: Scrape) => Number(metrics.value(POLLS, { state: 'RUNNING' }));
    await untilMetrics(app.url, 'a poll', (metrics) => polled(metrics) > polled(before));
    held.remove();
    await startedId(app.url, 'SIMPLE_SEARCH');
    await untilMetrics(app.url, 'both ends', (after) => {
      const grown = (name: string, labels = {}) =>
        Number(after.value(name, labels)) - Number(before.value(name, labels));
      return (
        grown('usage_graphql_executions_finished_total', { status: 'SUCCEEDED' }) === 2 &&
        grown('usage_graphql_execution_completion_seconds_count') === 2 &&
        grown('usage_graphql_detection_lag_seconds_count') === 2 &&
        grown('usage_graphql_rows_stored_total') > 0 &&
        grown('usage_graphql_claim_lateness_seconds_count') > 0
      );
    });
  });

  it.each(DOORS)('counts who waits over $name, what they are told, and how fast', async (door) => {
    const transport = TRANSPORTS[door.name];
    const before = await now();
    const held = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    const id = await startedId(app.url);
    const streams = [1, 2, 3].map(() => door.subscribe(app.url, ExecutionFinished, { id }));
    const count = (metrics: Scrape) => metrics.value(SUBSCRIBERS, { transport });
    await untilMetrics(app.url, 'three subscribers', (metrics) => count(metrics) === 3);
    expect((await now()).value('usage_graphql_connections', { transport })).toBe(3);
    held.remove();
    for (const stream of streams) expect(await stream.rest()).toHaveLength(1);
    const late = door.subscribe(app.url, ExecutionFinished, { id });
    expect(await late.rest()).toHaveLength(1);
    await untilMetrics(app.url, 'nobody', (metrics) => count(metrics) === 0);
    const after = await now();
    const grown = (name: string) =>
      Number(after.value(name, { transport })) - Number(before.value(name, { transport }));
    expect(grown('usage_graphql_results_pushed_total')).toBe(4);
    // Whoever came when it was over has not waited.
    expect(grown('usage_graphql_delivery_seconds_count')).toBe(3);
    expect(grown('usage_graphql_delivery_seconds_sum')).toBeGreaterThan(0);
    expect(grown('usage_graphql_served_bytes_total')).toBeGreaterThan(100);
  });

  it('counts a client that gives no sign of life', async () => {
    const silent = await openRawSocket(app.url, { answerPings: false });
    await silent.closed;
    const dropped = (await now()).value('usage_graphql_clients_dropped_total', { reason: 'silent' });
    expect(dropped).toBe(1);
  });

  it('tells how often the caches knew', async () => {
    const hits = async (cache: string) =>
      Number((await now()).value('usage_graphql_cache_lookups_total', { cache, result: 'hit' }));
    const choice = { groupBy: ['USER' as const], waitMs: 5_000 };
    const id = await startedId(app.url, 'ORGANIZATION_QUERY', choice);
    const before = await Promise.all(['answers', 'documents', 'tokens', 'names'].map(hits));
    // An answer that is kept needs no names: so there is another one with the same.
    for (const first of [3, 3, 3, 3, 4])
      await post(app.url, {
        query: `{ usageExecution(id: "${id}") { rows(first: ${first}) { nodes { user { name } } } } }`,
      });
    const after = await Promise.all(['answers', 'documents', 'tokens', 'names'].map(hits));
    after.forEach((count, i) => expect(count).toBeGreaterThan(before[i] ?? 0));
  });

  it('asks for no token, is not cached, and is behind no rate limit', async () => {
    const node = await app.startNode({ RATE_LIMIT_PER_MINUTE: '1' });
    for (let times = 0; times < 12; times += 1) {
      const response = await fetch(`${node.url}/metrics`);
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      await response.text();
    }
    expect((await post(node.url, { query: '{ viewer { organization { id } } }' })).status).toBe(200);
  });
});

describe('METRICS', () => {
  it('off takes the page away', async () => {
    const node = await app.startNode({ METRICS: 'off' });
    expect((await fetch(`${node.url}/metrics`)).status).toBe(404);
  });

  it('puts the page at a port of its own, and nothing else there', async () => {
    const said: string[] = [];
    const log: Logger = { ...silentLogger, info: (_fields, message) => said.push(message) };
    const node = createApp(parseConfig({ ...app.env, METRICS: '0' }), log);
    await node.start();
    try {
      const url = said.find((line) => line.startsWith('Metrics'))?.match(/http:\S+(?=\/metrics)/)?.[0] ?? '';
      expect(new URL(url).port).not.toBe(new URL(node.url).port);
      expect((await fetch(`${node.url}/metrics`)).status).toBe(404);
      expect((await scrape(url)).value('usage_graphql_database_up')).toBe(1);
      expect((await fetch(`${url}/graphql`)).status).toBe(404);
      expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
      const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
      expect([head.status, head.headers.get('cache-control')]).toEqual([200, 'no-store']);
    } finally {
      await node.stop();
    }
  });
});

const OPEN = 'usage_graphql_executions_open';
const STARTS = 'usage_graphql_starts_total';
const POLLS = 'usage_graphql_polls_total';
const SUBSCRIBERS = 'usage_graphql_subscribers';
