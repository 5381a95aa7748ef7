import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';

import {
  CancelUsageExecution as Cancel,
  ExecutionFinished,
  ExecutionUpdated,
} from '../documents/usage.graphql.js';
import {
  closeClients,
  dataOf,
  execute,
  openWebSocket,
  serverSentEventsDoor,
  type Stream,
  subscribeOn,
} from '../support/clients.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { expectInvariants } from './support/invariants.js';
import { sized } from './support/variant.js';

/** Subscriptions to one execution; in waves, since two cores hold no 10,000 event streams of clients as well. */
const WAVE = 100;
const SUBSCRIPTIONS = sized(400, 10_000);
const SOCKETS = 20;
/** Around the first poll, which finds the result: 200 to 240 ms after the start. */
const OPENED_MS = { from: 150, to: 290 } as const;
/** A wave takes half a second on an idle machine. */
const DEADLINE_MS = 60_000 + (SUBSCRIPTIONS / WAVE) * 3_000;

let cluster: Cluster;

beforeAll(async () => {
  // Each wave costs three calls upstream, and a token has 250 a minute.
  cluster = await startCluster({ nodes: 2, tokens: 8 });
});
afterEach(closeClients);
afterAll(() => cluster?.stop());

interface State {
  readonly status: string;
  readonly done: boolean;
  readonly version: number;
}

const between = ({ from, to }: typeof OPENED_MS) => delay(from + Math.random() * (to - from));
const urls = () => cluster.nodes.map(({ url }) => url);

it.each<[string, (id: string, token: string) => Promise<unknown>]>([
  ['SUCCEEDED', async () => {}],
  ['CANCELED', (id, token) => between(OPENED_MS).then(() => cancel(id, token))],
])(
  `each of ${SUBSCRIPTIONS} subscriptions on two nodes that race completion gets exactly one final state: %s`,
  async (status, end) => {
    const held =
      status === 'CANCELED' &&
      cluster.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    const seen: State[][] = [];
    while (seen.length < SUBSCRIPTIONS) seen.push(...(await wave(end)));
    if (held) held.remove();

    expect(seen).toHaveLength(SUBSCRIPTIONS);
    expect(seen.filter((states) => !isExact(states, status))).toEqual([]);
    // Control: some have seen the execution run, and some came when all was over.
    expect(seen.some((states) => states.length > 1)).toBe(true);
    expect(seen.some((states) => states.length === 1)).toBe(true);
    await expectInvariants(cluster);
  },
  DEADLINE_MS,
);

async function wave(end: (id: string, token: string) => Promise<unknown>): Promise<State[][]> {
  const started = await cluster.start();
  if (started.id === null) throw new Error(`not started: ${started.reason}`);
  const { id, token } = started;
  const sockets = Array.from({ length: SOCKETS }, (_, i) => openWebSocket(urls()[i % 2] ?? '', token));
  const opening = Array.from({ length: WAVE }, async (_, i) => {
    await between(OPENED_MS);
    return open(i, sockets, id, token);
  });
  const [, ...states] = await Promise.all([end(id, token), ...opening]);
  await closeClients();
  return states;
}

/** One of four kinds, by turns: both subscriptions, both transports, both nodes. */
async function open(i: number, sockets: readonly Client[], id: string, token: string): Promise<State[]> {
  const url = urls()[i % 2] ?? '';
  const socket = sockets[i % sockets.length];
  const overSocket = i % 4 < 2 && socket !== undefined;
  if (i % 8 < 4) {
    const stream = overSocket
      ? subscribeOn(socket, ExecutionFinished, { id })
      : serverSentEventsDoor.subscribe(url, ExecutionFinished, { id }, token);
    return statesOf(stream, ({ usageExecutionFinished }) => usageExecutionFinished);
  }
  const stream = overSocket
    ? subscribeOn(socket, ExecutionUpdated, { id })
    : serverSentEventsDoor.subscribe(url, ExecutionUpdated, { id }, token);
  return statesOf(stream, ({ usageExecutionUpdated }) => usageExecutionUpdated);
}

async function statesOf<T>(stream: Stream<T>, stateOf: (data: T) => State): Promise<State[]> {
  const states = (await stream.rest()).map((result) => stateOf(dataOf(result)));
  expect(await stream.ended).toEqual({ kind: 'completed' });
  return states;
}

function cancel(id: string, token: string): Promise<unknown> {
  return execute(urls()[0] ?? '', Cancel, { input: { id } }, token);
}

/** Rising versions, one final state, and that the last. */
function isExact(states: readonly State[], status: string): boolean {
  const rising = states.every(({ version }, i) => version > (states[i - 1]?.version ?? 0));
  return rising && states.filter(({ done }) => done).length === 1 && states.at(-1)?.status === status;
}
