/** A client that leaves while its mutation waits: seen at the listeners of the very service behind the real doors. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { buildUsageSchema } from '../../resolvers/build-schema.js';
import { silentLogger } from '../../src/lib/logger.js';
import type { RequestContext } from '../../src/services/request-context.js';
import { createHttpServer, type HttpServer } from '../../src/transport/http/http-server.js';
import { closeClients, openWebSocket, type RawOperation, serverSentEventsDoor } from '../support/clients.js';
import { type ServiceParts, startService } from '../support/service.js';
import { stepParts } from '../support/steps.js';
import { CALLER, createTestStore, type TestStore } from '../support/store.js';
import { until } from '../support/until.js';
import { REQUEST_NOW } from '../support/usage-requests.js';

const OPERATION: RawOperation = {
  query: `mutation { queryOrganizationUsage(input: {interval: "2026-03-01/2026-03-07", waitMs: 30000}) {
    source execution { status } } }`,
};
const LISTENERS_OF_ONE = 1;

let test: TestStore;
let node: ServiceParts;
let server: HttpServer;
beforeAll(async () => {
  test = await createTestStore();
});
beforeEach(async () => {
  await test.clear();
  node = await startService(test, stepParts(test.store));
  server = await createHttpServer({
    host: '127.0.0.1',
    port: 0,
    schema: buildUsageSchema(),
    scope: {
      authenticate: async () => CALLER,
      context: (caller, requestId, signal) => {
        const { service: executions, watching } = node;
        const now = () => REQUEST_NOW;
        const context = { caller, executions, watch: watching.watch, requestId, signal, now };
        // Names are not asked for here.
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

/** Sends the mutation, and gives how its client leaves. */
const DEPARTURES: Record<string, () => () => void> = {
  'aborts its HTTP request': () => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const headers = { 'content-type': 'application/json', authorization: 'Bearer token-1' };
    const body = JSON.stringify(OPERATION);
    fetch(`${server.url}/graphql`, { method: 'POST', headers, body, signal }).catch(() => {});
    return () => leaving.abort();
  },
  'completes its operation on a WebSocket': () => {
    const client = openWebSocket(server.url);
    return client.subscribe(OPERATION, { next() {}, error() {}, complete() {} });
  },
  'closes its WebSocket': () => {
    const client = openWebSocket(server.url);
    client.subscribe(OPERATION, { next() {}, error() {}, complete() {} });
    return () => client.terminate();
  },
  'leaves its event stream': () => {
    const stream = serverSentEventsDoor.send(server.url, OPERATION);
    return () => stream.leave();
  },
};

describe('a client that waits in a mutation', () => {
  it.each(Object.keys(DEPARTURES))('frees everything at once when it %s', async (how) => {
    const leave = DEPARTURES[how]?.();
    await until('the mutation to wait', () => node.watching.listeners() === LISTENERS_OF_ONE);
    leave?.();
    await until('no listener', () => node.watching.listeners() === 0);
    expect(await test.query('SELECT status FROM executions')).toEqual([{ status: 'RUNNING' }]);
  });

  it('keeps its socket for other operations when it completes one', async () => {
    const client = openWebSocket(server.url);
    const seen: unknown[] = [];
    const leave = client.subscribe(OPERATION, {
      next: (result) => seen.push(result),
      error() {},
      complete() {},
    });
    await until('the mutation to wait', () => node.watching.listeners() === LISTENERS_OF_ONE);
    leave();
    const answers = client.iterate({ query: '{ viewer { operations } }' });
    expect(await answers.next()).toMatchObject({ value: { data: { viewer: expect.anything() } } });
    expect(seen).toEqual([]);
  });
});

function nobodyGetsHere(): never {
  throw new Error('nothing is exported here');
}
