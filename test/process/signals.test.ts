import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { print } from 'graphql';
import { WebSocket } from 'ws';

import { ExecutionUpdated } from '../documents/usage.graphql.js';
import { endServer, Scratch, serverPid, until } from '../store/embedded/scratch.js';
import { NodeProcesses } from '../support/node-process.js';
import { DEMO_TOKEN, ending, startQuery, SUCCESS } from './client.js';
import { createSurroundings, type Surroundings } from './environment.js';

/** 1 would be the end of a program that was cut off because its parts did not stop. */
const DONE = { code: 0, signal: null };
const GOING_AWAY = 1001;

describe('the program, asked to stop,', () => {
  const nodes = new NodeProcesses();
  let around: Surroundings;

  beforeEach(async () => {
    around = await createSurroundings();
  });
  afterEach(async () => {
    await nodes.killAll();
    await around.remove();
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends with 0 on %s, without a word on stderr',
    async (signal) => {
      const node = await nodes.start(around.env);
      expect(await node.killed(signal)).toEqual(DONE);
      expect(node.stderr).toEqual([]);
    },
  );

  it('tells WebSocket clients that it is going away', async () => {
    around.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    const node = await nodes.start(around.env);
    const id = await startQuery(node.url, 1);
    const { socket, next } = subscribe(node.url, id);
    await next('next');
    const closed = once(socket, 'close');
    const exit = node.killed('SIGTERM');
    expect((await closed)[0]).toBe(GOING_AWAY);
    expect(await exit).toEqual(DONE);
  });

  it('hands its leases back, however long they would still last', async () => {
    const env = { ...around.env, LEASE_MS: '600000' };
    const { faults } = around.simulator;
    const hanging = faults.inject({ kind: 'delay', ms: 600_000 }, { stage: 'results', times: 1 });
    const node = await nodes.start(env);
    const id = await startQuery(node.url, 1);
    await until('the node to hold a lease', () => hanging.hits === 1);
    const other = await nodes.start(env);
    expect(await node.killed('SIGTERM')).toEqual(DONE);
    // Long before the lease would have ended: nobody waits ten minutes here.
    expect(await ending(other.url, id)).toEqual(SUCCESS);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends at once when %s follows while it still waits',
    async (second) => {
      around.simulator.faults.inject({ kind: 'delay', ms: 600_000 }, { stage: 'start' });
      const node = await nodes.start(around.env);
      // Answered after two seconds: until then the server can not close.
      const unanswered = startQuery(node.url, 1).catch(() => 'cut off');
      await until('the start to reach upstream', () => startsOf(around) === 1);
      node.kill('SIGTERM');
      await node.says('stopping');
      expect(await node.killed(second)).toEqual({ code: 1, signal: null });
      expect(await unanswered).toBe('cut off');
    },
  );

  it('is not hurried by SIGHUP, which a closing terminal sends after Ctrl-C too', async () => {
    around.simulator.faults.inject({ kind: 'delay', ms: 600_000 }, { stage: 'start' });
    const node = await nodes.start(around.env);
    const answered = startQuery(node.url, 1);
    await until('the start to reach upstream', () => startsOf(around) === 1);
    node.kill('SIGINT');
    await node.says('stopping');
    expect(await node.killed('SIGHUP')).toEqual(DONE);
    expect(await answered).toEqual(expect.any(String));
  });
});

describe('the program, asked to stop while it starts,', () => {
  const nodes = new NodeProcesses();
  let scratch: Scratch;
  let dataDir: string;

  beforeEach(async () => {
    scratch = await Scratch.create();
    dataDir = scratch.dataDir('data');
  });
  afterEach(async () => {
    await nodes.killAll();
    await endServer(dataDir);
    await scratch.remove();
  });

  const moments = {
    'the cluster is being made': async () => {},
    'the server is coming up': async () => void (await until('a server', () => serverPid(dataDir))),
  };

  it.each(Object.entries(moments))('leaves no server behind when %s', async (_moment, hasCome) => {
    const node = nodes.spawn({ env: { DATA_DIR: dataDir } });
    await node.says('creating the embedded PostgreSQL cluster');
    await hasCome();
    expect(await node.killed('SIGTERM')).toEqual(DONE);
    expect(node.stderr).toEqual([]);
    expect(node.output).not.toContain('/graphql ');
    expect(await serverPid(dataDir)).toBeUndefined();
    await nodes.start({ DATA_DIR: dataDir });
  });
});

function startsOf({ simulator }: Surroundings): number {
  return simulator.requests.filter(({ method, path }) => method === 'POST' && path.includes('/usage/'))
    .length;
}

/** A subscription over a bare socket; `next` waits for the next message of a type. */
function subscribe(url: string, id: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const messages: { type: string }[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as { type: string }));
  const send = (message: object) => socket.send(JSON.stringify(message));
  const next = (type: string) => until(type, () => messages.find((message) => message.type === type));
  const payload = { authorization: `Bearer ${DEMO_TOKEN}` };
  socket.on('open', () => {
    send({ type: 'connection_init', payload });
    void next('connection_ack').then(() =>
      send({ id: '1', type: 'subscribe', payload: { query: print(ExecutionUpdated), variables: { id } } }),
    );
  });
  return { socket, next };
}
