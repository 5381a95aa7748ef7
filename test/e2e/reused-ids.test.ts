/** A client that completes an operation and uses its id anew, before the server has prepared the first one. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { openAcknowledged } from '../support/sockets.js';
import { until } from '../support/until.js';

const SUBSCRIBE = {
  id: '1',
  type: 'subscribe',
  payload: { query: 'subscription { usageExecutionsFinished { id } }' },
};
const COMPLETE = { id: '1', type: 'complete' };
const TIMES = 20;
/** All that the one identity of this test may have under way. */
const PLACES = '40';

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator({ env: { MAX_CONNECTIONS_PER_IDENTITY: String(Number(PLACES) / 4) } });
});
afterAll(() => app?.stop());

describe('an id that is used anew while its first operation is prepared', () => {
  it('leaves nothing behind when the socket closes', async () => {
    for (let round = 0; round < 3; round += 1) {
      const raw = await openAcknowledged(app.url);
      for (let i = 0; i < TIMES; i += 1) [SUBSCRIBE, COMPLETE].forEach((message) => raw.send(message));
      raw.send(SUBSCRIBE);
      await until('all of them to listen', () => app.node.watching.listeners > TIMES);
      raw.socket.close();
      await raw.closed;
      await until('no listener', () => app.node.watching.listeners === 0);
    }
    // Each round would have kept its places.
    const raw = await openAcknowledged(app.url);
    raw.send({ ...SUBSCRIBE, payload: { query: '{ __typename }' } });
    expect(await raw.message()).toMatchObject({ type: 'next' });
    raw.socket.terminate();
  });
});
