import { afterEach, describe, expect, it } from '@jest/globals';

import { until } from '../support/until.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { endings, expectInvariants, openExecutions } from './support/invariants.js';
import { measured, memoryOf } from './support/measured.js';
import { LONG, sized } from './support/variant.js';

let cluster: Cluster;
afterEach(() => cluster.stop());

describe('a body', () => {
  it('that comes at one byte every 500 ms: given up, and more of them than a node polls at once keep nothing up', async () => {
    const dripping = 80;
    cluster = await startCluster({ tokens: 3 });
    const drip = cluster.simulator.faults.inject(
      { kind: 'drip', everyMs: 500 },
      { stage: 'results', times: dripping },
    );
    await cluster.startMany(dripping);
    await until('all to hang', () => drip.hits === dripping, 30_000);
    const healthy = 20;
    const since = Date.now();
    await cluster.startMany(healthy);
    // Long before the first of the others is given up, which takes half a minute.
    await until(
      'the others to end',
      async () => (await openExecutions(cluster.databaseUrl)) <= dripping,
      20_000,
    );
    const othersAfterMs = Date.now() - since;
    // In the short variant their connections break before they are given up.
    if (!LONG) await cluster.upstream.cut();
    await cluster.upstream.mend();
    await cluster.settled(120_000);
    measured('dripping bodies', { dripping, healthy, othersAfterMs, allAfterMs: Date.now() - since });
    const abandoned = cluster.simulator.requests.filter((request) => request.abandoned);
    expect(abandoned.length).toBeGreaterThanOrEqual(dripping);
    expect(await endings(cluster.databaseUrl)).toEqual({ SUCCEEDED: dripping + healthy });
    await expectInvariants(cluster);
  }, 240_000);

  it('of 300 MB, or a gzip bomb: given up at the limit, with little memory, while others go on', async () => {
    const [times, bytes] = [sized(4, 20), 300_000_000];
    cluster = await startCluster({ tokens: 2 });
    const [node] = cluster.nodes;
    await cluster.startMany(10);
    await cluster.settled(30_000);
    const before = await memoryOf(node!.pid);
    const { faults } = cluster.simulator;
    const large = [
      faults.inject({ kind: 'huge-body', bytes }, { stage: 'results', times }),
      faults.inject({ kind: 'gzip-bomb', bytes }, { stage: 'results', times, skip: times }),
    ];
    const since = Date.now();
    await cluster.startMany(2 * times + 10);
    await cluster.settled(60_000);
    const { peakMb, rssMb } = await memoryOf(node!.pid);
    measured('300 MB and gzip bombs', { each: times, before, peakMb, rssMb, doneInMs: Date.now() - since });
    expect(large.map(({ hits }) => hits)).toEqual([times, times]);
    expect(peakMb - before.rssMb).toBeLessThan(150);
    expect(await endings(cluster.databaseUrl)).toEqual({
      SUCCEEDED: 20,
      'FAILED UPSTREAM_INVALID_RESULT': 2 * times,
    });
    await expectInvariants(cluster);
  }, 240_000);
});
