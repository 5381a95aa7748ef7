import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import { ExecutionUpdated } from '../documents/usage.graphql.js';
import { closeClients, DOORS, post, type Stream } from '../support/clients.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { until } from '../support/until.js';
import { type Balancer, startBalancer } from './support/balancer.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { measured } from './support/measured.js';
import { endings, expectInvariants } from './support/invariants.js';
import { leasesOf, NAMED, nameOf } from './support/leases.js';
import { startLoad } from './support/load.js';
import { LONG, sized } from './support/variant.js';

/** Of each kind. */
const SUBSCRIBERS = sized(20, 200);
/** The long variant has the limits that are promised, the short one a machine that is shared. */
const HANDED_OVER_WITHIN_MS = sized(20_000, 5_000);
const GONE_WITHIN_MS = sized(30_000, 15_000);
const GOING_AWAY = 1001;

let cluster: Cluster;
let balancer: Balancer | undefined;
let proxy: Proxy | undefined;
afterEach(async () => {
  await closeClients();
  await balancer?.stop();
  await cluster.stop();
  await proxy?.stop();
  balancer = proxy = undefined;
});

/** A promise's outcome, or an error when it is not there in time. */
async function within<T>(what: string, ms: number, outcome: Promise<T>): Promise<T> {
  const state: { done: boolean } = { done: false };
  void outcome.then(() => (state.done = true));
  await until(what, () => state.done, ms);
  return outcome;
}

describe('SIGTERM under load with subscriptions open', () => {
  it('closes WebSockets with 1001, ends streams, hands leases over, and exits with 0 despite a half-open client', async () => {
    cluster = await startCluster({ nodes: 1, tokens: 8, env: { LEASE_MS: '600000', ...NAMED } });
    const leaver = cluster.nodes[0]!;
    const { faults } = cluster.simulator;
    faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    const watched = await cluster.start(leaver);
    const { id, token } = watched as { id: string; token: string };
    const streams = await subscribeAll(leaver.url, id, token);
    proxy = await startProxy(leaver.url);
    const proxyUrl = proxy.url.replace(/\/$/, '');
    const lost = await Promise.all(
      DOORS.map((door) => opened(door.subscribe(proxyUrl, ExecutionUpdated, { id }, token))),
    );
    // Polls that take for ever keep their leases.
    faults.inject({ kind: 'delay', ms: 600_000 }, { stage: 'results', times: 4 });
    const load = startLoad(cluster, { perSecond: 10, watchEvery: 3 });
    const held = () => leasesOf(cluster.databaseUrl, nameOf(leaver));
    await until('leases', async () => (await held()).length >= 4);
    await cluster.startNode();
    proxy.halfOpen();

    const since = performance.now();
    const leaving = cluster.take(leaver, 'SIGTERM');
    await until('no lease of its own', async () => (await held()).length === 0, HANDED_OVER_WITHIN_MS);
    const handedOverMs = performance.now() - since;
    await within('its end', GONE_WITHIN_MS, leaving);
    measured('SIGTERM', { handedOverMs, goneMs: performance.now() - since, subscribers: 2 * SUBSCRIBERS });

    expect(await leaver.exit).toEqual({ code: 0, signal: null });
    for (const { name, stream } of streams) {
      const ending = await stream.ended;
      if (name === 'WebSocket') expect(ending).toMatchObject({ kind: 'closed', code: GOING_AWAY });
      // Ended without the protocol's `complete`, by which a client knows that it has to come back.
      else expect(ending).toMatchObject({ kind: 'broken' });
    }
    expect(lost).toHaveLength(DOORS.length);
    await load.stop();
    faults.clear();
    cluster.watch(id);
    await cluster.settled(60_000);
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    expect(Object.keys(await endings(cluster.databaseUrl))).toEqual(['SUCCEEDED']);
    await expectInvariants(cluster);
  }, 180_000);
});

async function subscribeAll(url: string, id: string, token: string) {
  const all = DOORS.flatMap((door) =>
    Array.from({ length: SUBSCRIBERS }, () => ({
      name: door.name,
      stream: door.subscribe(url, ExecutionUpdated, { id }, token),
    })),
  );
  await Promise.all(all.map(({ stream }) => opened(stream)));
  return all;
}

/** It has told the present state. */
async function opened<T>(stream: Stream<T>): Promise<Stream<T>> {
  expect((await stream.next())?.data).toBeTruthy();
  return stream;
}

describe('a rolling restart of three nodes behind a load balancer', () => {
  const ROUNDS = sized(1, 5);
  const CLIENTS = 6;
  const LOOK_EVERY_MS = sized(200, 1_000);
  /** Long enough for a few looks; the long variant has the default. */
  const DRAIN = LONG ? {} : { DRAIN_MS: '1500' };

  it(
    'fails not one query',
    async () => {
      cluster = await startCluster({
        nodes: 3,
        tokens: 8,
        simulator: { durations: () => 1_000 },
        env: DRAIN,
      });
      balancer = await startBalancer(LOOK_EVERY_MS);
      for (const { url } of cluster.nodes) balancer.add(url);
      await until('the balancer', () => balancer!.ready === 3);
      const load = startLoad(cluster, { perSecond: 2, watchEvery: 3 });
      const clients = startClients(balancer.url, cluster.tokens);
      for (let restart = 0; restart < 3 * ROUNDS; restart += 1) {
        await cluster.take(cluster.nodes[0]!, 'SIGTERM');
        const { url } = await cluster.startNode();
        balancer.add(url);
        await until('the balancer to see it', () => balancer!.ready === 3, 30_000);
      }
      const { failed, answered } = await clients.stop();
      measured('rolling restart', { restarts: 3 * ROUNDS, answered, failed: failed.length });
      expect(failed).toEqual([]);
      expect(answered).toBeGreaterThan(0);
      await load.stop();
      await cluster.settled(60_000);
      await Promise.all(cluster.witnesses.map(({ finished }) => finished));
      const gone = cluster.processes.filter((node) => !cluster.nodes.includes(node));
      expect(await Promise.all(gone.map(({ exit }) => exit))).toEqual(
        gone.map(() => ({ code: 0, signal: null })),
      );
      await expectInvariants(cluster);
    },
    ROUNDS * 150_000,
  );

  /** Each asks one thing after another. */
  function startClients(url: string, tokens: readonly string[]) {
    const failed: string[] = [];
    let answered = 0;
    let over = false;
    const ask = async (token: string) => {
      const query = '{ usageExecutions(first: 5) { nodes { id status } } upstreamBudget { remaining } }';
      try {
        const { data, errors } = await post(url, { query }, token);
        if (!data || errors) failed.push(JSON.stringify(errors));
        else answered += 1;
      } catch (error) {
        failed.push(String(error));
      }
    };
    const running = Array.from({ length: CLIENTS }, async (_, client) => {
      while (!over) {
        await ask(tokens[client % tokens.length]!);
        await delay(10);
      }
    });
    return {
      async stop() {
        over = true;
        await Promise.all(running);
        return { failed, answered };
      },
    };
  }
});
