/** The real program's own lines: which request and which execution they belong to. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { type App, createApp } from '../../src/app.js';
import { parseConfig } from '../../src/config.js';
import { createPinoLogger } from '../../src/logger.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { until } from '../support/until.js';
import { startQuery } from '../process/client.js';

type Line = Readonly<Record<string, unknown>> & { readonly msg: string };

let around: TestApp;
let node: App;
const lines: Line[] = [];
let token: string;

beforeAll(async () => {
  around = await startAppWithSimulator();
  // Its own node has no log: it leaves all work to the one that has.
  await around.node.stop();
  const to = { write: (text: string) => void lines.push(JSON.parse(text) as Line) };
  node = createApp(parseConfig(around.env), createPinoLogger('debug', false, { to }));
  await node.start();
  token = around.simulator.tokens.issue();
});
afterEach(() => around.simulator.faults.clear());
afterAll(async () => {
  await node.stop();
  await around.stop();
});

const said = (msg: string) => lines.filter((line) => line.msg === msg);

describe('a line', () => {
  it('of an execution has its id and its node, and that of the request which started it', async () => {
    around.simulator.faults.inject({ kind: 'status', status: 500 }, { stage: 'results' });
    const id = await startQuery(node.url, 1, token);
    await until('lines of failed polls', () => said('upstream could not be asked').length >= 2);
    const ofThis = said('upstream could not be asked').filter((line) => line['executionId'] === id);
    expect(ofThis.length).toBe(said('upstream could not be asked').length);
    for (const line of ofThis)
      expect(line).toMatchObject({ executionId: id, node: expect.any(String), status: 500 });
  });

  it('of what a driver has to say in the middle of a step has the execution’s id, too', async () => {
    const answering = around.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    const id = await startQuery(node.url, 2, token);
    answering.remove();
    around.simulator.faults.inject(
      { kind: 'status', status: 429, retryAfter: '1' },
      { stage: 'results', times: 1 },
    );
    await until('the line', () => said('upstream wants to be left alone with a token').length > 0);
    expect(said('upstream wants to be left alone with a token')[0]).toMatchObject({ executionId: id });
  });

  it('of a request has its id, by which the client knows it', async () => {
    around.simulator.faults.inject({ kind: 'status', status: 500 }, { path: (path) => path.includes('/me') });
    const response = await fetch(`${node.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${around.simulator.tokens.issue()}`,
      },
      body: JSON.stringify({ query: '{ oauthClients { id } }' }),
    });
    await response.text();
    const requestId = response.headers.get('x-request-id');
    await until('its line', () => said('answered a request').some((line) => line['requestId'] === requestId));
    const line = said('answered a request').find((each) => each['requestId'] === requestId);
    expect(line).toMatchObject({ method: 'POST', route: '/graphql', status: response.status, whole: true });
    expect(line).not.toHaveProperty('executionId');
    expect(said('a token could not be looked up')).toMatchObject([{ requestId, upstreamStatus: 500 }]);
  });
});
