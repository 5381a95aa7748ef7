import { afterEach, describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { query } from '../store/embedded/scratch.js';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { measured } from './support/measured.js';
import { endings, expectInvariants } from './support/invariants.js';
import { leasesOf, NAMED, nameOf, takenOver } from './support/leases.js';
import { startLoad } from './support/load.js';
import { sized } from './support/variant.js';

const KILLS = sized(2, 30);
const KILL_EVERY_MS = sized(1_500, 20_000);
const LEASE_MS = sized(2_000, 10_000);
/** Fifteen seconds with the default lease, as the long variant shows; and as many for a machine that others use too. */
const TAKEN_OVER_WITHIN_MS = 30_000;

let cluster: Cluster;
afterEach(() => cluster.stop());

const witnessed = () => Promise.all(cluster.witnesses.map(({ finished }) => finished));

describe('kill -9', () => {
  it(
    `of a random node of three, ${KILLS} times under load: nothing is lost, and others take over in time`,
    async () => {
      cluster = await startCluster({
        nodes: 3,
        tokens: 8,
        simulator: { durations: () => randomInt(sized(2_000, 4_000)) },
        env: { LEASE_MS: String(LEASE_MS), ...NAMED },
      });
      // So that a node has something in hand whenever it dies.
      cluster.simulator.faults.inject({ kind: 'delay', ms: 400 }, { stage: 'results' });
      const load = startLoad(cluster, { perSecond: 4, watchEvery: 3 });
      const takeovers: number[] = [];
      let pause = delay(KILL_EVERY_MS);
      for (let kill = 0; kill < KILLS; kill += 1) {
        await pause;
        pause = delay(KILL_EVERY_MS);
        takeovers.push(...(await killOne()));
        await cluster.startNode();
      }
      await load.stop();
      await cluster.settled(60_000);
      await witnessed();
      measured('kill -9', {
        kills: KILLS,
        acknowledged: cluster.acknowledged.size,
        unanswered: load.refusals.length,
        killsWithLeases: takeovers.length,
        slowestTakeoverMs: Math.round(Math.max(...takeovers)),
        witnesses: cluster.witnesses.length,
        requests: cluster.simulator.requests.length,
        endings: await endings(cluster.databaseUrl),
      });
      const endedAs = await endings(cluster.databaseUrl);
      expect(Object.keys(endedAs)).toEqual(['SUCCEEDED']);
      expect(endedAs['SUCCEEDED']).toBeGreaterThanOrEqual(cluster.acknowledged.size);
      await expectInvariants(cluster);
    },
    KILLS * (KILL_EVERY_MS + TAKEN_OVER_WITHIN_MS + 15_000) + 90_000,
  );

  /** Gives how long it took until all that it had in hand was in other hands, when it had something. */
  async function killOne(): Promise<number[]> {
    const victim = cluster.nodes[randomInt(cluster.nodes.length)]!;
    await cluster.take(victim, 'SIGKILL');
    const since = performance.now();
    const held = await leasesOf(cluster.databaseUrl, nameOf(victim));
    if (held.length === 0) return [];
    await until(
      'others to take over',
      () => takenOver(cluster.databaseUrl, held),
      since + TAKEN_OVER_WITHIN_MS - performance.now(),
    );
    return [performance.now() - since];
  }
});

describe('SIGSTOP for two leases, then SIGCONT', () => {
  const STOPPED_LEASE_MS = sized(1_000, 10_000);

  async function twoNodes() {
    cluster = await startCluster({
      nodes: 1,
      tokens: 4,
      simulator: { durations: () => 0 },
      env: { LEASE_MS: String(STOPPED_LEASE_MS), ...NAMED },
    });
    return { frozen: cluster.nodes[0]!, other: () => cluster.startNode() };
  }

  const stateOf = async (id: string) => {
    const sql = `SELECT status, version, fence, upstream_id, finished_at, row_count FROM executions
      WHERE id = '${id.replace('exe_', '')}'`;
    return (await query(cluster.databaseUrl, sql))[0];
  };

  it.each(['results', 'start'] as const)(
    'between a %s request and its answer: the node is fenced, and writes nothing stale',
    async (stage) => {
      const { frozen, other } = await twoNodes();
      // The answer waits in the frozen node's socket.
      const asked = cluster.simulator.faults.inject({ kind: 'delay', ms: 200 }, { stage, times: 1 });
      const starting = cluster.start(frozen);
      await until('the request', () => asked.hits === 1);
      frozen.kill('SIGSTOP');
      await other();
      const sql = "SELECT 'exe_' || replace(id::text, '-', '') AS id FROM executions";
      const id = String((await query(cluster.databaseUrl, sql))[0]?.['id']);
      await cluster.settled(STOPPED_LEASE_MS + 30_000);
      await delay(STOPPED_LEASE_MS);
      const before = await stateOf(id);
      frozen.kill('SIGCONT');
      await starting;
      const ready = async () => (await fetch(`${frozen.url}/health/ready`)).ok;
      await until('the node to go on', ready, 30_000);
      await delay(1_000);
      expect(before).toMatchObject({ status: 'SUCCEEDED' });
      expect(await stateOf(id)).toEqual(before);
      cluster.watch(id);
      await witnessed();
      await expectInvariants(cluster);
    },
    90_000,
  );

  it('under load: one final state for everybody', async () => {
    const { frozen, other } = await twoNodes();
    cluster.simulator.faults.inject({ kind: 'delay', ms: 300 }, { stage: 'results' });
    await other();
    const load = startLoad(cluster, { perSecond: 10, watchEvery: 3 });
    await delay(1_000);
    const inHand = () => leasesOf(cluster.databaseUrl, nameOf(frozen));
    await until('it to have something in hand', async () => (await inHand()).length > 0);
    frozen.kill('SIGSTOP');
    const held = await inHand();
    await delay(2 * STOPPED_LEASE_MS);
    frozen.kill('SIGCONT');
    await load.stop();
    await cluster.settled(60_000);
    await witnessed();
    measured('SIGSTOP', { held: held.length, acknowledged: cluster.acknowledged.size });
    expect(Object.keys(await endings(cluster.databaseUrl))).toEqual(['SUCCEEDED']);
    await expectInvariants(cluster);
  }, 120_000);
});
