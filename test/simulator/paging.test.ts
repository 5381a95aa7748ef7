import { describe, expect, it } from '@jest/globals';
import type {
  ClientJobRow,
  JobResults,
  OrganizationJobRow,
  QueryResults,
  UsageRow,
} from '../../src/simulator/wire.js';
import {
  CLIENT_JOB,
  CLIENT_QUERY,
  JOB,
  QUERY,
  read,
  SEARCH,
  WEEK,
  withSimulator,
  type TestSimulator,
} from './support.js';

const FINE = ['OauthClientId', 'UserId', 'TemplateUri', 'HttpMethod', 'Platform'];

async function walkJob<Row>({ call }: TestSimulator, path: string): Promise<Row[][]> {
  const pages: Row[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const page: JobResults<Row> = await read(await call(next));
    pages.push(page.entities ?? []);
    next = page.nextUri;
  }
  return pages;
}

async function walkSearch({ call }: TestSimulator, path: string, pageSize: number): Promise<UsageRow[]> {
  const rows: UsageRow[] = [];
  for (let after: string | undefined = ''; after !== undefined;) {
    const page: QueryResults = await read(await call(`${path}?pageSize=${pageSize}&after=${after}`));
    rows.push(...(page.results ?? []));
    after = page.cursors?.after;
  }
  return rows;
}

describe('pages of results', () => {
  it('yield each row of a job once on a walk over nextUri', () =>
    withSimulator(async (simulator) => {
      const path = await simulator.start(JOB, { interval: WEEK, granularity: 'Day', groupBy: FINE });
      const pages = await walkJob<OrganizationJobRow>(simulator, `${path}?pageSize=1000`);
      const keys = pages.flat().map((row) => {
        const { date, platform, httpMethod, templateUri, oauthClient, user } = row;
        return [date, platform, httpMethod, templateUri, oauthClient?.id, user?.id].join();
      });
      expect(pages.length).toBeGreaterThan(3);
      expect(new Set(keys).size).toBe(keys.length);
      const { entities } = await simulator.job({ interval: WEEK });
      const total = pages.flat().reduce((sum, { requestCount = 0 }) => sum + requestCount, 0);
      expect(total).toBe(entities?.[0]?.requestCount);
    }));

  it('have 100 rows by default and the last one no nextUri', () =>
    withSimulator(async (simulator) => {
      simulator.faults.inject({ kind: 'rows', count: 250 });
      const path = await simulator.start(CLIENT_JOB, { interval: WEEK });
      const pages = await walkJob<ClientJobRow>(simulator, path);
      expect(pages.map((page) => page.length)).toEqual([100, 100, 50]);
    }));

  it('of a search follow its cursors', () =>
    withSimulator(async (simulator) => {
      const path = await simulator.start(SEARCH, { interval: WEEK });
      const rows = await walkSearch(simulator, path, 70);
      expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(rows.length);
      expect(rows.length).toBe((await walkSearch(simulator, path, 1000)).length);
    }));

  it('of a search end at 20,000 records', () =>
    withSimulator(async (simulator) => {
      simulator.faults.inject({ kind: 'rows', count: 25_000 }, { operation: 'simpleSearch' });
      const path = await simulator.start(SEARCH, { interval: WEEK });
      expect(await walkSearch(simulator, path, 1000)).toHaveLength(20_000);
    }));

  it.each(['0', '1001', '-1', 'ten', '1.5'])('refuse a page size of %s', (pageSize) =>
    withSimulator(async ({ start, call }) => {
      for (const operation of [JOB, SEARCH]) {
        const response = await call(`${await start(operation, { interval: WEEK })}?pageSize=${pageSize}`);
        expect(response.status).toBe(400);
        expect(await read(response)).toMatchObject({ details: [{ fieldName: 'pageSize' }] });
      }
    }),
  );

  it('refuse the cursor of another job', () =>
    withSimulator(async ({ start, call, job }) => {
      const { nextUri = '' } = await job({ interval: WEEK, groupBy: FINE });
      const other = await start(JOB, { interval: WEEK, groupBy: FINE });
      const response = await call(`${other}?${nextUri.split('?')[1]}`);
      expect(response.status).toBe(400);
    }));

  it('can be made exactly as large as a test needs them', () =>
    withSimulator(async ({ faults, query }) => {
      faults.inject({ kind: 'rows', count: 30_000 }, { operation: 'organizationQuery' });
      const { results = [] } = await query(QUERY, { interval: WEEK });
      const keys = results.map((row) =>
        [row.date, row.clientId, row.userId, row.templateUri, row.httpMethod].join(),
      );
      expect(new Set(keys).size).toBe(30_000);
      expect((await query(CLIENT_QUERY, { interval: WEEK })).results).toHaveLength(1);
    }));
});
