/** Subscribers that vanish, that say nothing, and that come back. */
import { once } from 'node:events';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { print } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

import type { App } from '../../src/app.js';
import { ExecutionFinished, ExecutionUpdated } from '../documents/usage.graphql.js';
import {
  authorization,
  closeClients,
  dataOf,
  DOORS,
  openWebSocket,
  subscribeOn,
} from '../support/clients.js';
import { startProxy } from '../support/proxy.js';
import { openRawSocket, webSocketUrl } from '../support/sockets.js';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { moveExecutions } from './support/executions.js';
import { runInNetwork, networkCanBeMade } from './support/half-open.js';
import { startInside } from './support/inside.js';
import { expectInvariants } from './support/invariants.js';
import { sized } from './support/variant.js';

/** What the service does by default is part of the long variant. */
const KEEP_ALIVE_MS = sized(1_000, 12_000);
/** Of two keepalives, and of what a busy machine may need beside them. */
const GIVEN_UP_MS = 2 * KEEP_ALIVE_MS + 8_000;

const cleanUp: (() => unknown)[] = [];
let cluster: Cluster;
/** A node whose gauges can be read. */
let app: App;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
  app = await startInside(cluster, KEEP_ALIVE_MS);
});
afterEach(async () => {
  await closeClients();
  for (const clean of cleanUp.splice(0).toReversed()) await clean();
});
afterAll(async () => {
  await app?.stop();
  await cluster?.stop();
});

/** Upstream works on it until `complete` is called. */
async function running(): Promise<{ id: string; token: string; complete: () => void }> {
  const held = cluster.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
  const started = await cluster.start();
  if (started.id === null) throw new Error(started.reason);
  return { ...started, complete: () => held.remove() };
}

describe('a subscriber that is gone half-open', () => {
  const SOCKETS = 20;
  const ON_EACH = 5;

  it('is given up within two keepalives (WebSocket), and leaves no listener', async () => {
    const way = await startProxy(app.url);
    cleanUp.push(() => way.stop());
    const { id, token, complete } = await running();
    cluster.watch(id);
    const base = app.watching.listeners;
    for (let i = 0; i < SOCKETS; i += 1) {
      const client = openWebSocket(way.url.replace(/\/$/, ''), token);
      for (let k = 0; k < ON_EACH; k += 1) subscribeOn(client, ExecutionFinished, { id });
    }
    await until('all to listen', () => app.watching.listeners === base + SOCKETS * ON_EACH);
    const staying = subscribeOn(openWebSocket(app.url, token), ExecutionFinished, { id });
    await until('one that stays', () => app.watching.webSockets === SOCKETS + 1);

    way.halfOpen();

    await until('the dead ones to be given up', () => app.watching.webSockets === 1, GIVEN_UP_MS);
    expect(app.watching.listeners).toBe(base + 1);
    complete();
    expect(dataOf((await staying.next()) ?? {}).usageExecutionFinished.status).toBe('SUCCEEDED');
    await cluster.settled(30_000);
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    await expectInvariants(cluster);
  }, 90_000);

  // The network itself has to lose what is sent: a proxy would acknowledge it in the client's place.
  (networkCanBeMade() ? it : it.skip)(
    'is given up within two keepalives (server-sent events), and leaves no listener',
    async () => {
      const { before, after, withoutLoss, givenUpMs } = await runInNetwork({ keepAliveMs: KEEP_ALIVE_MS });
      expect({ before, withoutLoss, after }).toEqual({
        before: { eventStreams: 11, listeners: 11 },
        withoutLoss: { eventStreams: 11, listeners: 11 },
        after: { eventStreams: 1, listeners: 1 },
      });
      if (KEEP_ALIVE_MS > 1_000) console.info(JSON.stringify({ givenUpMs }));
    },
    120_000,
  );
});

it('a WebSocket that ignores pings is closed within two keepalives', async () => {
  const deaf = await openRawSocket(app.url, { answerPings: false });
  const polite = await openRawSocket(app.url);
  for (const { send } of [deaf, polite].map((raw) => ({ send: raw.send.bind(raw) })))
    send({ type: 'connection_init', payload: authorization(cluster.tokens[0] ?? '') });
  await Promise.all([deaf.message(), polite.message()]);
  const pinged = once(polite.socket, 'ping');
  await until('the deaf one to be closed', () => app.watching.webSockets === 1, GIVEN_UP_MS);
  expect((await deaf.closed).code).toBe(1006);
  await pinged;
  expect(polite.socket.readyState).toBe(WebSocket.OPEN);
  polite.socket.terminate();
  await expectInvariants(cluster);
}, 60_000);

describe('changes of which a node was not told', () => {
  it('reach every waiting subscriber once, after its LISTEN connection was lost', async () => {
    const moved = await moveExecutions(cluster.databaseUrl);
    cleanUp.push(() => moved.stop());
    const [token = ''] = cluster.tokens;
    const ids = await moved.run(20);
    const base = app.watching.listeners;
    const finished = ids.flatMap((id) =>
      DOORS.map((door) => door.subscribe(app.url, ExecutionFinished, { id }, token)),
    );
    const updated = ids.flatMap((id) =>
      DOORS.map((door) => door.subscribe(app.url, ExecutionUpdated, { id }, token)),
    );
    const streams = [...finished, ...updated];
    const all = DOORS.map((door) =>
      door.send(app.url, { query: 'subscription { usageExecutionsFinished { id done } }' }, token),
    );
    await until('all to listen', () => app.watching.listeners === base + streams.length + all.length);

    // A subscription that has not read its first state yet would be refused: the reads of these come later.
    await Promise.all(updated.map((stream) => stream.next()));
    for (const id of ids) await moved.touch(id);
    await Promise.all(updated.map((stream) => stream.next()));

    await cluster.database.cut();
    await moved.end(ids);
    await cluster.database.mend();

    const states = await Promise.all(streams.map((stream) => stream.rest()));
    const finals = states.map((seen) =>
      seen.flatMap(({ data }) => Object.values(data ?? {})).filter((state) => state.done),
    );
    expect(finals.map((seen) => seen.length)).toEqual(streams.map(() => 1));
    const told = await Promise.all(all.map((stream) => take(stream, ids.length)));
    expect(told.map((seen) => seen.toSorted())).toEqual(all.map(() => ids.toSorted()));
    // A second notice that something may have been missed tells nobody anything twice.
    await cluster.database.cut();
    await cluster.database.mend();
    const [last = ''] = await moved.run(1);
    await until('the node to listen again', async () => (await fetch(`${app.url}/health/ready`)).ok, 30_000);
    await moved.end([last]);
    expect(await Promise.all(all.map((stream) => take(stream, 1)))).toEqual(all.map(() => [last]));
    await expectInvariants(cluster);
  }, 60_000);
});

async function take(stream: ReturnType<(typeof DOORS)[number]['send']>, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const { usageExecutionsFinished } = dataOf((await stream.next()) ?? {}) as {
      usageExecutionsFinished: { id: string };
    };
    ids.push(usageExecutionsFinished.id);
  }
  return ids;
}

describe('subscribers whose node was killed', () => {
  const SUBSCRIBERS = 20;

  it('come back with the stock clients of graphql-ws and graphql-sse, and miss nothing', async () => {
    const [doomed, other] = cluster.nodes;
    if (!doomed || !other) throw new Error('two nodes');
    const { id, token, complete } = await running();
    cluster.watch(id);
    // What a load balancer is for: the same address, whichever node answers.
    let target = doomed.url;
    const seen: unknown[][] = [];
    const started: Promise<void>[] = [];
    for (let i = 0; i < SUBSCRIBERS; i += 1) {
      const states: unknown[] = [];
      seen.push(states);
      const kind = i % 2 === 0 ? 'graphql-ws' : 'graphql-sse';
      started.push(subscribeWithStockClient(kind, () => target, token, id, states));
    }
    await until('all to have seen it run', () => seen.every((states) => states.length > 0), 20_000);

    target = other.url;
    await cluster.take(doomed, 'SIGKILL');
    complete();

    await Promise.all(started);
    const finals = seen.map((states) => states.filter((state) => (state as { done: boolean }).done));
    expect(finals).toEqual(
      seen.map((states) => [
        expect.objectContaining({ id, status: 'SUCCEEDED', version: lastVersion(states) }),
      ]),
    );
    await cluster.settled(30_000);
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    await expectInvariants(cluster);
  }, 90_000);
});

function lastVersion(states: readonly unknown[]): number {
  return (states.at(-1) as { version: number }).version;
}

/** With the options of their documentation; settles when the subscription has completed. */
function subscribeWithStockClient(
  kind: string,
  urlOf: () => string,
  token: string,
  id: string,
  states: unknown[],
): Promise<void> {
  const headers = authorization(token);
  const client =
    kind === 'graphql-ws'
      ? createWebSocketClient({
          url: () => webSocketUrl(urlOf()),
          webSocketImpl: WebSocket,
          connectionParams: headers,
          // By default it comes back from closed connections alone, not from those that could not be made.
          shouldRetry: () => true,
        })
      : createSseClient({ url: () => `${urlOf()}/graphql/stream`, headers });
  cleanUp.push(() => client.dispose());
  return new Promise((resolve, reject) => {
    client.subscribe<{ usageExecutionUpdated: unknown }>(
      { query: print(ExecutionUpdated), variables: { id } },
      {
        next: ({ data }) => states.push(data?.usageExecutionUpdated),
        error: (error) => reject(new Error(`the client gave up: ${JSON.stringify(error)}`)),
        complete: resolve,
      },
    );
  });
}
