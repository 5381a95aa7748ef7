/** Polls as fast as they go, and what it changes who tells of them: in turn, so that all have the same hour. */
import { silentLogger } from '../../dist/src/lib/logger.js';
import { createProgressStore } from '../../dist/src/events/publishing-store.js';
import { createDatabase } from '../../dist/src/store/database.js';
import { createExecutionStore } from '../../dist/src/store/execution-store.js';
import { createProgressNotices } from '../../dist/src/store/progress-notices.js';
import { query } from '../lib/query.ts';
import { rounded } from '../lib/summary.ts';
import type { Server } from './server.ts';
import { type Cost, measure } from './work.ts';

export interface Saturated {
  readonly way: Way;
  readonly pollsPerSecond: number;
  readonly databaseCpuMs: number;
}

/** Together after they are committed, as it is; each by its own transaction, as before; and by nobody. */
export type Way = 'together' | 'each by itself' | 'not at all';

const WAYS: readonly Way[] = ['together', 'each by itself', 'not at all'];
const SLICES = 3;
const MS = 4_000;
const [AT_ONCE, CLAIMED_AT_ONCE] = [4, 10];
const LEASE_MS = 60_000;

export async function saturatedCosts(server: Server): Promise<Saturated[]> {
  const database = createDatabase(server.url, silentLogger, { maxConnections: 16 });
  const progress = createProgressNotices(database.db, silentLogger);
  const untold = createExecutionStore(database.db);
  const told = createProgressStore(untold, progress.tell);
  const pollBy = (store: typeof told) => async (worker: number) => {
    const claims = await store.claimDue(`node-${worker}`, CLAIMED_AT_ONCE, LEASE_MS);
    await Promise.all(
      claims.map((claim) => store.recordAttempt(claim, { polled: true, nextPollInMs: 1_000 })),
    );
    return claims.length;
  };
  const costs: { readonly way: Way; readonly cost: Cost }[] = [];
  try {
    for (const way of Array.from({ length: SLICES }, () => WAYS).flat()) {
      const before = await set(server.url, way);
      const work = { what: `polls, told ${way}`, atOnce: AT_ONCE, ms: MS };
      const run = pollBy(way === 'together' ? told : untold);
      costs.push({ way, cost: await measure(server, { ...work, run }) });
      await query(server.url, before);
    }
  } finally {
    await progress.stop();
    await database.stop();
  }
  const mean = (of: Way, key: 'perSecond' | 'databaseCpuMs') =>
    rounded(costs.filter(({ way }) => way === of).reduce((sum, { cost }) => sum + cost[key], 0) / SLICES);
  return WAYS.map((way) => ({
    way,
    pollsPerSecond: mean(way, 'perSecond'),
    databaseCpuMs: mean(way, 'databaseCpuMs'),
  }));
}

/** Gives what makes the database as it was. */
async function set(url: string, way: Way): Promise<string> {
  const { rows } = await query<{ made: string }>(
    url,
    "SELECT pg_get_functiondef('notify_execution_changed'::regproc) AS made",
  );
  const made = rows[0]?.made ?? '';
  if (way === 'not at all') {
    await query(url, 'ALTER TABLE executions DISABLE TRIGGER execution_changed');
    return 'ALTER TABLE executions ENABLE TRIGGER execution_changed';
  }
  if (way === 'each by itself') {
    const each = made.replace(/IF NEW\.status = OLD\.status[^;]*;\s*END IF;/, '');
    if (each === made) throw new Error('the trigger is another one');
    await query(url, each);
  }
  return made;
}
