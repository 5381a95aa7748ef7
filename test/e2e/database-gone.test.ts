import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { ExecutionsFinished, ExecutionUpdated } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, DOORS, post } from '../support/clients.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { finishedId, startedId } from '../support/starts.js';
import { THREE_DOORS } from '../support/three-doors.js';
import { until } from '../support/until.js';

const STATUS = { query: '{ usageExecutions { totalCount } }' };

let app: TestApp;
let proxy: Proxy;
/** A node that reaches the database through the proxy; `app.url` is one that always reaches it. */
let node: { readonly url: string };

beforeAll(async () => {
  app = await startAppWithSimulator();
  proxy = await startProxy(app.databaseUrl);
  node = await app.startNode({ DATABASE_URL: proxy.url });
});
afterEach(closeClients);
afterAll(async () => {
  await app?.stop();
  await proxy?.stop();
});

const isReady = async () => (await fetch(`${node.url}/health/ready`)).status === 200;

async function whileCutOff(use: () => Promise<void>): Promise<void> {
  await until('readiness', isReady, 15_000);
  await proxy.cut();
  try {
    await use();
  } finally {
    await proxy.mend();
  }
}

describe('a node that can not reach the database', () => {
  it.each(THREE_DOORS)('says so through $name, and that it passes', async (door) => {
    await door.ask(node.url, STATUS);
    await whileCutOff(async () => {
      const { errors } = await door.ask(node.url, STATUS);
      expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }]);
    });
  });

  it('refuses a start, of which nothing is left', async () => {
    const before = app.simulator.requests.length;
    await whileCutOff(async () => {
      await expect(startedId(node.url)).rejects.toThrow(/SERVICE_UNAVAILABLE/);
    });
    const calls = app.simulator.requests.slice(before).filter(({ method }) => method === 'POST');
    expect(calls).toEqual([]);
  });

  it('lives, but is not ready until it can', async () => {
    await whileCutOff(async () => {
      // What was seen within the last half second is believed.
      await until('it to be noticed', async () => !(await isReady()));
      expect((await fetch(`${node.url}/health/live`)).status).toBe(200);
    });
    await until('readiness', isReady, 15_000);
  });

  it.each(DOORS)('tells whoever waits over $name all the same, when it can again', async (door) => {
    await until('readiness', isReady, 15_000);
    const running = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    const id = await startedId(app.url);
    const stream = door.subscribe(node.url, ExecutionUpdated, { id });
    await stream.next();

    await whileCutOff(async () => {
      running.remove();
      await until('the awaited state', async () =>
        JSON.stringify(await post(app.url, statusOf(id))).includes('SUCCEEDED'),
      );
    });

    const states = (await stream.rest()).map((result) => dataOf(result).usageExecutionUpdated);
    expect(states.at(-1)).toMatchObject({ id, status: 'SUCCEEDED', done: true });
  });

  it('tells whoever waits for any end of those that it has missed', async () => {
    await until('readiness', isReady, 15_000);
    const stream = DOORS[0]?.subscribe(node.url, ExecutionsFinished, {
      filter: { operation: ['SIMPLE_SEARCH'] },
    });
    let first: unknown = null;
    void stream?.next().then((result) => (first = result));
    await until(
      'the awaited state',
      async () => {
        if (first === null) await finishedId(app.url, 'SIMPLE_SEARCH');
        return first !== null;
      },
      10_000,
    );

    let missed = '';
    await whileCutOff(async () => {
      missed = await finishedId(app.url, 'SIMPLE_SEARCH');
    });

    for (let id = ''; id !== missed;) id = dataOf((await stream?.next()) ?? {}).usageExecutionsFinished.id;
  });
});

function statusOf(id: string) {
  return { query: `{ usageExecution(id: "${id}") { status } }` };
}
