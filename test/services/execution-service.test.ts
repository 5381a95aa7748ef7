import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Caller } from '../../src/domain/caller.js';
import type { ExecutionService } from '../../src/services/execution-service.js';
import { fails } from '../support/scripted-upstream.js';
import { type ServiceParts, startService } from '../support/service.js';
import { type StepParts, stepParts } from '../support/steps.js';
import { CALLER, createTestStore, type TestStore } from '../support/store.js';
import { until } from '../support/until.js';
import { CLIENT_ID } from '../support/usage-requests.js';

const INTERVAL = { from: '2026-03-01', to: '2026-03-07' };
const OTHER_USER: Caller = { ...CALLER, subject: { id: 'user-2', name: 'Bob', kind: 'USER' } };
const OTHER_TENANT: Caller = { ...CALLER, organization: { id: 'org-2', name: null } };

describe('the service', () => {
  let test: TestStore;
  let parts: StepParts;
  let node: ServiceParts;
  let service: ExecutionService;

  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(async () => {
    await test.clear();
    parts = stepParts(test.store);
    node = await startService(test, parts);
    ({ service } = node);
  });
  afterEach(() => node.stop());
  afterAll(() => test.stop());

  const { signal } = new AbortController();
  const start = (caller = CALLER) =>
    service.start(caller, 'ORGANIZATION_QUERY', { interval: INTERVAL }, signal);

  it('starts a query upstream and gives the execution as upstream has accepted it', async () => {
    const { execution, userErrors } = await start();
    expect(userErrors).toEqual([]);
    expect(execution).toMatchObject({
      status: 'RUNNING',
      upstreamId: 'upstream-1',
      owner: { organizationId: 'org-1', scope: 'tenant', subjectId: 'user-1' },
    });
    expect(await service.get(CALLER, execution!.id)).toEqual(execution);
  });

  it('keeps what a caller without a permission list starts for its client', async () => {
    const client: Caller = { ...CALLER, permissions: null };
    const { execution } = await start(client);
    expect(execution?.owner.scope).toBe('client:client-1');
    expect(await service.get(CALLER, execution!.id)).toBeNull();
    expect(
      await service.get({ ...client, client: { id: 'client-2', name: null } }, execution!.id),
    ).toBeNull();
  });

  it('refuses a start without permission, names what would do, and stores nothing', async () => {
    const { execution, userErrors } = await start({ ...CALLER, permissions: ['usage:client:view'] });
    expect(execution).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'FORBIDDEN', field: ['input'] }]);
    expect(userErrors[0]?.message).toContain('oauth:client:view or usage:organization:view');
    expect(await test.query('SELECT 1 FROM executions')).toEqual([]);
    expect(parts.upstream.starts).toEqual([]);
  });

  it('refuses an input with every problem at once, and stores nothing', async () => {
    const draft = { interval: { from: '2027-01-01', to: '2027-01-02' }, groupBy: ['PLATFORM' as const] };
    const { execution, userErrors } = await service.start(CALLER, 'ORGANIZATION_QUERY', draft, signal);
    expect(execution).toBeNull();
    expect(userErrors.map(({ code }) => code)).toEqual(['INTERVAL_IN_FUTURE', 'UNSUPPORTED_DIMENSION']);
    expect(await test.query('SELECT 1 FROM executions')).toEqual([]);
  });

  it.each([
    ['REJECTED', 'UPSTREAM_REJECTED', 'UPSTREAM_REJECTED'],
    ['FORBIDDEN', 'FORBIDDEN', 'UPSTREAM_FORBIDDEN'],
    ['NOT_FOUND', 'NOT_FOUND', 'UPSTREAM_NOT_FOUND'],
  ] as const)('tells a start that upstream refuses as %s both ways', async (kind, code, errorCode) => {
    parts.upstream.onStart = fails(kind);
    const { execution, userErrors } = await service.start(
      CALLER,
      'OAUTH_CLIENT_SUMMARY',
      { clientId: CLIENT_ID },
      signal,
    );
    expect(execution).toMatchObject({ status: 'FAILED', error: { code: errorCode } });
    expect(userErrors).toEqual([
      { code, message: expect.stringContaining(execution?.error?.message ?? '-'), field: ['input'] },
    ]);
  });

  it('tells a start that upstream could not take just now as one that is queued', async () => {
    parts.upstream.onStart = fails('UNAVAILABLE');
    expect(await start()).toMatchObject({ execution: { status: 'QUEUED', failureCount: 1 }, userErrors: [] });
  });

  it('answers after two seconds when upstream does not, and the query goes on', async () => {
    const accepted = Promise.withResolvers<{ upstreamId: string }>();
    parts.upstream.onStart = () => accepted.promise;
    const before = performance.now();
    const { execution } = await start();
    expect(performance.now() - before).toBeGreaterThan(1_900);
    expect(execution).toMatchObject({ status: 'QUEUED', version: 1 });
    accepted.resolve({ upstreamId: 'late' });
    await until('the query to go on', async () => {
      return (await service.get(CALLER, execution!.id))?.upstreamId === 'late';
    });
  });

  it('shows nothing of another tenant, on any path', async () => {
    const { execution } = await start();
    const { id } = execution!;
    expect(await service.get(OTHER_TENANT, id)).toBeNull();
    expect(await service.list(OTHER_TENANT, {}, { first: 10, after: null })).toMatchObject({ items: [] });
    expect(await service.count(OTHER_TENANT, {})).toBe(0);
    expect(await service.cancel(OTHER_TENANT, id)).toMatchObject({
      execution: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['input', 'id'] }],
    });
    expect(await service.get(CALLER, id)).toEqual(execution);
  });

  it('cancels what the caller has started', async () => {
    const { execution } = await start();
    expect(await service.cancel(CALLER, execution!.id)).toMatchObject({
      execution: { status: 'CANCELED', upstreamMayStillRun: true },
      userErrors: [],
    });
  });

  it('does not cancel what another subject has started, but shows it', async () => {
    const { execution } = await start();
    expect(await service.cancel(OTHER_USER, execution!.id)).toEqual({
      execution,
      userErrors: [expect.objectContaining({ code: 'FORBIDDEN' })],
    });
    expect(await service.get(CALLER, execution!.id)).toEqual(execution);
  });

  it('changes nothing when it cancels what has ended', async () => {
    const { execution } = await start();
    const { execution: canceled } = await service.cancel(CALLER, execution!.id);
    expect(await service.cancel(CALLER, execution!.id)).toEqual({
      execution: canceled,
      userErrors: [
        expect.objectContaining({ code: 'ALREADY_FINAL', message: expect.stringContaining('CANCELED') }),
      ],
    });
  });
});
