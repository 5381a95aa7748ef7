import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';

import { ExecutionsFinished } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, serverSentEventsDoor, webSocketDoor } from '../support/clients.js';

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterEach(closeClients);
afterAll(() => app?.stop());

/** Within 30 s by contract; the deadline leaves room for a busy machine. */
it('ends open streams whose token was revoked or has lost rights, and no others', async () => {
  const { tokens } = app.simulator;
  const [revoked, demoted, good] = [tokens.issue(), tokens.issue(), tokens.issue()];
  const overSocket = webSocketDoor.subscribe(app.url, ExecutionsFinished, {}, revoked);
  const overEvents = serverSentEventsDoor.subscribe(app.url, ExecutionsFinished, {}, revoked);
  const withLessRights = webSocketDoor.subscribe(app.url, ExecutionsFinished, {}, demoted);
  const untouched = webSocketDoor.subscribe(app.url, ExecutionsFinished, {}, good);
  let isUntouched = true;
  void untouched.ended.then(() => (isUntouched = false));
  // All four are known to the service before anything changes.
  await new Promise((resolve) => setTimeout(resolve, 500));

  tokens.revoke(revoked);
  tokens.setPermissions(demoted, ['usage:client:view']);

  expect(await overSocket.ended).toMatchObject({ kind: 'closed', code: 4403 });
  expect(await withLessRights.ended).toMatchObject({ kind: 'closed', code: 4403 });
  expect(await overEvents.ended).toMatchObject({ kind: expect.stringMatching(/completed|broken/) });
  expect(isUntouched).toBe(true);
}, 45_000);
