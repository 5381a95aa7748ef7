/** Clients that go on starting executions, and watching some of them, while a test does something to the nodes. */
import { setTimeout as delay } from 'node:timers/promises';

import type { Cluster } from './cluster.js';

export interface Load {
  readonly refused: readonly string[];
  /** Settles when the last start was answered. */
  stop(): Promise<void>;
}

/** @param everyMs between two starts; every third one is watched */
export function startLoad(cluster: Cluster, everyMs: number): Load {
  const refused: string[] = [];
  const starts: Promise<void>[] = [];
  let over = false;
  const one = async (watched: boolean) => {
    const started = await cluster.start();
    if (started.id === null) refused.push(started.reason);
    else if (watched) cluster.watch(started.id);
  };
  const running = (async () => {
    for (let n = 0; !over; n += 1) {
      starts.push(one(n % 3 === 0));
      await delay(everyMs);
    }
  })();
  return {
    refused,
    async stop() {
      over = true;
      await running;
      await Promise.all(starts);
    },
  };
}
