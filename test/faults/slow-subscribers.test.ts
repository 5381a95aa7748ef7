/** Subscribers that do not read: what is kept for them is bounded, and nobody else notices. */
import { afterEach, describe, expect, it } from '@jest/globals';

import { closeClients, post, serverSentEventsDoor } from '../support/clients.js';
import { openAcknowledged } from '../support/sockets.js';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { type MovedExecutions, moveExecutions } from './support/executions.js';
import { startInside } from './support/inside.js';
import { expectInvariants } from './support/invariants.js';
import { LIGHT_DOORS, type LightSubscriber } from './support/light-clients.js';
import { connectionsTo, observe, OBSERVED } from './support/observed.js';
import { measured } from './support/measured.js';
import { LONG, sized } from './support/variant.js';

const UPDATED = `subscription ($id: ID!) {
  usageExecutionUpdated(id: $id) { version done request { filters { templateUris } } }
}`;
const FINISHED = 'subscription { usageExecutionsFinished { id } }';
/** Results that are too large to vanish in the buffers of the network. */
const FINISHED_LARGE = `subscription {
  usageExecutionsFinished { id a: request { filters { templateUris } } b: request { filters { templateUris } }
    c: request { filters { templateUris } } d: request { filters { templateUris } } }
}`;

const cleanUp: (() => unknown)[] = [];
let cluster: Cluster;
let moved: MovedExecutions;
afterEach(async () => {
  for (const clean of cleanUp.splice(0).toReversed()) await clean();
  await closeClients();
});

async function setUp(options: Parameters<typeof startCluster>[0]): Promise<void> {
  cluster = await startCluster(options);
  cleanUp.push(() => cluster.stop());
  moved = await moveExecutions(cluster.databaseUrl);
  cleanUp.push(() => moved.stop());
}

const token = () => cluster.tokens[0] ?? '';

describe.each(LIGHT_DOORS)('a subscriber that stops reading for a while ($name)', ({ subscribe }) => {
  it('is told the latest state and the final one when it reads again, and none of those between', async () => {
    await setUp({});
    const url = cluster.nodes[0]?.url ?? '';
    const [id = ''] = await moved.run(1, 100_000);
    const versions: number[] = [];
    let ended = false;
    const subscriber = await subscribe({
      url,
      token: token(),
      query: UPDATED,
      variables: { id },
      onResult: (text) => versions.push(Number(/"version":(\d+)/.exec(text)?.[1])),
      onEnd: () => (ended = true),
    });
    cleanUp.push(() => subscriber.leave());
    await until('the first state', () => versions.length === 1);
    subscriber.pause();
    // Somebody who reads shows that each version was there to be told.
    const witness = serverSentEventsDoor.send(url, { query: UPDATED, variables: { id } }, token());
    for (let version = 1; version < VERSIONS; version += 1) {
      await witness.next();
      await moved.touch(id);
    }
    await witness.next();
    await moved.end([id]);
    await witness.rest();
    subscriber.resume();
    await until('its final state', () => versions.at(-1) === VERSIONS + 1);
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
    expect(versions.length).toBeLessThan(VERSIONS / 2);
    if (!ended) subscriber.leave();
    await expectInvariants(cluster);
  }, 60_000);
});
/** 100 KB each: many times what the buffers of the network take for somebody who does not read. */
const VERSIONS = 200;

it('a WebSocket that has asked for more than it reads is closed, and told why when it reads', async () => {
  await setUp({});
  const app = await startInside(cluster);
  cleanUp.push(() => app.stop());
  const [id] = await moved.run(1, 200_000);
  const query = `{ usageExecution(id: "${id}") { request { filters { templateUris } } } }`;
  const raw = await openAcknowledged(app.url, token());
  raw.socket.pause();
  for (let i = 0; i < QUESTIONS; i += 1) raw.send({ id: String(i), type: 'subscribe', payload: { query } });
  // Whoever asks later is answered later, and hears of nothing.
  for (let i = 0; i < 3; i += 1) expect((await post(app.url, { query }, token())).errors).toBeUndefined();
  raw.socket.resume();
  expect(await raw.closed).toEqual({ code: 1013, reason: 'Too much is waiting to be read' });
  await until('the server to forget it', () => app.watching.webSockets === 0);
  await expectInvariants(cluster);
}, 60_000);
/** Of 200 KB each: more than twice of what may wait. */
const QUESTIONS = 200;

const EVENTS = sized(1_000, 50_000);
const HEALTHY = 100;
/** Each of a hundred remembers up to 20,000 ids that it was told, and the young garbage of 500 events a second is large. */
const MOST_GROWN_MB = sized(300, 600);
/** Ended together; and the most that the slowest healthy one may be behind before more are ended. */
const BATCH = 10;
const AHEAD = 30;

it(
  `subscribers that never read among a hundred healthy ones, ${EVENTS} events: they alone are ended`,
  async () => {
    await setUp({ env: OBSERVED });
    const [node] = cluster.nodes;
    if (!node) throw new Error('no node');
    const watched = await cluster.start();
    if (watched.id !== null) cluster.watch(watched.id);
    await cluster.settled(30_000);
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    const baseConnections = await connectionsTo(node.url);
    const ids = new Map<string, number>();
    const endedAt: number[] = [];
    const healthy = Array.from({ length: HEALTHY }, () => new Uint16Array(EVENTS + 1_000));
    const counts = new Uint32Array(HEALTHY);
    const latencies: number[] = [];

    const end = async (batch: readonly string[]) => {
      for (const id of batch) {
        endedAt.push(Date.now());
        ids.set(id, ids.size);
      }
      await moved.end(batch);
    };
    const onResult = (i: number) => (text: string) => {
      const event = ids.get(/exe_[0-9a-f]{32}/.exec(text)?.[0] ?? '');
      const seen = healthy[i];
      if (event === undefined || !seen) return;
      seen[event] = (seen[event] ?? 0) + 1;
      counts[i] = (counts[i] ?? 0) + 1;
      latencies.push(Date.now() - (endedAt[event] ?? 0));
    };

    const doorOf = (i: number) => LIGHT_DOORS[i % 2]?.subscribe ?? Promise.reject.bind(Promise);
    const opening = Array.from({ length: HEALTHY }, (_, i) =>
      doorOf(i)({ url: node.url, token: token(), query: FINISHED, onResult: onResult(i) }),
    );
    const slowHasSeen = [0, 0];
    const slow = LIGHT_DOORS.map(({ subscribe }, i) =>
      subscribe({
        url: node.url,
        token: token(),
        query: FINISHED_LARGE,
        onResult: () => (slowHasSeen[i] = (slowHasSeen[i] ?? 0) + 1),
      }),
    );
    const subscribers: LightSubscriber[] = await Promise.all([...opening, ...slow]);
    cleanUp.push(() => subscribers.forEach((subscriber) => subscriber.leave()));
    // Nothing acknowledges a subscription: it listens for sure once it has been told of something.
    let heldBack = 0;
    await until('everybody to listen', async () => {
      await end(await moved.run(1));
      heldBack += 1;
      return counts.every((count) => count > 0) && slowHasSeen.every((seen) => seen > 0);
    });
    subscribers.slice(HEALTHY).forEach((subscriber) => subscriber.pause());
    const late = counts.map((count) => heldBack - count);
    latencies.length = 0;
    const before = await observe(node);

    let told = 0;
    let most = before.residentMb;
    let longest = 0;
    const queue = await moved.run(EVENTS, 4_000);
    const startedAt = Date.now();
    const slowest = () => Math.min(...counts.map((count, i) => count + (late[i] ?? 0)));
    while (queue.length > 0) {
      await end(queue.splice(0, BATCH));
      told += BATCH;
      await until('the healthy ones to follow', () => slowest() >= heldBack + told - AHEAD, 30_000);
      if (told % 1_000 === 0) {
        const seen = await observe(node);
        most = Math.max(most, seen.residentMb);
        longest = Math.max(longest, seen.longestBlockMs);
      }
    }
    await until('every healthy one to have seen all', () => slowest() >= heldBack + told, 30_000);
    const tookMs = Date.now() - startedAt;
    await until(
      'those that never read to be given up',
      async () => (await connectionsTo(node.url)) - baseConnections <= HEALTHY,
      30_000,
    );
    const once = healthy.every((seen) =>
      seen.subarray(heldBack, heldBack + EVENTS).every((times) => times === 1),
    );
    latencies.sort((a, b) => a - b);
    const p99Ms = latencies[Math.floor(latencies.length * 0.99)] ?? Infinity;
    const figures = { tookMs, p99Ms, longestBlockMs: longest, grownMb: most - before.residentMb };
    measured('slow subscribers', figures);

    expect(once).toBe(true);
    expect(figures.grownMb).toBeLessThan(MOST_GROWN_MB);
    // What the table asks for; a machine that is shared with other tests is judged by the long variant alone.
    if (LONG) expect([p99Ms < 1_000, longest < 200]).toEqual([true, true]);
    await expectInvariants(cluster);
  },
  sized(120_000, 1_800_000),
);
