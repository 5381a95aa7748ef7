import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, DOORS } from '../support/clients.js';
import { type MainProcess, startMain } from '../support/main-process.js';
import { finishedId } from '../support/starts.js';
import { until } from '../support/until.js';

/** More than the listeners of which Node thinks that they are a leak. */
const RESULTS = 14;
const QUERY = `subscription {
  usageExecutionsFinished { id rows(first: 600) { nodes { date templateUri httpMethod platform oauthClient { id name } } } }
}`;

let app: TestApp;
let main: MainProcess;

beforeAll(async () => {
  app = await startAppWithSimulator();
  main = await startMain(app.env);
  app.simulator.faults.inject({ kind: 'rows', count: 600 }, { stage: 'results' });
});
afterEach(closeClients);
afterAll(async () => {
  await main?.stop();
  await app?.stop();
});

describe('a process that has sent many results, each larger than a socket buffers', () => {
  it.each(DOORS)('has sent all of them over $name', async (door) => {
    const stream = door.send(main.url, { query: QUERY });
    let first: unknown = null;
    void stream.next().then((result) => (first = result));
    await until(
      'the awaited state',
      async () => {
        if (first === null) await finishedId(app.url);
        return first !== null;
      },
      10_000,
    );

    await Promise.all(Array.from({ length: RESULTS }, () => finishedId(app.url)));

    for (let told = 1; told < RESULTS; told += 1) {
      const { usageExecutionsFinished } = dataOf((await stream.next()) ?? {});
      expect(JSON.stringify(usageExecutionsFinished).length).toBeGreaterThan(65_536);
    }
  });

  it('has warned of no leak', () => {
    expect(main.stderr()).toBe('');
  });

  it('ends with exit code 0 when it is asked to', async () => {
    expect(await main.stop()).toBe(0);
  });
});
