import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';

import { ExecutionFinished, ExecutionUpdated } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import {
  closeClients,
  dataOf,
  openWebSocket,
  serverSentEventsDoor,
  type Stream,
  subscribeOn,
} from '../support/clients.js';
import { finalStatus, startedId } from '../support/starts.js';

const SUBSCRIPTIONS = 400;
/** Openings are spread this far before and after the moment of completion. */
const SPREAD_MS = 600;

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

it('each of 400 subscriptions opened around the completion gets exactly one final state', async () => {
  const running = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
  const id = await startedId(app.url);
  sockets = Array.from({ length: 20 }, (_, i) => openWebSocket(urls[i % 2] ?? ''));

  const subscribing = Array.from({ length: SUBSCRIPTIONS }, async (_, i) => {
    await delay(Math.random() * 2 * SPREAD_MS);
    return open(i, id);
  });
  const completing = delay(SPREAD_MS).then(() => running.remove());
  const statuses = await Promise.all([...subscribing, completing.then(() => finalStatus(app.url, id))]);
  const streams = statuses.filter((status) => Array.isArray(status));

  expect(streams).toHaveLength(SUBSCRIPTIONS);
  expect(streams.filter((states) => !isExact(states))).toEqual([]);
  // Control: some have seen the execution run, and some came when all was over.
  expect(streams.some((states) => states.length > 1)).toBe(true);
  expect(streams.filter((states) => states.length === 1).length).toBeGreaterThan(SUBSCRIPTIONS / 4);
});

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
function isExact(states: readonly State[]): boolean {
  const rising = states.every(({ version }, i) => version > (states[i - 1]?.version ?? 0));
  return rising && states.filter(({ done }) => done).length === 1 && states.at(-1)?.status === 'SUCCEEDED';
}
