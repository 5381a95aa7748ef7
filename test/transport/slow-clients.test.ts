/**
 * Clients that connect and then say nothing, or half of something. Each test process has file descriptors for a few
 * thousand sockets at both of their ends; some hundreds are enough to see that each is let go.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';

import { buildUsageSchema } from '../../resolvers/build-schema.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createHttpServer, type HttpServer } from '../../src/transport/http/http-server.js';
import { openRawSocket } from '../support/sockets.js';
import { until } from '../support/until.js';

const CLIENTS = 300;
const HEAD = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

let server: HttpServer;
const sockets: Socket[] = [];

beforeAll(async () => {
  server = await createHttpServer({
    host: '127.0.0.1',
    port: 0,
    schema: buildUsageSchema(),
    scope: { authenticate: nobodyGetsHere, context: nobodyGetsHere, watch: nobodyGetsHere },
    exports: { find: nobodyGetsHere, rows: nobodyGetsHere },
    readiness: async () => ({ problems: [], degraded: [] }),
    introspection: true,
    graphiql: null,
    allowedOrigins: [],
    trustProxy: false,
    rateLimitPerMinute: 0,
    maxConnections: { perIdentity: 0, perAddress: 0 },
    arrival: { headersMs: 500, requestMs: 1_000 },
    log: silentLogger,
  });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => server.stop());

async function open(bytes: string) {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname).on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  if (bytes !== '') socket.write(bytes);
  const client = { closed: false, answer: '', socket };
  socket.on('data', (chunk) => (client.answer += String(chunk))).on('close', () => (client.closed = true));
  return client;
}

it.each([
  ['nothing at all', ''],
  ['half a request line', 'POST /gra'],
  ['half of the headers', `${HEAD}x-hea`],
  ['half of the body', `${HEAD}content-length: 100\r\n\r\n{"query":`],
  ['half of a chunk', `${HEAD}transfer-encoding: chunked\r\n\r\n64\r\n{"query":`],
])('lets clients go that send %s, and serves the others meanwhile', async (_name, bytes) => {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => open(bytes)));

  const meanwhile = await fetch(`${server.url}/health/live`);
  expect(await meanwhile.json()).toEqual({ status: 'live' });

  await until('all to be let go', () => clients.every(({ closed }) => closed));
  if (bytes !== '') {
    expect(clients[0]?.answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n[^]*\r\n\r\n\{"errors":\[\{/);
  }
});

it('lets clients go that drip a byte now and then', async () => {
  const client = await open(HEAD);
  const drip = setInterval(() => client.socket.write('x: y\r\n'), 50);
  await until('the client to be let go', () => client.closed);
  clearInterval(drip);
  expect(client.answer).toContain('408');
});

it('closes WebSockets that never introduce themselves with 4408', async () => {
  const silent = await Promise.all(Array.from({ length: CLIENTS }, () => openRawSocket(server.url)));
  const meanwhile = await fetch(`${server.url}/health/live`);
  expect(meanwhile.status).toBe(200);
  await meanwhile.text();

  const codes = (await Promise.all(silent.map(({ closed }) => closed))).map(({ code }) => code);
  expect(new Set(codes)).toEqual(new Set([4408]));
});

function nobodyGetsHere(): never {
  throw new Error('nobody gets here');
}
