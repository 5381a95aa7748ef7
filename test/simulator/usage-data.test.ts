import { describe, expect, it } from '@jest/globals';
import { OTHER_ORGANIZATION } from '../../src/simulator/simulator.js';
import type { UsageRow } from '../../src/simulator/wire.js';
import {
  CLIENT_QUERY,
  HEAVY_CLIENT,
  JOB,
  QUERY,
  read,
  SEARCH,
  sumOf,
  SUMMARY,
  WEEK,
  withSimulator,
} from './support.js';

const ALL = ['OAuthClientId', 'OrganizationId', 'UserId', 'TemplateUri', 'HttpMethod'];

describe('simulated usage data', () => {
  it('lets two overlapping queries agree on the days they share', () =>
    withSimulator(async ({ query }) => {
      const groupBy = ['OAuthClientId', 'HttpMethod'];
      const one = await query(QUERY, { interval: '2026-11-02/2026-11-11', granularity: 'Day', groupBy });
      const two = await query(QUERY, { interval: '2026-11-09/2026-11-18', granularity: 'Day', groupBy });
      const shared = (rows: UsageRow[] | undefined): string[] =>
        (rows ?? [])
          .filter(({ date = '' }) => date >= '2026-11-09' && date < '2026-11-12')
          .map((row) => JSON.stringify(row))
          .sort();
      expect(shared(one.results)).toEqual(shared(two.results));
      expect(shared(one.results).length).toBeGreaterThan(50);
    }));

  it('adds up to the same total however a query is grouped', () =>
    withSimulator(async ({ query }) => {
      const whole = await query(QUERY, { interval: WEEK });
      const fine = await query(QUERY, { interval: WEEK, granularity: 'Day', groupBy: ALL });
      expect(whole.results).toHaveLength(1);
      expect(sumOf(fine.results, 'requests')).toBe(sumOf(whole.results, 'requests'));
    }));

  it('counts requests as the sum of five separate buckets', () =>
    withSimulator(async ({ query }) => {
      const { results = [] } = await query(QUERY, { interval: WEEK, groupBy: ALL });
      const broken = results.filter(
        (row) =>
          row.requests !==
          sumOf([row], 'status200') +
            sumOf([row], 'status300') +
            sumOf([row], 'status400') +
            sumOf([row], 'status429') +
            sumOf([row], 'status500'),
      );
      expect(broken).toEqual([]);
      expect(sumOf(results, 'status429')).toBeGreaterThan(0);
    }));

  it('has no row without traffic and no row twice', () =>
    withSimulator(async ({ query }) => {
      const { results = [] } = await query(QUERY, { interval: WEEK, granularity: 'Day', groupBy: ALL });
      const keys = results.map((row) =>
        [row.date, row.clientId, row.userId, row.httpMethod, row.templateUri].join(),
      );
      expect(new Set(keys).size).toBe(results.length);
      expect(results.filter(({ requests }) => requests === 0)).toEqual([]);
    }));

  it('leaves a dimension that was not grouped by as an empty string in the older generation', () =>
    withSimulator(async ({ query }) => {
      const { results } = await query(QUERY, {
        interval: WEEK,
        groupBy: ['HttpMethod'],
        metrics: ['Requests'],
      });
      expect(results?.find(({ httpMethod }) => httpMethod === 'GET')).toEqual({
        clientId: '',
        clientName: '',
        organizationId: '',
        userId: '',
        templateUri: '',
        httpMethod: 'GET',
        requests: expect.any(Number),
      });
    }));

  it('leaves a dimension that was not grouped by out of a job', () =>
    withSimulator(async ({ job }) => {
      const { entities } = await job({ interval: WEEK, groupBy: ['HttpMethod'], metrics: ['Status500'] });
      expect(entities?.[0]).toEqual({ httpMethod: expect.any(String), status500: expect.any(Number) });
    }));

  it.each([
    ['Day', 7, '2026-11-09T00:00:00Z'],
    ['Week', 1, '2026-11-09T00:00:00Z'],
    ['Month', 1, '2026-11-01T00:00:00Z'],
  ])('dates rows by %s', (granularity, count, first) =>
    withSimulator(async ({ query }) => {
      const { results = [] } = await query(QUERY, { interval: WEEK, granularity });
      expect(results).toHaveLength(count);
      expect(results.map(({ date }) => date)).toContain(first);
    }),
  );

  it('has no data for the running UTC day and later', () =>
    withSimulator(async ({ query }) => {
      const { results = [] } = await query(QUERY, { interval: '2026-11-20/2026-12-31', granularity: 'Day' });
      const days = new Set(results.map(({ date }) => date));
      expect(days).toEqual(new Set(['2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z']));
    }));

  it('is quieter at weekends', () =>
    withSimulator(async ({ query }) => {
      const { results = [] } = await query(QUERY, { interval: WEEK, granularity: 'Day' });
      const requestsOn = (day: string): number =>
        sumOf(
          results.filter(({ date }) => date?.startsWith(day)),
          'requests',
        );
      expect(requestsOn('2026-11-15')).toBeLessThan(requestsOn('2026-11-11') / 2);
    }));

  it('sends rows unsorted, in the same order every time', () =>
    withSimulator(async ({ query }) => {
      const body = { interval: '2026-10-01/2026-10-31', granularity: 'Day' };
      const dates = (await query(QUERY, body)).results?.map(({ date }) => date);
      expect(dates).not.toEqual(dates?.toSorted());
      expect((await query(QUERY, body)).results?.map(({ date }) => date)).toEqual(dates);
    }));

  it('sorts a job by what it asks for', () =>
    withSimulator(async ({ job }) => {
      const sortBy = [{ fieldName: 'Requests', order: 'Desc' }];
      const { entities = [] } = await job({ interval: WEEK, groupBy: ['OauthClientId'], sortBy });
      const counts = entities.map(({ requestCount = 0 }) => requestCount);
      expect(counts).toEqual(counts.toSorted((a, b) => b - a));
      expect(entities[0]?.oauthClient?.name).toBe('Salesforce CTI Adapter');
    }));

  it('filters a job by every list it names', () =>
    withSimulator(async ({ job }) => {
      const { entities = [] } = await job({
        interval: WEEK,
        groupBy: ['OauthClientName', 'HttpMethod', 'Platform'],
        oauthClientIds: [HEAVY_CLIENT],
        httpMethods: ['GET', 'PATCH'],
        platforms: ['EmbeddedClient'],
      });
      expect(new Set(entities.map(({ oauthClient }) => oauthClient?.name))).toEqual(
        new Set(['Salesforce CTI Adapter']),
      );
      expect(entities.length).toBeGreaterThan(0);
      expect(entities.every(({ platform }) => platform === 'EmbeddedClient')).toBe(true);
      expect(entities.every(({ httpMethod = '' }) => ['GET', 'PATCH'].includes(httpMethod))).toBe(true);
    }));

  it('counts a little more in a job than in the older query', () =>
    withSimulator(async ({ query, job }) => {
      const older = sumOf((await query(QUERY, { interval: WEEK })).results, 'requests');
      const newer = sumOf((await job({ interval: WEEK })).entities, 'requestCount');
      expect(newer).toBeGreaterThan(older);
      expect(newer).toBeLessThan(older * 1.2);
    }));

  it('has for one client what the organization has for it', () =>
    withSimulator(async ({ query }) => {
      const all = await query(QUERY, { interval: WEEK, groupBy: ['OAuthClientId'] });
      const one = await query(CLIENT_QUERY, { interval: WEEK, groupBy: ['OAuthClientId'] });
      expect(one.results).toEqual(all.results?.filter(({ clientId }) => clientId === HEAVY_CLIENT));
    }));

  it('summarizes the last full days of a client', () =>
    withSimulator(async ({ start, call }) => {
      const { results = [] } = await read<{ results?: UsageRow[] }>(
        await call(await start(`${SUMMARY}?days=2`, undefined)),
      );
      expect(new Set(results.map(({ date }) => date))).toEqual(
        new Set(['2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z']),
      );
      expect(new Set(results.map(({ clientId }) => clientId))).toEqual(new Set([HEAVY_CLIENT]));
    }));

  it('lets a search name its columns among its metrics', () =>
    withSimulator(async ({ query }) => {
      const { results } = await query(SEARCH, { interval: WEEK, metrics: ['ClientName', 'Status200'] });
      expect(results).toHaveLength(12);
      expect(results?.[0]).toEqual({
        clientId: '',
        clientName: expect.stringMatching(/./),
        organizationId: '',
        userId: '',
        templateUri: '',
        httpMethod: '',
        status200: expect.any(Number),
      });
    }));

  it('gives the other organization other figures and other clients', () =>
    withSimulator(async ({ query, start, call }) => {
      const body = { interval: WEEK, groupBy: ['OAuthClientId'] };
      const ours = (await query(QUERY, body)).results ?? [];
      const path = await start(QUERY, body, 'demo-other-org');
      const theirs = (await read<{ results: UsageRow[] }>(await call(path, { token: 'demo-other-org' })))
        .results;
      const ids = new Set(OTHER_ORGANIZATION.clients.map(({ id }) => id));
      expect(theirs.every(({ clientId }) => ids.has(clientId))).toBe(true);
      expect(sumOf(theirs, 'requests')).not.toBe(sumOf(ours, 'requests'));
    }));

  it('serves a quarter at the finest grain, over 50,000 rows, whole', () =>
    withSimulator(async ({ start, call }) => {
      const path = await start(QUERY, {
        interval: '2026-08-24/2026-11-21',
        granularity: 'Day',
        groupBy: ALL,
      });
      const { results } = await read<{ results: UsageRow[] }>(await call(path));
      expect(results.length).toBeGreaterThan(50_000);
    }));

  it('writes template URIs without a leading slash', () =>
    withSimulator(async ({ start, call }) => {
      const path = await start(JOB, { interval: WEEK, groupBy: ['TemplateUri'] });
      const { entities } = await read<{ entities: { templateUri: string }[] }>(await call(path));
      expect(entities.filter(({ templateUri }) => !templateUri.startsWith('api/v2/'))).toEqual([]);
    }));
});
