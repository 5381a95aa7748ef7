import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { findCluster, ROLE } from '../../src/store/embedded/cluster.js';
import { findServer } from '../../src/store/embedded/postmaster-file.js';
import { query, Scratch, serverPid, until } from '../store/embedded/scratch.js';
import { type NodeProcess, NodeProcesses } from '../support/node-process.js';
import { ending, startQuery, startSummary, SUCCESS } from './client.js';
import { createSurroundings, type Surroundings } from './environment.js';

const KILLS = 5;
const STARTS_A_KILL = 12;
const UNSUBMITTED =
  "SELECT count(*)::int AS count FROM executions WHERE upstream_id IS NULL AND status = 'QUEUED'";

describe('the program after kill -9', () => {
  const nodes = new NodeProcesses();
  let around: Surroundings;

  beforeEach(async () => {
    around = await createSurroundings({ durations: () => randomInt(1_500) });
  });
  afterEach(async () => {
    await nodes.killAll();
    await around.remove();
  });

  const posts = () =>
    around.simulator.requests.filter(({ method, path }) => method === 'POST' && path.includes('/usage/'));

  it(
    `carries every execution that was answered to its end (${KILLS} kills)`,
    async () => {
      const ids: string[] = [];
      const killedAfterMs: number[] = [];
      let maybePostedTwice = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const node = await nodes.start(around.env);
        const started = startMany(node, kill * STARTS_A_KILL);
        killedAfterMs.push(randomInt(700));
        await delay(killedAfterMs.at(-1));
        await node.killed('SIGKILL');
        ids.push(...(await started));
        maybePostedTwice += Number((await query(around.databaseUrl, UNSUBMITTED))[0]?.['count']);
      }
      const { url } = await nodes.start(around.env);
      const endings = await Promise.all(ids.map((id) => ending(url, id)));
      expect({ killedAfterMs, endings }).toEqual({ killedAfterMs, endings: ids.map(() => SUCCESS) });
      // Those whose answer did not reach the caller are executions too.
      await until('all to end', async () => (await count('finished_at IS NULL')) === 0);
      expect(await count("status <> 'SUCCEEDED'")).toBe(0);
      expect(posts().length).toBeLessThanOrEqual((await count('true')) + maybePostedTwice);
      expect(posts().length).toBeGreaterThanOrEqual(ids.length);
    },
    KILLS * 10_000,
  );

  async function count(where: string): Promise<number> {
    const sql = `SELECT count(*)::int AS count FROM executions WHERE ${where}`;
    return Number((await query(around.databaseUrl, sql))[0]?.['count']);
  }

  it('is replaced by a living node when its lease has ended', async () => {
    const hanging = around.simulator.faults.inject(
      { kind: 'delay', ms: 600_000 },
      { stage: 'results', times: 1 },
    );
    const victim = await nodes.start(around.env);
    const id = await startQuery(victim.url, 1);
    await until('the victim to hold a lease', () => hanging.hits === 1);
    const survivor = await nodes.start(around.env);
    await victim.killed('SIGKILL');
    // The call of the victim hangs for ten minutes; nobody waits for it.
    expect(await ending(survivor.url, id)).toEqual(SUCCESS);
    expect(posts()).toHaveLength(1);
  });
});

describe('the program on its own database and upstream, after kill -9', () => {
  const nodes = new NodeProcesses();
  let scratch: Scratch;
  let dataDir: string;

  beforeEach(async () => {
    scratch = await Scratch.create();
    dataDir = scratch.dataDir('data');
  });
  afterEach(async () => {
    await nodes.killAll();
    await scratch.remove();
  });

  it('goes on where it was, on the server that was left behind', async () => {
    const env = {
      DATA_DIR: dataDir,
      POLL_INITIAL_MS: '100',
      POLL_MAX_MS: '1000',
      POLL_CALL_COST_MS: '1',
      LEASE_MS: '1000',
    };
    const ids: string[] = [];
    let maybePostedTwice = 0;
    let first: number | undefined;
    for (let kill = 0; kill < 3; kill += 1) {
      const node = await nodes.start(env);
      first ??= await serverPid(dataDir);
      const started = startMany(node, kill * 6, 6, startSummary);
      await delay(randomInt(500));
      await node.killed('SIGKILL');
      ids.push(...(await started));
      const [row] = await query(await databaseUrl(dataDir), UNSUBMITTED);
      maybePostedTwice += Number(row?.['count']);
    }
    const node = await nodes.start(env);
    expect(await serverPid(dataDir)).toBe(first);
    const endings = await Promise.all(ids.map((id) => ending(node.url, id)));
    expect(endings).toEqual(ids.map(() => SUCCESS));
    const sql = 'SELECT count(*)::int AS count FROM executions';
    const [row] = await query(await databaseUrl(dataDir), sql);
    // The simulated upstream keeps a file for each query that it has accepted.
    const accepted = (await readdir(join(dataDir, 'simulator'))).filter((name) => name.endsWith('.json'));
    expect(accepted.length).toBeLessThanOrEqual(Number(row?.['count']) + maybePostedTwice);
    expect(await node.killed('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await serverPid(dataDir)).toBeUndefined();
  });
});

async function databaseUrl(dataDir: string): Promise<string> {
  const cluster = await findCluster(dataDir);
  const server = cluster && (await findServer(cluster.data));
  if (!cluster || !server?.port) throw new Error('no server runs');
  return `postgres://${ROLE}:${cluster.password}@127.0.0.1:${server.port}/postgres`;
}

/** The ids of those that were answered before the node was killed. */
async function startMany(
  { url }: NodeProcess,
  offset: number,
  count: number = STARTS_A_KILL,
  start: typeof startSummary = startQuery,
): Promise<string[]> {
  const starts = Array.from({ length: count }, async (_, index) => {
    await delay(randomInt(400));
    return start(url, offset + index);
  });
  const outcomes = await Promise.allSettled(starts);
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}
