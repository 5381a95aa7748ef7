import { describe, expect, it } from '@jest/globals';
import type { UsageRow } from '../../src/domain/execution.js';
import type { UsageMetric, UsageOperation } from '../../src/domain/operation.js';
import type { PollAnswer } from '../../src/domain/ports/usage-upstream.js';
import type { RequestDraft } from '../../src/domain/request.js';
import { createUpstreamHttp } from '../../src/upstream/http.js';
import { createUsageUpstream } from '../../src/upstream/usage-api.js';
import { always, type ReceivedRequest, withScriptedServer } from '../support/scripted-server.js';
import { CLIENT_ID, usageRequest } from '../support/usage-requests.js';

const { signal } = new AbortController();
const HEADERS = { 'ININ-Correlation-Id': 'c-9' };

interface Polled {
  readonly answer: PollAnswer;
  readonly sent: ReceivedRequest;
}

interface Poll {
  readonly operation?: UsageOperation;
  readonly draft?: RequestDraft;
  readonly cursor?: string | null;
}

function poll(
  body: unknown,
  { operation = 'ORGANIZATION_QUERY', draft, cursor = null }: Poll = {},
): Promise<Polled> {
  return withScriptedServer(always(200, body, HEADERS), async ({ url, received }) => {
    const upstream = createUsageUpstream(createUpstreamHttp({ baseUrl: url }));
    const query = { operation, request: usageRequest(operation, draft), upstreamId: 'x-1', cursor };
    const answer = await upstream.poll(query, 'the-token', signal);
    return { answer, sent: received[0] as ReceivedRequest };
  });
}

async function rowsOf(body: unknown, options?: Poll): Promise<readonly UsageRow[]> {
  const { answer } = await poll(body, options);
  if (answer.state !== 'ROWS') throw new Error(`not rows but ${answer.state}`);
  return answer.rows;
}

const NOTHING: UsageRow = {
  date: null,
  oauthClientId: null,
  oauthClientName: null,
  organizationId: null,
  userId: null,
  userName: null,
  platform: null,
  httpMethod: null,
  templateUri: null,
  requests: null,
  status200: null,
  status300: null,
  status400: null,
  status429: null,
  status500: null,
};

const JOB: Poll = { operation: 'ORGANIZATION_AGGREGATES' };
const SEARCH: Poll = { operation: 'SIMPLE_SEARCH' };
const ROW = { clientId: 'c', requests: 1 };

describe('where results are', () => {
  it.each([
    ['ORGANIZATION_QUERY', '/api/v2/usage/query/x-1/results', ''],
    ['OAUTH_CLIENT_QUERY', `/api/v2/oauth/clients/${CLIENT_ID}/usage/query/results/x-1`, ''],
    ['OAUTH_CLIENT_SUMMARY', `/api/v2/oauth/clients/${CLIENT_ID}/usage/query/results/x-1`, ''],
    ['SIMPLE_SEARCH', '/api/v2/usage/simplesearch/x-1/results', 'pageSize=1000'],
    ['ORGANIZATION_AGGREGATES', '/api/v2/usage/aggregates/query/jobs/x-1', 'pageSize=1000'],
    [
      'OAUTH_CLIENT_AGGREGATES',
      `/api/v2/usage/client/${CLIENT_ID}/aggregates/query/jobs/x-1`,
      'pageSize=1000',
    ],
  ] as const)('%s asks at %s', async (operation, path, query) => {
    const { sent } = await poll({ queryStatus: 'Running' }, { operation });
    expect([sent.method, sent.path, String(sent.query)]).toEqual(['GET', path, query]);
    expect(sent.headers.authorization).toBe('Bearer the-token');
  });
});

describe('the status of an answer', () => {
  it.each(['Running', 'Queued'])('%s still runs', async (upstreamStatus) => {
    const { answer } = await poll({ queryStatus: upstreamStatus });
    expect(answer).toEqual({ state: 'RUNNING', upstreamStatus, known: true });
  });

  it.each(['OutdatedSdkVersion', 'complete', 'constructor'])('%s is unknown and still runs', async (name) => {
    const { answer } = await poll({ queryStatus: name });
    expect(answer).toEqual({ state: 'RUNNING', upstreamStatus: name, known: false });
  });

  it('Failed of the older generation gives no reason', async () => {
    const { answer } = await poll({ queryStatus: 'Failed' });
    expect(answer).toEqual({ state: 'FAILED', message: null, correlationId: 'c-9' });
  });

  it('Failed of a job gives the reason that upstream names', async () => {
    const { answer } = await poll({ queryStatus: 'Failed', errorBody: { message: 'Too much data' } }, JOB);
    expect(answer).toEqual({ state: 'FAILED', message: 'Too much data', correlationId: 'c-9' });
  });

  it('Failed of a job hides a reason that holds the token', async () => {
    const { answer } = await poll({ queryStatus: 'Failed', errorBody: { message: 'bad: the-token' } }, JOB);
    expect(answer).toMatchObject({ state: 'FAILED', message: null });
  });

  it('Cancelled is canceled', async () => {
    const { answer } = await poll({ queryStatus: 'Cancelled' }, JOB);
    expect(answer).toEqual({ state: 'CANCELED', message: null, correlationId: 'c-9' });
  });

  it.each([{}, { queryStatus: null }, { queryStatus: 7 }, { queryStatus: '' }, [], 'Complete', null])(
    'is UNAVAILABLE when the answer is %j',
    async (body) => {
      await expect(poll(body)).rejects.toMatchObject({
        kind: 'UNAVAILABLE',
        correlationId: 'c-9',
        status: 200,
      });
    },
  );
});

describe('rows of the older generation', () => {
  it('are mapped field by field', async () => {
    const row = {
      clientId: 'c-1',
      clientName: 'Client',
      organizationId: 'o-1',
      userId: 'u-1',
      templateUri: 'api/v2/users/{userId}',
      httpMethod: 'GET',
      status200: 1,
      status300: 2,
      status400: 3,
      status500: 4,
      status429: 5,
      requests: 100,
      date: '2020-02-02T00:00:00Z',
    };
    expect(await rowsOf({ queryStatus: 'Complete', results: [row] })).toEqual([
      {
        date: '2020-02-02',
        oauthClientId: 'c-1',
        oauthClientName: 'Client',
        organizationId: 'o-1',
        userId: 'u-1',
        userName: null,
        platform: null,
        httpMethod: 'GET',
        templateUri: 'api/v2/users/{userId}',
        requests: 100,
        status200: 1,
        status300: 2,
        status400: 3,
        status429: 5,
        status500: 4,
      },
    ]);
  });

  it('turn empty texts, nulls and missing fields into null', async () => {
    const empty = {
      clientId: '',
      clientName: '',
      organizationId: '',
      userId: '',
      templateUri: '',
      httpMethod: '',
    };
    const nulls = { clientId: null, date: null, requests: null, status200: null };
    expect(await rowsOf({ queryStatus: 'Complete', results: [empty, nulls, {}] })).toEqual([
      NOTHING,
      NOTHING,
      NOTHING,
    ]);
  });

  it('know no counter that was not asked for, even where upstream sends one', async () => {
    const metrics: UsageMetric[] = ['STATUS_429'];
    const row = { requests: 0, status200: 0, status300: 7, status400: 0, status429: 0, status500: 'x' };
    const rows = await rowsOf({ queryStatus: 'Complete', results: [row] }, { draft: { metrics } });
    expect(rows).toEqual([{ ...NOTHING, status429: 0 }]);
  });

  it('of a simple search never have requests', async () => {
    const rows = await rowsOf({ queryStatus: 'Complete', results: [{ requests: 5, status200: 5 }] }, SEARCH);
    expect(rows).toEqual([{ ...NOTHING, status200: 5, status300: null }]);
  });

  it('come unsorted and stay so', async () => {
    const results = [{ clientId: 'b' }, { clientId: 'a' }, { clientId: 'b' }];
    const rows = await rowsOf({ queryStatus: 'Complete', results });
    expect(rows.map((row) => row.oauthClientId)).toEqual(['b', 'a', 'b']);
  });
});

describe('rows of the jobs', () => {
  it('of the organization are mapped field by field', async () => {
    const row = {
      date: '2026-03-01',
      platform: 'p',
      httpMethod: 'POST',
      templateUri: 'api/v2/x',
      requestCount: 10,
      status200: 1,
      status300: 2,
      status400: 3,
      status429: 4,
      status500: 5,
      oauthClient: { id: 'c-1', name: 'Client', selfUri: '/s' },
      user: { id: 'u-1', name: 'User', selfUri: '/s' },
    };
    expect(await rowsOf({ queryStatus: 'Succeeded', entities: [row] }, JOB)).toEqual([
      {
        date: '2026-03-01',
        oauthClientId: 'c-1',
        oauthClientName: 'Client',
        organizationId: null,
        userId: 'u-1',
        userName: 'User',
        platform: 'p',
        httpMethod: 'POST',
        templateUri: 'api/v2/x',
        requests: 10,
        status200: 1,
        status300: 2,
        status400: 3,
        status429: 4,
        status500: 5,
      },
    ]);
  });

  it('of a client have an organization', async () => {
    const entities = [{ organizationId: 'o-1', requestCount: 3, requests: 9 }];
    const rows = await rowsOf(
      { queryStatus: 'Succeeded', entities },
      { operation: 'OAUTH_CLIENT_AGGREGATES' },
    );
    expect(rows).toEqual([{ ...NOTHING, organizationId: 'o-1', requests: 3 }]);
  });

  it('may lack names, or references altogether', async () => {
    const entities = [{ oauthClient: { id: 'c-1' }, user: null }];
    expect(await rowsOf({ queryStatus: 'Succeeded', entities }, JOB)).toEqual([
      { ...NOTHING, oauthClientId: 'c-1' },
    ]);
  });
});

describe('a final answer', () => {
  it.each([{ results: [] }, {}, { results: null }])('with %j has no rows', async (rest) => {
    const { answer } = await poll({ queryStatus: 'Complete', ...rest });
    expect(answer).toEqual({ state: 'ROWS', rows: [], nextCursor: null });
  });

  it('may say its status after its rows', async () => {
    expect(await rowsOf({ results: [{ clientId: 'c' }], queryStatus: 'Complete' })).toHaveLength(1);
  });

  it.each([
    ['rows that are no list', { results: { a: 1 } }],
    ['a row that is no object', { results: ['x'] }],
    ['a negative counter', { results: [{ requests: -1 }] }],
    ['a fractional counter', { results: [{ requests: 1.5 }] }],
    ['a counter that is a text', { results: [{ requests: '1' }] }],
    ['a counter beyond the exact integers', { results: [{ requests: 2 ** 53 }] }],
    ['an id that is a number', { results: [{ clientId: 1 }] }],
    ['a NUL character', { results: [{ clientName: 'a\0b' }] }],
    ['a date that is none', { results: [{ date: 'yesterday' }] }],
    ['a day that no calendar has', { results: [{ date: '2026-02-30' }] }],
    ['a month that no calendar has', { results: [{ date: '2026-13-01T00:00:00Z' }] }],
  ])('with %s is INVALID_RESULT', async (_what, rest) => {
    const error = poll({ queryStatus: 'Complete', ...rest });
    await expect(error).rejects.toMatchObject({
      kind: 'INVALID_RESULT',
      retryable: false,
      correlationId: 'c-9',
    });
  });

  it('of many rows arrives complete and in order', async () => {
    const results = Array.from({ length: 20_000 }, (_, i) => ({ templateUri: 'api/v2/users', requests: i }));
    const rows = await rowsOf({ queryStatus: 'Complete', results });
    expect(rows.map((row) => row.requests)).toEqual(results.map((row) => row.requests));
  });
});

describe('pages', () => {
  it('of a simple search go on after the cursor', async () => {
    const body = { queryStatus: 'Complete', results: [ROW], cursors: { before: 'b', after: 'n&2' } };
    const first = await poll(body, SEARCH);
    expect(first.answer).toMatchObject({ nextCursor: 'n&2' });
    const { sent, answer } = await poll(
      { queryStatus: 'Complete', results: [ROW] },
      { ...SEARCH, cursor: 'n&2' },
    );
    expect([sent.query.get('pageSize'), sent.query.get('after')]).toEqual(['1000', 'n&2']);
    expect(answer).toMatchObject({ nextCursor: null });
  });

  it("of a job go on after the cursor of nextUri, whose host doesn't matter", async () => {
    for (const host of ['', 'https://evil.example', '//evil.example']) {
      const nextUri = `${host}/api/v2/usage/aggregates/query/jobs/other?pageSize=5&after=n%262`;
      const { answer } = await poll({ queryStatus: 'Succeeded', entities: [{}], nextUri }, JOB);
      expect(answer).toMatchObject({ state: 'ROWS', nextCursor: 'n&2' });
    }
    const { sent } = await poll({ queryStatus: 'Succeeded' }, { ...JOB, cursor: 'n&2' });
    expect(sent.path).toBe('/api/v2/usage/aggregates/query/jobs/x-1');
    expect(String(sent.query)).toBe('pageSize=1000&after=n%262');
  });

  it('end with an empty cursor, no link, or a page without rows', async () => {
    const ends = [
      await poll({ queryStatus: 'Complete', results: [ROW], cursors: { after: '' } }, SEARCH),
      await poll({ queryStatus: 'Complete', results: [ROW], cursors: null }, SEARCH),
      await poll({ queryStatus: 'Complete', results: [], cursors: { after: 'n' } }, SEARCH),
      await poll({ queryStatus: 'Succeeded', entities: [{}] }, JOB),
      await poll({ queryStatus: 'Succeeded', entities: [], nextUri: '/x?after=n' }, JOB),
    ];
    for (const { answer } of ends) expect(answer).toMatchObject({ state: 'ROWS', nextCursor: null });
  });

  it('that lead to themselves, or nowhere, are INVALID_RESULT', async () => {
    const same = { queryStatus: 'Complete', results: [ROW], cursors: { after: 'n' } };
    await expect(poll(same, { ...SEARCH, cursor: 'n' })).rejects.toMatchObject({ kind: 'INVALID_RESULT' });
    const nowhere = { queryStatus: 'Succeeded', entities: [{}], nextUri: '/x?pageNumber=2' };
    await expect(poll(nowhere, JOB)).rejects.toMatchObject({ kind: 'INVALID_RESULT' });
  });

  it('are not looked for where an operation has none', async () => {
    const { answer } = await poll({ queryStatus: 'Complete', results: [ROW], cursors: { after: 'n' } });
    expect(answer).toMatchObject({ state: 'ROWS', nextCursor: null });
  });
});
