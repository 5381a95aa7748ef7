/**
 * Two nodes on one database behind HAProxy, with the very file of deploy/compose. Skipped where there is no HAProxy:
 * `apt-get install haproxy` brings one.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { Execution, ExecutionFinished, ExecutionUpdated } from '../documents/usage.graphql.js';
import { ending, startQuery, SUCCESS } from '../process/client.js';
import { createSurroundings, type Surroundings } from '../process/environment.js';
import { closeClients, dataOf, DOORS, execute, webSocketDoor } from '../support/clients.js';
import { ROOT } from '../support/markdown.js';
import { type NodeProcess, NodeProcesses } from '../support/node-process.js';
import { type Proxy, startProxy as startProxyTo } from '../support/proxy.js';
import { openRawSocket } from '../support/sockets.js';
import { until } from '../support/until.js';
import { freePort } from '../support/free-port.js';

const FILE = fileURLToPath(new URL('deploy/compose/haproxy.cfg', ROOT));
const GOING_AWAY = 1001;
/** The proxy looks once a second, and the machine may be busy. */
const NOTICED_MS = 20_000;

/** Several starts of the program, which take a second each on a quiet machine. */
const SLOW_MS = 120_000;

const nodes = new NodeProcesses();
let around: Surroundings;
/** From the first node to the database. */
let way: Proxy;
let node1: NodeProcess;
let node2: NodeProcess;
let proxy: ChildProcess;
/** Its log, a line for each request that is over. */
let said: string;
let url: string;

const isThere = spawnSync('haproxy', ['-v']).status === 0;
const title = `the proxy of the compose file${isThere ? '' : ' (skipped: haproxy is not installed)'}`;

// One after the other on the same nodes: starting them anew for each would take most of the time.
(isThere ? describe : describe.skip)(title, () => {
  beforeAll(async () => {
    around = await createSurroundings();
    way = await startProxyTo(around.databaseUrl);
    const env = { ...around.env, TRUST_PROXY: '1', MAX_CONNECTIONS_PER_ADDRESS: '3' };
    [node1, node2] = await Promise.all([nodes.start({ ...env, DATABASE_URL: way.url }), nodes.start(env)]);
    await startProxy();
  }, SLOW_MS);
  afterEach(closeClients);
  afterAll(async () => {
    const gone = once(proxy, 'exit');
    proxy.kill('SIGKILL');
    await gone;
    await nodes.killAll();
    await way.stop();
    await around.remove();
  });

  it(
    'lets HTTP, WebSockets and event streams through, to both nodes',
    async () => {
      const running = around.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
      const id = await startQuery(url, 1);
      const streams = DOORS.map((door) => door.subscribe(url, ExecutionUpdated, { id }));
      // Told before it ends: nothing is held back until there is more of it.
      for (const stream of streams) {
        const first = await stream.next();
        expect(first && dataOf(first).usageExecutionUpdated.done).toBe(false);
      }
      running.remove();
      for (const stream of streams) {
        const last = (await stream.rest()).at(-1);
        expect(last && dataOf(last).usageExecutionUpdated.status).toBe('SUCCEEDED');
        expect(await stream.ended).toEqual({ kind: 'completed' });
      }
      await until(
        'both nodes to have been asked',
        async () => {
          await execute(url, Execution, { id });
          return ['node-1', 'node-2'].every((name) => said.includes(`nodes/${name} `));
        },
        NOTICED_MS,
      );
    },
    SLOW_MS,
  );

  it('keeps from the public what is for operators, however it is written', async () => {
    const paths = ['/metrics', '/%6detrics', '//metrics', '/health/ready', '/graphql/../metrics', '/nothing'];
    const statuses = await Promise.all(paths.map((path) => answerOf(path)));
    expect(statuses).toEqual(paths.map(() => [404, 'Not found\n']));
  });

  it('tells the nodes who asks, whatever the client says of itself', async () => {
    const from = (address: string) => openRawSocket(url, { headers: { 'x-forwarded-for': address } });
    // Three connections of one address are the most at each of the two nodes: the seventh is one too many.
    const sockets = [];
    for (let i = 1; i <= 6; i += 1) sockets.push(await from(`1.1.1.${i}`));
    await expect(from('1.1.1.7')).rejects.toThrow();
    for (const { socket, closed } of sockets) {
      socket.close();
      await closed;
    }
  });

  it(
    'sends nobody to a node that is not ready, until it is again',
    async () => {
      const id = await startQuery(url, 2);
      await way.cut();
      await until('the proxy to notice', () => said.includes('nodes/node-1 is DOWN'), NOTICED_MS);
      expect(said).toMatch(/nodes\/node-1 is DOWN, reason: Layer7 wrong status, code: 503/);
      const before = said.length;
      for (let i = 0; i < 4; i += 1) expect((await execute(url, Execution, { id })).status).toBe(200);
      expect(said.slice(before)).not.toMatch(/nodes\/node-1 .*POST/);
      await way.mend();
      await until('the proxy to trust it', () => said.includes('nodes/node-1 is UP'), NOTICED_MS);
    },
    SLOW_MS,
  );

  it(
    'goes on with the other node when one is killed, and its clients find it again',
    async () => {
      const running = around.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
      const id = await startQuery(url, 3);
      const streams = await Promise.all([openOn(id), openOn(id)]);
      await node2.killed('SIGKILL');
      // The least busy gets the next: one of the two was at the node that is gone.
      await Promise.race(streams.map(({ ended }) => ended));
      for (let i = 0; i < 5; i += 1)
        expect(dataOf(await execute(url, Execution, { id })).usageExecution?.id).toBe(id);
      const again = DOORS.map((door) => door.subscribe(url, ExecutionFinished, { id }));
      running.remove();
      for (const stream of again) {
        const told = await stream.next();
        expect(told && dataOf(told).usageExecutionFinished.status).toBe('SUCCEEDED');
      }
      expect(await ending(url, await startQuery(url, 4))).toEqual(SUCCESS);
    },
    SLOW_MS,
  );

  it(
    'passes on what a node that stops tells its clients',
    async () => {
      around.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
      const stream = await openOn(await startQuery(url, 5));
      const exit = node1.killed('SIGTERM');
      expect(await stream.ended).toMatchObject({ kind: 'closed', code: GOING_AWAY });
      expect(await exit).toEqual({ code: 0, signal: null });
    },
    SLOW_MS,
  );
});

const openOn = async (id: string) => {
  const stream = webSocketDoor.subscribe(url, ExecutionUpdated, { id });
  await stream.next();
  return stream;
};

async function startProxy(): Promise<void> {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const addressOf = (node: NodeProcess) => new URL(node.url).host;
  proxy = spawn('haproxy', ['-db', '-f', FILE], {
    env: {
      PATH: process.env['PATH'],
      PROXY_ADDRESS: `127.0.0.1:${port}`,
      NODE_1: addressOf(node1),
      NODE_2: addressOf(node2),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  said = '';
  proxy.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  let complaint = '';
  proxy.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  await until(`the proxy to lead to a node`, async () => {
    if (proxy.exitCode !== null) throw new Error(complaint);
    return fetch(`${url}/graphql?query={__typename}`).then(
      ({ status }) => status < 500,
      () => false,
    );
  });
}

/** Status and body; the path goes out as it is written, where `fetch` would tidy it up. */
async function answerOf(path: string): Promise<[number | undefined, string]> {
  const { hostname: host, port } = new URL(url);
  const sent = request({ host, port, path }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return [response.statusCode, await text(response)];
}
