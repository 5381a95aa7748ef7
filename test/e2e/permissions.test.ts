import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { USAGE_OPERATIONS, type UsageOperation } from '../../src/domain/operation.js';
import { OTHER_ORGANIZATION } from '../../src/simulator/simulator.js';
import { Execution, Executions, NodeById, ViewerInfo } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, execute } from '../support/clients.js';
import { DEMO_CLIENT_ID, finalStatus, finishedId, start, startedId } from '../support/starts.js';

const FOR_VIEWER: readonly UsageOperation[] = [
  'OAUTH_CLIENT_QUERY',
  'OAUTH_CLIENT_SUMMARY',
  'OAUTH_CLIENT_AGGREGATES',
];
const NOT_FOR_VIEWER = USAGE_OPERATIONS.filter((operation) => !FOR_VIEWER.includes(operation));

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterEach(closeClients);
afterAll(() => app?.stop());

describe('starting', () => {
  it.each(NOT_FOR_VIEWER)(
    '%s is refused to a viewer who may look at OAuth clients alone',
    async (operation) => {
      expect(await start(app.url, operation, {}, 'demo-viewer')).toMatchObject({
        execution: null,
        source: null,
        userErrors: [{ code: 'FORBIDDEN', field: ['input'], message: expect.stringMatching(/permission/) }],
      });
    },
  );

  it.each(FOR_VIEWER)('%s is allowed to a viewer who may look at OAuth clients alone', async (operation) => {
    const { execution, userErrors } = await start(app.url, operation, {}, 'demo-viewer');

    expect(userErrors).toEqual([]);
    expect(await finalStatus(app.url, execution?.id ?? '', 'demo-viewer')).toBe('SUCCEEDED');
  });

  it.each(USAGE_OPERATIONS)('%s is refused to a caller without permissions', async (operation) => {
    const before = app.simulator.requests.length;

    expect(await start(app.url, operation, {}, 'demo-none')).toMatchObject({
      execution: null,
      userErrors: [{ code: 'FORBIDDEN' }],
    });
    expect(usageCallsSince(before)).toEqual([]);
  });

  it.each(USAGE_OPERATIONS)('%s is allowed by a wildcard', async (operation) => {
    const token = app.simulator.tokens.issue({ permissions: ['usage:*'] });

    expect((await start(app.url, operation, {}, token)).userErrors).toEqual([]);
  });

  it.each(USAGE_OPERATIONS)('%s works in another organization with its own clients', async (operation) => {
    const clientId = OTHER_ORGANIZATION.clients[0]?.id ?? '';
    const id = await startedId(app.url, operation, { clientId }, 'demo-other-org');

    expect(await finalStatus(app.url, id, 'demo-other-org')).toBe('SUCCEEDED');
  });

  it.each(USAGE_OPERATIONS)('%s is left to upstream for a client-credentials token', async (operation) => {
    const token = app.simulator.tokens.issue({ kind: 'client', clientId: DEMO_CLIENT_ID });
    const id = await startedId(app.url, operation, {}, token);

    expect(await finalStatus(app.url, id, token)).toBe('SUCCEEDED');
  });

  it.each(USAGE_OPERATIONS)(
    '%s that upstream forbids is told as refused and as failed',
    async (operation) => {
      const token = app.simulator.tokens.issue({ kind: 'client', permissions: [] });

      expect(await start(app.url, operation, {}, token)).toMatchObject({
        execution: { status: 'FAILED', error: { code: 'UPSTREAM_FORBIDDEN', upstreamStatus: 403 } },
        userErrors: [{ code: 'FORBIDDEN' }],
      });
    },
  );

  it('a query about an OAuth client that upstream does not know is told as NOT_FOUND', async () => {
    const { execution, userErrors } = await start(app.url, 'OAUTH_CLIENT_QUERY', { clientId: 'unknown' });

    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(execution).toMatchObject({ status: 'FAILED', error: { code: 'UPSTREAM_NOT_FOUND' } });
  });
});

describe('reading', () => {
  let id: string;
  beforeAll(async () => {
    id = await finishedId(app.url, 'ORGANIZATION_QUERY');
  });

  it.each(['demo-viewer', 'demo-none', 'demo-other-org'])(
    '%s does not see what needs a permission that it lacks',
    async (token) => {
      expect(dataOf(await execute(app.url, Execution, { id }, token))).toEqual({ usageExecution: null });
      expect(dataOf(await execute(app.url, NodeById, { id }, token))).toEqual({ node: null });
    },
  );

  it('a viewer sees what a colleague started, as far as the permissions of the viewer go', async () => {
    const shared = await finishedId(app.url, 'OAUTH_CLIENT_QUERY');
    const { usageExecutions } = dataOf(await execute(app.url, Executions, { first: 100 }, 'demo-viewer'));

    expect(usageExecutions.nodes.map((node) => node.id)).toContain(shared);
    expect(new Set(usageExecutions.nodes.map((node) => node.operation))).toEqual(new Set(FOR_VIEWER));
    expect(usageExecutions.totalCount).toBe(usageExecutions.nodes.length);
  });

  it('a caller without permissions sees no execution at all', async () => {
    expect(dataOf(await execute(app.url, Executions, {}, 'demo-none')).usageExecutions).toMatchObject({
      nodes: [],
      totalCount: 0,
    });
  });

  it('a client-credentials token sees what it started itself and nothing else', async () => {
    const token = app.simulator.tokens.issue({ kind: 'client', clientId: 'another-client' });
    const own = await startedId(app.url, 'ORGANIZATION_QUERY', {}, token);
    const { usageExecutions } = dataOf(await execute(app.url, Executions, {}, token));

    expect(usageExecutions.nodes.map((node) => node.id)).toEqual([own]);
    expect(dataOf(await execute(app.url, Execution, { id: own })).usageExecution).toBeNull();
  });
});

describe('viewer', () => {
  it.each([
    ['demo-admin', 'Northwind Contact Center', USAGE_OPERATIONS],
    ['demo-viewer', 'Northwind Contact Center', FOR_VIEWER],
    ['demo-none', 'Northwind Contact Center', []],
    ['demo-other-org', 'Contoso Care', USAGE_OPERATIONS],
  ])('%s is told its organization and what it may start', async (token, organization, operations) => {
    const { viewer } = dataOf(await execute(app.url, ViewerInfo, {}, token));

    expect(viewer.organization.name).toBe(organization);
    expect(viewer.operations).toEqual(operations);
    expect(viewer.permissions).toHaveLength(token === 'demo-viewer' ? 1 : operations.length > 0 ? 4 : 0);
    expect(viewer.user?.name).toMatch(/\w/);
    expect(viewer.client.name).toMatch(/\w/);
  });

  it('a client-credentials token has no user and no list of permissions', async () => {
    const token = app.simulator.tokens.issue({ kind: 'client', clientId: DEMO_CLIENT_ID });
    const { viewer } = dataOf(await execute(app.url, ViewerInfo, {}, token));

    expect(viewer).toMatchObject({ user: null, permissions: null, client: { id: DEMO_CLIENT_ID } });
    expect(viewer.operations).toEqual(USAGE_OPERATIONS);
  });
});

function usageCallsSince(count: number): string[] {
  const calls = app.simulator.requests.slice(count).map(({ method, path }) => `${method} ${path}`);
  return calls.filter((call) => call.includes('/usage'));
}
