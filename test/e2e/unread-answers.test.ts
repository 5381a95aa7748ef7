/** Clients that ask over plain HTTP and do not read what they are answered. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { csvPath, replaceRows } from '../support/exports.js';
import { finishedId } from '../support/starts.js';
import { until } from '../support/until.js';

const KEEP_ALIVE_MS = 200;
/** Far more than the kernel takes for a client. */
const ROWS = 200_000;
const PAGE =
  'nodes {date organizationId platform httpMethod templateUri requests status200 status400 status500}';

let app: TestApp;
let id: string;
const sockets: Socket[] = [];
beforeAll(async () => {
  app = await startAppWithSimulator({ keepAliveMs: KEEP_ALIVE_MS, env: { MAX_QUERY_COST: '100000' } });
  id = await finishedId(app.url);
  await replaceRows(app.databaseUrl, id, ROWS);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => app?.stop());

const HEADERS = 'host: x\r\nauthorization: Bearer demo-admin\r\n';
function post(): string {
  const pages = Array.from({ length: 20 }, (_, i) => `a${i}: rows(first: 1000) {${PAGE}}`).join(' ');
  const body = JSON.stringify({ query: `{usageExecution(id: "${id}") {${pages}}}` });
  return `POST /graphql HTTP/1.1\r\n${HEADERS}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

async function ask(request: string) {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname).on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(request);
  const client = { socket, bytes: 0, closed: false };
  socket.on('data', (chunk) => (client.bytes += chunk.length)).on('close', () => (client.closed = true));
  return client;
}

describe.each([
  ['a page', post],
  ['an export', () => `GET ${csvPath(id)} HTTP/1.1\r\n${HEADERS}\r\n`],
])('a client that asks for %s', (_name, request) => {
  it('and does not read it is cut off', async () => {
    const client = await ask(request());
    await once(client.socket, 'data');
    client.socket.pause();
    await sleep(25 * KEEP_ALIVE_MS);
    const before = client.bytes;
    client.socket.resume();
    await until('the end of the connection', () => client.closed);
    // What the kernels had for it, and no end.
    expect(client.bytes - before).toBeLessThan(12_000_000);
  });

  it('and reads it slowly gets on', async () => {
    const client = await ask(request());
    for (let look = 0; look < 30; look += 1) {
      client.socket.pause();
      await sleep(KEEP_ALIVE_MS / 4);
      client.socket.resume();
      await Promise.race([once(client.socket, 'data'), sleep(KEEP_ALIVE_MS)]);
    }
    expect(client.closed).toBe(false);
  });
});
