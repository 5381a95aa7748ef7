import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import { query } from '../store/embedded/scratch.js';
import { dataOf, execute } from '../support/clients.js';
import { Execution } from '../documents/usage.graphql.js';
import type { NodeProcess } from '../support/node-process.js';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { endings, expectInvariants } from './support/invariants.js';
import { pollsOf } from './support/polls.js';
import { sized } from './support/variant.js';

const TEN_MINUTES_MS = 600_000;
const EXECUTIONS = sized(16, 200);
const PRELOAD = new URL('support/shifted-clock.js', import.meta.url).href;

let cluster: Cluster;
afterEach(() => cluster.stop());

/** One node with the right time, which is there already, and one with another. */
async function withWrongClock(shiftMs: number) {
  const wrong = { NODE_OPTIONS: `--import=${PRELOAD}`, CLOCK_SHIFT_MS: String(shiftMs) };
  return cluster.startNode(wrong);
}

describe.each([
  ['ahead', TEN_MINUTES_MS],
  ['behind', -TEN_MINUTES_MS],
] as const)("one node's clock ten minutes %s", (_which, shiftMs) => {
  it('takes nothing over early, asks for nothing twice, and leaves nothing behind', async () => {
    cluster = await startCluster({ nodes: 1, tokens: 4, simulator: { durations: () => 1_500 } });
    const wrong = await withWrongClock(shiftMs);
    expect(Math.round((clockOf(wrong) - Date.now()) / TEN_MINUTES_MS)).toBe(shiftMs / TEN_MINUTES_MS);
    // Longer than a tick, shorter than the lease: an early takeover would ask again meanwhile.
    cluster.simulator.faults.inject({ kind: 'delay', ms: 800 }, { stage: 'results' });
    const started = await cluster.startMany(EXECUTIONS);
    expect(started.filter(({ id }) => id === null)).toEqual([]);
    for (const { id } of started) cluster.watch(id!);
    await cluster.settled(60_000);
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    expect(await endings(cluster.databaseUrl)).toEqual({ SUCCEEDED: EXECUTIONS });
    const sql = 'SELECT sum(poll_count)::int AS polls, sum(fence)::int AS claims FROM executions';
    const [counted] = await query(cluster.databaseUrl, sql);
    // Each claim but the first, which is the start's, was good for one poll.
    const polls = pollsOf(cluster).length;
    expect(counted).toEqual({ polls, claims: polls + EXECUTIONS });
    await expectInvariants(cluster);
  }, 120_000);

  it('tells clients for how long to wait, and keeps to what upstream asks for', async () => {
    cluster = await startCluster({ nodes: 1, env: { POLL_INITIAL_MS: '1000' } });
    const right = cluster.nodes[0]!;
    const wrong = await withWrongClock(shiftMs);
    const { faults } = cluster.simulator;
    faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    const { id, token } = (await cluster.start(wrong)) as { id: string; token: string };
    for (const { url } of [wrong, right]) {
      const { usageExecution } = dataOf(await execute(url, Execution, { id }, token));
      expect(usageExecution?.pollAfterMs).toBeGreaterThan(0);
      expect(usageExecution?.pollAfterMs).toBeLessThan(10_000);
    }
    await cluster.take(right, 'SIGTERM');
    // Of HTTP's dates, which tell when and not for how long.
    const leftAlone = faults.inject(
      { kind: 'status', status: 429, retryAfter: new Date(Date.now() + 3_000).toUTCString() },
      { stage: 'results', times: 1 },
    );
    await until('the refusal', () => leftAlone.hits === 1);
    const asked = pollsOf(cluster).length;
    faults.clear();
    await delay(500);
    expect(pollsOf(cluster)).toHaveLength(asked);
    await cluster.settled(30_000);
    cluster.watch(id);
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    await expectInvariants(cluster);
  }, 90_000);
});

/** What the node believes, as its log has it. */
function clockOf({ output }: NodeProcess): number {
  return Date.parse(/"time":"([^"]+)"/.exec(output)?.[1] ?? '');
}
