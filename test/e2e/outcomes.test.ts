import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { UsageOperation } from '../../src/domain/operation.js';
import type { Fault, FaultScope } from '../../src/simulator/simulator.js';
import { Execution, ExecutionFinished } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, DOORS, execute, webSocketDoor } from '../support/clients.js';
import { readPage } from '../support/rows.js';
import { start, startedId } from '../support/starts.js';

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator({ env: { MAX_RESULT_ROWS: '5000' } });
});
afterEach(async () => {
  app.simulator.faults.clear();
  await closeClients();
});
afterAll(() => app?.stop());

/** Waits for the end and shows all of it. */
async function endOf(id: string, url = app.url) {
  await webSocketDoor.subscribe(url, ExecutionFinished, { id }).rest();
  return dataOf(await execute(url, Execution, { id })).usageExecution;
}

const RESULTS: FaultScope = { stage: 'results' };

describe('a query that ends without rows is a normal result', () => {
  it.each(DOORS)('pushed over $name like any other', async (door) => {
    app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Failed' });
    const id = await startedId(app.url);
    const [result] = await door.subscribe(app.url, ExecutionFinished, { id }).rest();

    expect(result?.errors).toBeUndefined();
    expect(dataOf(result ?? {}).usageExecutionFinished).toMatchObject({ status: 'FAILED', done: true });
  });

  it.each<[string, UsageOperation, Fault, object]>([
    [
      'failed upstream',
      'ORGANIZATION_QUERY',
      { kind: 'job-status', queryStatus: 'Failed' },
      { status: 'FAILED', error: { code: 'UPSTREAM_FAILED', retryable: true } },
    ],
    [
      'failed upstream with a reason',
      'ORGANIZATION_AGGREGATES',
      { kind: 'job-status', queryStatus: 'Failed', errorBody: { message: 'too much to count', status: 500 } },
      { status: 'FAILED', error: { code: 'UPSTREAM_FAILED', message: expect.stringContaining('too much') } },
    ],
    [
      'canceled upstream',
      'OAUTH_CLIENT_AGGREGATES',
      { kind: 'job-status', queryStatus: 'Cancelled' },
      { status: 'FAILED', error: { code: 'UPSTREAM_CANCELED', retryable: true } },
    ],
    [
      'with a result that upstream forbids',
      'SIMPLE_SEARCH',
      { kind: 'status', status: 403 },
      { status: 'FAILED', error: { code: 'UPSTREAM_FORBIDDEN', retryable: false, upstreamStatus: 403 } },
    ],
  ])('%s', async (_name, operation, fault, end) => {
    const injected = app.simulator.faults.inject(fault, RESULTS);
    const id = await startedId(app.url, operation);
    const execution = await endOf(id);

    expect(injected.hits).toBeGreaterThan(0);
    expect(execution).toMatchObject({ ...end, done: true, asOf: null, pollAfterMs: null });
    expect(execution?.error?.message).toMatch(/\w/);
    expect((await readPage(app.url, id)).rows.totalCount).toBe(0);
  });

  it('that upstream does not finish in time, which may go on there', async () => {
    const impatient = await app.startNode({ EXECUTION_DEADLINE_MS: '1000' });
    app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    const id = await startedId(impatient.url);

    expect(await endOf(id)).toMatchObject({
      status: 'TIMED_OUT',
      upstreamMayStillRun: true,
      error: { code: 'DEADLINE_EXCEEDED', retryable: true },
    });
    await impatient.stop();
  });

  it('that bears the correlation id by which support finds it', async () => {
    app.simulator.faults.inject({ kind: 'status', status: 403 }, RESULTS);

    const { error } = (await endOf(await startedId(app.url))) ?? {};
    expect(error?.correlationId).toMatch(/^[0-9a-f-]{8,}$/);
  });
});

describe('trouble on the way that callers are not told of', () => {
  it.each<[string, Fault, FaultScope]>([
    ['upstream is away for a moment', { kind: 'status', status: 503 }, { ...RESULTS, times: 1 }],
    ['a connection breaks', { kind: 'reset', when: 'before' }, { ...RESULTS, times: 1 }],
    ['half an answer arrives', { kind: 'truncated-body', framing: 'chunked' }, { ...RESULTS, times: 1 }],
    ['a start has to be made again', { kind: 'status', status: 503 }, { stage: 'start', times: 1 }],
    ['a status is new', { kind: 'job-status', queryStatus: 'Pondering' }, { ...RESULTS, times: 2 }],
    ['it is throttled', { kind: 'status', status: 429, retryAfter: '1' }, { ...RESULTS, times: 1 }],
  ])('%s', async (_name, fault, scope) => {
    const injected = app.simulator.faults.inject(fault, scope);
    const execution = await endOf(await startedId(app.url));

    expect(injected.hits).toBe(scope.times);
    expect(execution).toMatchObject({ status: 'SUCCEEDED', error: null });
  });
});

describe('results that are larger than what is kept', () => {
  it('are cut at our limit and say so', async () => {
    app.simulator.faults.inject({ kind: 'rows', count: 6_000 }, RESULTS);
    const id = await startedId(app.url);

    expect(await endOf(id)).toMatchObject({ status: 'SUCCEEDED', truncated: true });
    expect((await readPage(app.url, id)).rows.totalCount).toBe(5_000);
  });

  it('are whole, and say so, when they just fit', async () => {
    app.simulator.faults.inject({ kind: 'rows', count: 5_000 }, RESULTS);
    const id = await startedId(app.url, 'ORGANIZATION_AGGREGATES');

    expect(await endOf(id)).toMatchObject({ status: 'SUCCEEDED', truncated: false });
    expect((await readPage(app.url, id)).rows.totalCount).toBe(5_000);
  });
});

it('tells a start that upstream refuses as invalid both ways', async () => {
  app.simulator.faults.inject({ kind: 'status', status: 400, code: 'invalid.value' }, { stage: 'start' });

  expect(await start(app.url, 'ORGANIZATION_QUERY')).toMatchObject({
    execution: { status: 'FAILED', error: { code: 'UPSTREAM_REJECTED', retryable: false } },
    userErrors: [{ code: 'UPSTREAM_REJECTED', field: ['input'] }],
  });
});
