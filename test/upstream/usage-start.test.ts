import { describe, expect, it } from '@jest/globals';
import type { UsageOperation } from '../../src/domain/operation.js';
import type { RequestDraft } from '../../src/domain/request.js';
import { createUpstreamHttp } from '../../src/upstream/http.js';
import { createUsageUpstream } from '../../src/upstream/usage-api.js';
import { always, type ReceivedRequest, withScriptedServer } from '../support/scripted-server.js';
import { CLIENT_ID, usageRequest } from '../support/usage-requests.js';

const ALL = ['Requests', 'Status200', 'Status300', 'Status400', 'Status429', 'Status500'];
const { signal } = new AbortController();

interface Started {
  readonly upstreamId: string;
  readonly sent: ReceivedRequest;
  readonly body: unknown;
}

function start(operation: UsageOperation, draft: RequestDraft = {}, answer: unknown = {}): Promise<Started> {
  return withScriptedServer(always(202, answer), async ({ url, received }) => {
    const upstream = createUsageUpstream(createUpstreamHttp({ baseUrl: url }));
    const query = { operation, request: usageRequest(operation, draft) };
    const { upstreamId } = await upstream.start(query, 'token', signal);
    const [sent] = received;
    if (!sent) throw new Error('nothing arrived');
    return { upstreamId, sent, body: sent.body && JSON.parse(sent.body) };
  });
}

describe('starting a query', () => {
  it('of the organization posts all metrics and leaves out what was not said', async () => {
    const { upstreamId, sent, body } = await start('ORGANIZATION_QUERY', {}, { executionId: 'e-1' });
    expect(upstreamId).toBe('e-1');
    expect([sent.method, sent.path]).toEqual(['POST', '/api/v2/usage/query']);
    expect(sent.headers['content-type']).toBe('application/json');
    expect(body).toEqual({ interval: '2026-03-01/2026-03-07', metrics: ALL });
  });

  it("spells the organization query's dimensions as upstream does", async () => {
    const draft: RequestDraft = {
      granularity: 'DAY',
      groupBy: ['OAUTH_CLIENT', 'ORGANIZATION', 'USER', 'TEMPLATE_URI', 'HTTP_METHOD'],
      metrics: ['REQUESTS', 'STATUS_429'],
    };
    const { body } = await start('ORGANIZATION_QUERY', draft, { executionId: 'e-1' });
    expect(body).toEqual({
      interval: '2026-03-01/2026-03-07',
      granularity: 'Day',
      metrics: ['Requests', 'Status429'],
      groupBy: ['OAuthClientId', 'OrganizationId', 'UserId', 'TemplateUri', 'HttpMethod'],
    });
  });

  it.each([
    ['WEEK', 'Week'],
    ['MONTH', 'Month'],
  ] as const)('sends the granularity %s as %s', async (granularity, expected) => {
    const { body } = await start('ORGANIZATION_QUERY', { granularity }, { executionId: 'e-1' });
    expect(body).toMatchObject({ granularity: expected });
  });

  it('of an OAuth client posts to that client', async () => {
    const draft: RequestDraft = { groupBy: ['OAUTH_CLIENT', 'ORGANIZATION', 'TEMPLATE_URI', 'HTTP_METHOD'] };
    const { sent, body } = await start('OAUTH_CLIENT_QUERY', draft, { executionId: 'e-2' });
    expect([sent.method, sent.path]).toEqual(['POST', `/api/v2/oauth/clients/${CLIENT_ID}/usage/query`]);
    const groupBy = ['OAuthClientId', 'OrganizationId', 'TemplateUri', 'HttpMethod'];
    expect(body).toEqual({ interval: '2026-03-01/2026-03-07', metrics: ALL, groupBy });
  });

  it('for the summary gets it, with the days as a text', async () => {
    const { upstreamId, sent } = await start('OAUTH_CLIENT_SUMMARY', { days: 30 }, { executionId: 'e-3' });
    expect(upstreamId).toBe('e-3');
    expect([sent.method, sent.path]).toEqual(['GET', `/api/v2/oauth/clients/${CLIENT_ID}/usage/summary`]);
    expect([...sent.query]).toEqual([['days', '30']]);
    expect(sent.body).toBe('');
  });

  it('for a simple search asks for columns and counters in one list', async () => {
    const { sent, body } = await start('SIMPLE_SEARCH', {}, { executionId: 'e-4' });
    expect([sent.method, sent.path]).toEqual(['POST', '/api/v2/usage/simplesearch']);
    const columns = ['Date', 'ClientName', 'HttpMethod', 'TemplateUri'];
    const { metrics, ...rest } = body as { metrics: string[] };
    expect(rest).toEqual({ interval: '2026-03-01/2026-03-07' });
    expect(metrics.toSorted()).toEqual([...columns, ...ALL.slice(1)].toSorted());
  });

  it('for a simple search sends the columns that were picked, and the filters', async () => {
    const draft: RequestDraft = {
      groupBy: ['TEMPLATE_URI'],
      metrics: ['STATUS_500'],
      oauthClientNames: ['b', 'a'],
      httpMethods: ['TRACE', 'GET'],
      templateUris: ['api/v2/users'],
    };
    const { body } = await start('SIMPLE_SEARCH', draft, { executionId: 'e-4' });
    expect(body).toEqual({
      interval: '2026-03-01/2026-03-07',
      metrics: ['TemplateUri', 'Status500'],
      oauthClientNames: ['a', 'b'],
      httpMethods: ['GET', 'TRACE'],
      templateUris: ['api/v2/users'],
    });
  });

  it("for the organization's job spells OauthClientId differently, and sends sorting and filters", async () => {
    const draft: RequestDraft = {
      granularity: 'DAY',
      groupBy: ['OAUTH_CLIENT', 'USER', 'TEMPLATE_URI', 'HTTP_METHOD', 'PLATFORM'],
      metrics: ['REQUESTS'],
      sortBy: [
        { field: 'REQUESTS', direction: 'DESC' },
        { field: 'OAUTH_CLIENT', direction: 'ASC' },
        { field: 'DATE', direction: 'ASC' },
      ],
      httpMethods: ['GET'],
      templateUris: ['api/v2/users'],
      platforms: ['p'],
      userIds: ['u-1'],
      oauthClientIds: ['c-1'],
    };
    const { upstreamId, sent, body } = await start('ORGANIZATION_AGGREGATES', draft, { id: 'j-1' });
    expect(upstreamId).toBe('j-1');
    expect([sent.method, sent.path]).toEqual(['POST', '/api/v2/usage/aggregates/query/jobs']);
    expect(body).toEqual({
      interval: '2026-03-01/2026-03-07',
      granularity: 'Day',
      metrics: ['Requests'],
      groupBy: ['OauthClientId', 'UserId', 'TemplateUri', 'HttpMethod', 'Platform'],
      sortBy: [
        { fieldName: 'Requests', order: 'Desc' },
        { fieldName: 'OauthClientId', order: 'Asc' },
        { fieldName: 'Date', order: 'Asc' },
      ],
      httpMethods: ['GET'],
      templateUris: ['api/v2/users'],
      platforms: ['p'],
      userIds: ['u-1'],
      oauthClientIds: ['c-1'],
    });
  });

  it("for the client's job filters by organization", async () => {
    const draft: RequestDraft = {
      groupBy: ['ORGANIZATION', 'TEMPLATE_URI', 'HTTP_METHOD', 'PLATFORM'],
      organizationIds: ['o-1'],
      platforms: ['p'],
    };
    const { upstreamId, sent, body } = await start('OAUTH_CLIENT_AGGREGATES', draft, { id: 'j-2' });
    expect(upstreamId).toBe('j-2');
    expect([sent.method, sent.path]).toEqual([
      'POST',
      `/api/v2/usage/client/${CLIENT_ID}/aggregates/query/jobs`,
    ]);
    expect(body).toEqual({
      interval: '2026-03-01/2026-03-07',
      metrics: ALL,
      groupBy: ['OrganizationId', 'TemplateUri', 'HttpMethod', 'Platform'],
      platforms: ['p'],
      organizationIds: ['o-1'],
    });
  });

  it.each([{}, { executionId: '' }, { executionId: 7 }, { executionId: '../x' }, [], null, 'e-1'])(
    'fails as UNAVAILABLE when the answer is %j',
    async (answer) => {
      await expect(start('ORGANIZATION_QUERY', {}, answer)).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    },
  );
});
