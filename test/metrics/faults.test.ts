/** The faults for which there are alerts, provoked: what the alert looks at moves, and moves back. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, type Token } from '../support/clients.js';
import { type Scrape, scrape, untilMetrics } from '../support/metrics.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { startedId } from '../support/starts.js';

const REQUESTS = 'usage_graphql_upstream_requests_total';
const WAITING = 'usage_graphql_executions_waiting';

let app: TestApp;
let proxy: Proxy;
beforeAll(async () => {
  app = await startAppWithSimulator();
  proxy = await startProxy(app.databaseUrl);
});
afterEach(async () => {
  app.simulator.faults.clear();
  await closeClients();
});
afterAll(async () => {
  await app?.stop();
  await proxy?.stop();
});

/** Different queries, since a query that fails by itself opens nothing. */
const startSix = (token: Token) =>
  Promise.all(
    [1, 2, 3, 4, 5, 6].map((day) =>
      startedId(app.url, 'ORGANIZATION_QUERY', { interval: `2026-09-0${day}/2026-09-1${day}` }, token),
    ),
  );

describe('upstream', () => {
  it('that resets connections shows as network', async () => {
    app.simulator.faults.inject({ kind: 'reset', when: 'before' }, { stage: 'results', times: 1 });
    await startedId(app.url);
    await untilMetrics(
      app.url,
      'the reset',
      (metrics) => metrics.value(REQUESTS, { call: 'poll', class: 'network' }) === 1,
    );
  });

  it('that gives a status nobody knows is counted, and its word is not shown', async () => {
    app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Dreaming' }, { times: 2 });
    await startedId(app.url);
    await untilMetrics(app.url, 'the status', (metrics) => {
      expect(metrics.text).not.toContain('Dreaming');
      return Number(metrics.value('usage_graphql_unknown_upstream_statuses_total')) > 0;
    });
  });

  it('that fails with 503 shows as 5xx, as an open breaker and as executions that wait', async () => {
    app.simulator.faults.inject({ kind: 'status', status: 503 }, { stage: 'results' });
    await startSix('demo-admin');
    const breaker = (metrics: Scrape) =>
      metrics.value('usage_graphql_upstream_breaker_open', { scope: 'host' });
    await untilMetrics(
      app.url,
      'the outage',
      (metrics) =>
        Number(metrics.value(REQUESTS, { call: 'poll', class: '5xx' })) >= 5 &&
        breaker(metrics) === 1 &&
        Number(metrics.value(WAITING, { reason: 'UPSTREAM_FAILING' })) > 0,
    );
    app.simulator.faults.clear();
    await untilMetrics(app.url, 'the recovery', (metrics) => breaker(metrics) === 0);
  }, 150_000);

  it('that asks to be left alone shows as 429, as a blocked credential and as refused places', async () => {
    app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    await startSix('demo-other-org');
    const fault = { kind: 'status', status: 429, retryAfter: '120' } as const;
    app.simulator.faults.inject(fault, { stage: 'results', times: 1 });
    await untilMetrics(
      app.url,
      'the block',
      (metrics) =>
        Number(metrics.value(REQUESTS, { call: 'poll', class: '429' })) > 0 &&
        Number(metrics.value('usage_graphql_upstream_blocked_credentials')) > 0 &&
        Number(metrics.value('usage_graphql_upstream_budget_admissions_total', { result: 'blocked' })) > 0 &&
        Number(metrics.value(WAITING, { reason: 'UPSTREAM_ASKED_TO_WAIT' })) > 0,
    );
  }, 90_000);
});

describe('a database that is away', () => {
  it('is told at once, by a page that still answers, without figures of another time', async () => {
    const { url } = await app.startNode({ DATABASE_URL: proxy.url });
    await untilMetrics(url, 'the database', (metrics) => metrics.value('usage_graphql_database_up') === 1);
    expect((await scrape(url)).value('usage_graphql_queue_lateness_seconds')).toBe(0);
    await proxy.cut();
    await untilMetrics(
      url,
      'the outage',
      (metrics) =>
        metrics.value('usage_graphql_database_up') === 0 &&
        metrics.value('usage_graphql_listening') === 0 &&
        metrics.value('usage_graphql_queue_lateness_seconds') === null &&
        metrics.value('usage_graphql_executions_open') === null &&
        metrics.value('usage_graphql_subscribers') === 0 &&
        Number(metrics.value('usage_graphql_log_lines_total', { level: 'warn' })) > 0,
    );
    await proxy.mend();
    await untilMetrics(
      url,
      'the recovery',
      (metrics) =>
        metrics.value('usage_graphql_database_up') === 1 &&
        metrics.value('usage_graphql_listening') === 1 &&
        metrics.value('usage_graphql_queue_lateness_seconds') !== null,
    );
  }, 150_000);
});
