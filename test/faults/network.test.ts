import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import { type Cluster, startCluster } from './support/cluster.js';
import { endings, expectInvariants } from './support/invariants.js';

let cluster: Cluster;
afterEach(() => cluster.stop());

describe('the way to upstream', () => {
  it.each(['cut', 'stall', 'halfOpen'] as const)(
    'may be gone for a while (%s): nothing is lost',
    async (fault) => {
      cluster = await startCluster({ nodes: 2, tokens: 2, simulator: { durations: () => 1_500 } });
      const started = await cluster.startMany(20);
      const ids = started.flatMap(({ id }) => (id === null ? [] : [id]));
      ids.forEach((id) => cluster.watch(id));
      await cluster.upstream[fault]();
      await delay(3_000);
      await cluster.upstream.mend();
      await cluster.settled(60_000);
      await Promise.all(cluster.witnesses.map(({ finished }) => finished));
      expect(await endings(cluster.databaseUrl)).toEqual({ SUCCEEDED: 20 });
      await expectInvariants(cluster);
    },
    90_000,
  );
});
