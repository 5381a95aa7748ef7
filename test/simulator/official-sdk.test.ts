/** The official SDK as a witness: what its client understands, the simulated upstream says correctly. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sdk from 'purecloud-platform-client-v2';
import type { UsageApi } from 'purecloud-platform-client-v2';
import { createSimulator, DEMO_ORGANIZATION, type Simulator } from '../../src/simulator/simulator.js';

// at once after the import: a file in the home directory could point the calls somewhere else
const client = sdk.ApiClient.instance;
client.config.live_reload_config = false;
client.config.setConfigPath('');

const BODY = { interval: '2026-11-09/2026-11-15', granularity: 'Day' };
const CLIENT_ID = DEMO_ORGANIZATION.clients[1]?.id ?? '';

describe("the official SDK's UsageApi", () => {
  let simulator: Simulator;
  let api: UsageApi;

  beforeAll(async () => {
    const now = (): number => Date.parse('2026-11-22T10:00:00Z');
    simulator = await createSimulator({ now, durations: () => 0, clientSecrets: { witness: 'secret' } });
    const { hostname, port } = new URL(simulator.url);
    client.setGateway({ host: hostname, protocol: 'http', port: Number(port) });
    api = new sdk.UsageApi();
    await client.loginClientCredentialsGrant('witness', 'secret');
  });
  afterAll(() => simulator.stop());

  it('queries the organization', async () => {
    const { executionId = '' } = await api.postUsageQuery({ ...BODY, groupBy: ['OAuthClientId'] });
    const { queryStatus, results } = await api.getUsageQueryExecutionIdResults(executionId);
    expect([queryStatus, results?.[0]?.requests]).toEqual(['Complete', expect.any(Number)]);
  });

  it('queries one OAuth client', async () => {
    const { executionId = '' } = await api.postOauthClientUsageQuery(CLIENT_ID, {
      ...BODY,
      groupBy: ['TemplateUri'],
    });
    const { queryStatus, results } = await api.getOauthClientUsageQueryResult(executionId, CLIENT_ID);
    expect([queryStatus, results?.[0]?.templateUri]).toEqual(['Complete', expect.stringMatching(/^api\/v2/)]);
  });

  it('summarizes one OAuth client', async () => {
    const { executionId = '' } = await api.getOauthClientUsageSummary(CLIENT_ID, { days: '3' });
    const { results } = await api.getOauthClientUsageQueryResult(executionId, CLIENT_ID);
    expect(new Set(results?.map(({ date }) => date)).size).toBe(3);
  });

  it('searches page by page', async () => {
    const { executionId = '' } = await api.postUsageSimplesearch({
      interval: BODY.interval,
      httpMethods: ['GET'],
    });
    const first = await api.getUsageSimplesearchExecutionIdResults(executionId, { pageSize: 20 });
    const after = first.cursors?.after ?? '';
    const second = await api.getUsageSimplesearchExecutionIdResults(executionId, { pageSize: 20, after });
    expect([first.results?.length, second.results?.length]).toEqual([20, 20]);
    expect(second.results).not.toEqual(first.results);
  });

  it("runs the organization's aggregates job", async () => {
    const { id } = await api.postUsageAggregatesQueryJobs({ ...BODY, groupBy: ['OauthClientId', 'UserId'] });
    const { queryStatus, entities } = await api.getUsageAggregatesQueryJob(id, { pageSize: 10 });
    expect([queryStatus, entities?.length]).toEqual(['Succeeded', 10]);
  });

  it("runs a client's aggregates job", async () => {
    const { id } = await api.postUsageClientClientIdAggregatesQueryJobs(CLIENT_ID, {
      ...BODY,
      groupBy: ['Platform'],
    });
    const { queryStatus, entities } = await api.getUsageClientClientIdAggregatesQueryJob(CLIENT_ID, id);
    expect([queryStatus, entities?.[0]?.requestCount]).toEqual(['Succeeded', expect.any(Number)]);
  });

  it('has no call that is not driven here', () => {
    const calls = Object.getOwnPropertyNames(sdk.UsageApi.prototype).filter((name) => name !== 'constructor');
    const paths = simulator.requests.map(
      ({ method, path }) => `${method} ${path.replace(/[0-9a-f-]{36}|\?.*/g, '')}`,
    );
    expect(calls).toHaveLength(11);
    expect(new Set(paths.filter((path) => !path.endsWith('/oauth/token'))).size).toBe(11);
  });

  it('reads an error body', async () => {
    await expect(api.postUsageQuery({ interval: 'never' })).rejects.toMatchObject({
      code: 'invalid.date',
      status: 400,
    });
  });
});
