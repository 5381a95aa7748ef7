import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { CancelUsageExecution, Execution, ExecutionUpdated } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, DOORS, execute, type Token } from '../support/clients.js';
import { readPage } from '../support/rows.js';
import { finishedId, startedId } from '../support/starts.js';

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator({ simulator: { durations: () => 60_000 } });
});
afterEach(closeClients);
afterAll(() => app?.stop());

async function cancel(id: string, token?: Token) {
  return dataOf(await execute(app.url, CancelUsageExecution, { input: { id } }, token)).cancelUsageExecution;
}

describe('canceling an execution', () => {
  it('ends it and says that upstream may go on', async () => {
    const id = await startedId(app.url);

    expect(await cancel(id)).toMatchObject({
      execution: { id, status: 'CANCELED', done: true, upstreamMayStillRun: true, error: null },
      userErrors: [],
    });
  });

  it.each(DOORS)('is told to everybody who waits, over $name', async (door) => {
    const id = await startedId(app.url);
    const stream = door.subscribe(app.url, ExecutionUpdated, { id });
    await stream.next();

    await cancel(id);

    const states = (await stream.rest()).map((result) => dataOf(result).usageExecutionUpdated.status);
    expect(states.at(-1)).toBe('CANCELED');
    expect(states.filter((status) => status === 'CANCELED')).toHaveLength(1);
    expect(await stream.ended).toEqual({ kind: 'completed' });
  });

  it('asks upstream for nothing more', async () => {
    const id = await startedId(app.url);
    const { execution } = await cancel(id);
    const upstreamId = execution?.upstreamId ?? '';
    const before = app.simulator.requests.length;

    // Another execution that is started later has been polled, so this one would have been too.
    const other = await startedId(app.url);
    const stream = DOORS[0]?.subscribe(app.url, ExecutionUpdated, { id: other });
    for (let seen = 0; seen < 4; seen += 1) await stream?.next();

    const paths = app.simulator.requests.slice(before).map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(1);
    expect(paths.filter((path) => path.includes(upstreamId))).toEqual([]);
  });

  it('leaves no rows', async () => {
    const id = await startedId(app.url);
    await cancel(id);

    expect((await readPage(app.url, id)).rows).toMatchObject({ nodes: [], totalCount: 0 });
  });

  it('a second time changes nothing and says so', async () => {
    const id = await startedId(app.url);
    const { execution: first } = await cancel(id);

    expect(await cancel(id)).toMatchObject({
      execution: { version: first?.version, status: 'CANCELED' },
      userErrors: [{ code: 'ALREADY_FINAL', field: ['input', 'id'] }],
    });
  });

  it('that has succeeded changes nothing and says so', async () => {
    const complete = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Complete' });
    const id = await finishedId(app.url);
    complete.remove();

    expect(await cancel(id)).toMatchObject({
      execution: { status: 'SUCCEEDED' },
      userErrors: [{ code: 'ALREADY_FINAL' }],
    });
    expect((await readPage(app.url, id)).rows.totalCount).toBeGreaterThan(0);
  });

  it('of a colleague is refused', async () => {
    const id = await startedId(app.url, 'OAUTH_CLIENT_QUERY');

    expect((await cancel(id, 'demo-viewer')).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect(dataOf(await execute(app.url, Execution, { id })).usageExecution?.done).toBe(false);
  });

  it('of another organization is refused as one of an unknown id is', async () => {
    const id = await startedId(app.url);
    const unknown = await cancel('exe_00000000000000000000000000000000', 'demo-other-org');

    expect(await cancel(id, 'demo-other-org')).toEqual(unknown);
    expect(unknown).toMatchObject({ execution: null, userErrors: [{ code: 'NOT_FOUND' }] });
  });
});
