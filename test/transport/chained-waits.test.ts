/** Several starts in one mutation, each of which would wait as long as it may. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';

import { buildUsageSchema } from '../../resolvers/build-schema.js';
import { silentLogger } from '../../src/lib/logger.js';
import type { RequestContext } from '../../src/services/request-context.js';
import { createHttpServer, type HttpServer } from '../../src/transport/http/http-server.js';
import { closeClients } from '../support/clients.js';
import { type ServiceParts, startService } from '../support/service.js';
import { stepParts } from '../support/steps.js';
import { CALLER, createTestStore, type TestStore } from '../support/store.js';
import { THREE_DOORS } from '../support/three-doors.js';
import { until } from '../support/until.js';
import { REQUEST_NOW } from '../support/usage-requests.js';

const start = (alias: string, interval: string) =>
  `${alias}: queryOrganizationUsage(input: {interval: "${interval}", waitMs: 30000}) { execution { id status } }`;
const QUERY = `mutation { ${start('one', '2026-03-01/2026-03-07')} ${start('two', '2026-03-08/2026-03-14')} }`;
const LISTENERS_OF_ONE = 1;

let test: TestStore;
let node: ServiceParts;
let server: HttpServer;
let clock: number;
beforeAll(async () => {
  test = await createTestStore();
});
beforeEach(async () => {
  await test.clear();
  clock = REQUEST_NOW;
  node = await startService(test, stepParts(test.store));
  server = await createHttpServer({
    host: '127.0.0.1',
    port: 0,
    schema: buildUsageSchema(),
    scope: {
      authenticate: async () => CALLER,
      context: (caller, requestId, signal) => {
        const { service: executions, watching } = node;
        const now = () => clock;
        const context = { caller, executions, watch: watching.watch, requestId, signal, now };
        return context as Partial<RequestContext> as RequestContext;
      },
      watch: () => ({ ended: null, onEnd: () => () => {}, release: () => {} }),
    },
    exports: { find: nobodyGetsHere, rows: nobodyGetsHere },
    readiness: async () => ({ problems: [], degraded: [] }),
    introspection: true,
    graphiql: null,
    allowedOrigins: [],
    trustProxy: false,
    rateLimitPerMinute: 0,
    maxConnections: { perIdentity: 0, perAddress: 0 },
    log: silentLogger,
  });
});
afterEach(async () => {
  await closeClients();
  await server.stop();
  await node.stop();
});
afterAll(() => test.stop());

it.each(THREE_DOORS)('share one wait over $name: the second starts, and does not wait anew', async (door) => {
  const answer = door.ask(server.url, { query: QUERY });
  await until('the first to wait', () => node.watching.listeners() === LISTENERS_OF_ONE);
  const [first] = await test.query<{ id: string }>('SELECT id FROM executions');
  clock += 30_000;
  await node.service.cancel(CALLER, `exe_${first?.id.replaceAll('-', '')}`);

  expect((await answer).data).toMatchObject({
    one: { execution: { status: 'CANCELED' } },
    two: { execution: { status: 'RUNNING' } },
  });
});

function nobodyGetsHere(): never {
  throw new Error('nothing is exported here');
}
