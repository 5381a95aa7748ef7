import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';

import {
  CancelUsageExecution as Cancel,
  ExecutionFinished,
  ExecutionUpdated,
} from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import {
  closeClients,
  dataOf,
  execute,
  openWebSocket,
  serverSentEventsDoor,
  type Stream,
  subscribeOn,
} from '../support/clients.js';
import { startedId } from '../support/starts.js';

const ROUNDS = 4;
const SUBSCRIPTIONS = 100;
/** Openings are spread over this time; the first poll, which finds the result, comes 100 to 120 ms after the start. */
const OPENED_MS = { from: 40, to: 180 } as const;

let app: TestApp;
let urls: readonly string[];
let sockets: readonly Client[];

beforeAll(async () => {
  app = await startAppWithSimulator();
  urls = [app.url, (await app.startNode()).url];
});
afterEach(closeClients);
afterAll(() => app?.stop());

interface State {
  readonly status: string;
  readonly done: boolean;
  readonly version: number;
}

const between = ({ from, to }: typeof OPENED_MS) => delay(from + Math.random() * (to - from));

it.each<[string, (id: string) => Promise<unknown>]>([
  ['SUCCEEDED', async () => {}],
  ['CANCELED', (id) => between(OPENED_MS).then(() => execute(app.url, Cancel, { input: { id } }))],
])(
  'each of 400 subscriptions opened around the moment of completion gets exactly one final state: %s',
  async (status, end) => {
    const held =
      status === 'CANCELED' && app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    sockets = Array.from({ length: 20 }, (_, i) => openWebSocket(urls[i % 2] ?? ''));
    const streams: State[][] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = await startedId(app.url);
      const opening = Array.from({ length: SUBSCRIPTIONS }, async (_, i) => {
        await between(OPENED_MS);
        return open(i, id);
      });
      const [, ...states] = await Promise.all([end(id), ...opening]);
      streams.push(...states);
    }
    if (held) held.remove();

    expect(streams).toHaveLength(ROUNDS * SUBSCRIPTIONS);
    expect(streams.filter((states) => !isExact(states, status))).toEqual([]);
    // Control: some have seen the execution run, and some came when all was over.
    expect(streams.some((states) => states.length > 1)).toBe(true);
    expect(streams.some((states) => states.length === 1)).toBe(true);
  },
);

/** One of four kinds, by turns: both subscriptions, both transports, both nodes. */
async function open(i: number, id: string): Promise<State[]> {
  const url = urls[i % 2] ?? '';
  const socket = sockets[i % sockets.length];
  const overSocket = i % 4 < 2 && socket !== undefined;
  if (i % 8 < 4) {
    const stream = overSocket
      ? subscribeOn(socket, ExecutionFinished, { id })
      : serverSentEventsDoor.subscribe(url, ExecutionFinished, { id });
    return statesOf(stream, ({ usageExecutionFinished }) => usageExecutionFinished);
  }
  const stream = overSocket
    ? subscribeOn(socket, ExecutionUpdated, { id })
    : serverSentEventsDoor.subscribe(url, ExecutionUpdated, { id });
  return statesOf(stream, ({ usageExecutionUpdated }) => usageExecutionUpdated);
}

async function statesOf<T>(stream: Stream<T>, stateOf: (data: T) => State): Promise<State[]> {
  const states = (await stream.rest()).map((result) => stateOf(dataOf(result)));
  expect(await stream.ended).toEqual({ kind: 'completed' });
  return states;
}

/** Rising versions, one final state, and that the last. */
function isExact(states: readonly State[], status: string): boolean {
  const rising = states.every(({ version }, i) => version > (states[i - 1]?.version ?? 0));
  return rising && states.filter(({ done }) => done).length === 1 && states.at(-1)?.status === status;
}
