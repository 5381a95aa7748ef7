import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { Execution, ExecutionUpdated } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization, closeClients, dataOf, DOORS, execute } from '../support/clients.js';
import { openAcknowledged } from '../support/sockets.js';
import { startedId } from '../support/starts.js';

const SUBSCRIPTION = 'subscription { usageExecutionsFinished { id } }';
/** Below the time after which a stop is cut off. */
const PROMPT_MS = 12_000;

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator({ simulator: { durations: () => 60_000 } });
});
afterEach(closeClients);
afterAll(() => app?.stop());

const streamUrl = (url: string) => `${url}/graphql/stream?query=${encodeURIComponent(SUBSCRIPTION)}`;
const STREAM_HEADERS = { ...authorization('demo-admin'), accept: 'text/event-stream' };

async function openStream(url: string, agent?: Agent): Promise<IncomingMessage> {
  const asking = get(streamUrl(url), { headers: STREAM_HEADERS, ...(agent ? { agent } : {}) });
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  return response;
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

describe('while nothing happens', () => {
  // Both wait at the same time.
  let heartbeat: Promise<number>;
  let ping: Promise<unknown>;
  beforeAll(async () => {
    const response = await openStream(app.url);
    await once(response, 'data');
    heartbeat = msOf(async () => expect(String((await once(response, 'data'))[0])).toBe(':\n\n'));
    void heartbeat.finally(() => response.destroy());
    const raw = await openAcknowledged(app.url);
    ping = once(raw.socket, 'ping').finally(() => raw.socket.close());
  });

  it('an event stream bears a comment within 10 s', async () => {
    expect(await heartbeat).toBeLessThan(10_000);
  });

  it('a WebSocket is pinged', async () => {
    await ping;
  });
});

describe('a node that stops', () => {
  it('tells WebSockets that it is going away', async () => {
    const node = await app.startNode();
    const raw = await openAcknowledged(node.url);
    raw.send({ id: '1', type: 'subscribe', payload: { query: SUBSCRIPTION } });

    expect(await msOf(() => node.stop())).toBeLessThan(PROMPT_MS);
    expect(await raw.closed).toMatchObject({ code: 1001 });
  });

  it.each([
    ['closes its connection', undefined],
    ['keeps its connections', new Agent({ keepAlive: true })],
  ])('ends the event stream of a client that %s', async (_name, agent) => {
    const node = await app.startNode();
    const response = await openStream(node.url, agent);
    const ended = once(response.resume(), 'end');

    expect(await msOf(() => node.stop())).toBeLessThan(PROMPT_MS);
    await ended;
    agent?.destroy();
  });

  it.each([
    ['an event stream', streamRequest],
    ['a WebSocket', upgradeRequest],
  ])('does not wait for a client that has stopped reading %s', async (_name, requestOf) => {
    const node = await app.startNode();
    const socket = await deafClient(node.url, requestOf(node.url));

    expect(await msOf(() => node.stop())).toBeLessThan(PROMPT_MS);
    socket.destroy();
  });

  it('does not wait for a connection over which nothing was asked', async () => {
    const node = await app.startNode();
    const socket = connect(Number(new URL(node.url).port), '127.0.0.1');
    await once(socket, 'connect');

    expect(await msOf(() => node.stop())).toBeLessThan(PROMPT_MS);
    socket.destroy();
  });

  it('leaves its work to the others, who go on at once', async () => {
    const node = await app.startNode();
    const id = await startedId(node.url);
    await node.stop();
    app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Complete' });

    const [door] = DOORS;
    const states = await door?.subscribe(app.url, ExecutionUpdated, { id }).rest();

    expect(dataOf(states?.at(-1) ?? {}).usageExecutionUpdated.status).toBe('SUCCEEDED');
    expect(dataOf(await execute(app.url, Execution, { id })).usageExecution?.done).toBe(true);
  });
});

function streamRequest(url: string): string {
  const { pathname, search, host } = new URL(streamUrl(url));
  const lines = Object.entries(STREAM_HEADERS).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${pathname}${search} HTTP/1.1`, `host: ${host}`, ...lines, '', ''].join('\r\n');
}

function upgradeRequest(url: string): string {
  const key = Buffer.alloc(16, 1).toString('base64');
  const lines = [`host: ${new URL(url).host}`, 'connection: Upgrade', 'upgrade: websocket'];
  lines.push('sec-websocket-version: 13', `sec-websocket-key: ${key}`);
  lines.push('sec-websocket-protocol: graphql-transport-ws');
  return ['GET /graphql HTTP/1.1', ...lines, '', ''].join('\r\n');
}

/** Sends a request, sees that it is answered, and never reads, answers or closes again: a laptop that was shut. */
async function deafClient(url: string, request: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.write(request);
  await once(socket, 'data');
  socket.pause().on('error', () => {});
  return socket;
}
