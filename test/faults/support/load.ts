/** Starts at a steady pace, whatever becomes of them, and the rate at which they are answered and carried to an end. */
import { setTimeout as delay } from 'node:timers/promises';

import { query } from '../../store/embedded/scratch.js';
import type { Cluster } from './cluster.js';

export interface LoadOptions {
  readonly perSecond: number;
  /** Every so many-th execution gets a subscriber. @default none */
  readonly watchEvery?: number;
}

export interface Load {
  /** Why starts were not acknowledged. */
  readonly refusals: readonly string[];
  /** How long the answered ones and the refused ones took at most, in ms. */
  readonly longestMs: number;
  /** Acknowledged starts a second within the last `windowMs`. */
  acknowledgedPerSecond(windowMs: number): number;
  /** Settles when every start has its answer. */
  stop(): Promise<void>;
}

export function startLoad(cluster: Cluster, { perSecond, watchEvery }: LoadOptions): Load {
  const acknowledgedAt: number[] = [];
  const refusals: string[] = [];
  const underWay = new Set<Promise<void>>();
  let longestMs = 0;
  let over = false;

  const startOne = async (watched: boolean) => {
    const since = performance.now();
    const started = await cluster.start();
    const now = performance.now();
    longestMs = Math.max(longestMs, now - since);
    if (started.id === null) refusals.push(started.reason);
    else {
      acknowledgedAt.push(now);
      if (watched) cluster.watch(started.id);
    }
  };
  const running = (async () => {
    const begun = performance.now();
    for (let n = 1; !over; n += 1) {
      const watched = watchEvery !== undefined && n % watchEvery === 0;
      const one = startOne(watched).finally(() => underWay.delete(one));
      underWay.add(one);
      // Late is late: the pace is kept all the same.
      await delay(Math.max(0, begun + (n * 1_000) / perSecond - performance.now()));
    }
  })();
  return {
    refusals,
    get longestMs() {
      return longestMs;
    },
    acknowledgedPerSecond(windowMs) {
      const since = performance.now() - windowMs;
      return (acknowledgedAt.filter((at) => at >= since).length * 1_000) / windowMs;
    },
    async stop() {
      over = true;
      await running;
      await Promise.all(underWay);
    },
  };
}

/** Executions that have ended within the last `windowMs`, a second. */
export async function endedPerSecond(databaseUrl: string, windowMs: number): Promise<number> {
  const sql = `SELECT count(*)::int AS count FROM executions
    WHERE finished_at > now() - make_interval(secs => ${windowMs / 1_000})`;
  return (Number((await query(databaseUrl, sql))[0]?.['count']) * 1_000) / windowMs;
}
