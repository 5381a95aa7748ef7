import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { findCluster, ROLE } from '../../src/store/embedded/cluster.js';
import { findServer } from '../../src/store/embedded/postmaster-file.js';
import { Scratch, serverPid } from '../store/embedded/scratch.js';
import { closeClients } from '../support/clients.js';
import type { NodeProcess } from '../support/node-process.js';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { endings, expectInvariants, openExecutions } from './support/invariants.js';
import { measured } from './support/measured.js';
import { sized } from './support/variant.js';

/** Each directory is begun anew, so that the first start is met as often as there are directories. */
const DIRECTORIES = sized(2, 10);
const KILLS = sized(2, 5);
/** A first start is ready after some 1.5 s, a later one after half a second: either is met at any moment. */
const LONGEST_START_MS = 2_500;
/** Of work, once something has been acknowledged: polls and results are met as well. */
const LONGEST_WORK_MS = 1_500;
/** The upstream is outside, and lives; the database is each directory's own. */
const NOBODY = 'postgres://nobody@127.0.0.1:1/none';

let scratch: Scratch;
let cluster: Cluster;
beforeEach(async () => {
  scratch = await Scratch.create();
});
afterEach(async () => {
  await closeClients();
  await cluster.stop();
  await scratch.remove();
});

/** A set DATABASE_URL that is empty counts as none. */
const own = (dataDir: string) => ({ DATABASE_URL: '', DATA_DIR: dataDir });

async function databaseUrl(dataDir: string): Promise<string> {
  const found = await findCluster(dataDir);
  const server = found && (await findServer(found.data));
  if (!found || !server?.port) throw new Error('no server runs');
  return `postgres://${ROLE}:${found.password}@127.0.0.1:${server.port}/postgres`;
}

/** When a life ends: so long after its beginning, or after its first acknowledged execution. */
interface Life {
  readonly after: 'start' | 'acknowledged';
  readonly ms: number;
}

/** Every other life sees work; the first starts are among both. */
function randomLife(kill: number): Life {
  return kill % 2 === 0
    ? { after: 'start', ms: randomInt(LONGEST_START_MS) }
    : { after: 'acknowledged', ms: randomInt(LONGEST_WORK_MS) };
}

/** Starts a program and kills it after a while, ready or not; what it answers until then is acknowledged. */
async function shortLife(dataDir: string, { after, ms }: Life): Promise<NodeProcess> {
  const starting = cluster.startNode(own(dataDir)).catch(() => null);
  const node = cluster.processes.at(-1);
  if (!node) throw new Error('nothing was started');
  let over = false;
  const working = (async () => {
    while (!over) {
      if ((await cluster.start(node)).id === null) await delay(20);
    }
  })();
  const before = cluster.acknowledged.size;
  if (after === 'acknowledged')
    await until('an acknowledged execution', () => cluster.acknowledged.size > before, 30_000);
  await delay(ms);
  await cluster.take(node, 'SIGKILL');
  over = true;
  await Promise.all([starting, working]);
  // It may have become ready in the very moment of its end.
  await cluster.take(node, 'SIGKILL');
  return node;
}

/** Everything acknowledged has ended well, and the invariants hold. */
async function expectAllCarried(dataDir: string): Promise<void> {
  const url = await databaseUrl(dataDir);
  await until('everything to end', async () => (await openExecutions(url)) === 0, 60_000);
  expect(Object.keys(await endings(url)).filter((ending) => ending !== 'SUCCEEDED')).toEqual([]);
  await expectInvariants({ ...cluster, databaseUrl: url });
}

describe('embedded PostgreSQL whose parent is killed with -9', () => {
  it(
    `at ${DIRECTORIES * KILLS} random moments, first starts included: always starts again, and nothing acknowledged is lost`,
    async () => {
      const lives: Life[] = [];
      let acknowledged = 0;
      for (let n = 0; n < DIRECTORIES; n += 1) {
        const dataDir = scratch.dataDir(`data-${n}`);
        cluster = await startCluster({
          nodes: 0,
          tokens: 10,
          databaseUrl: NOBODY,
          simulator: { durations: () => 300 },
        });
        for (let kill = 0; kill < KILLS; kill += 1) {
          const life = randomLife(n + kill);
          lives.push(life);
          const { stderr } = await shortLife(dataDir, life);
          expect({ lives, stderr }).toEqual({ lives, stderr: [] });
        }
        await cluster.startNode(own(dataDir));
        await expectAllCarried(dataDir);
        acknowledged += cluster.acknowledged.size;
        expect((await readdir(dataDir)).filter((name) => name.includes('.draft-'))).toEqual([]);
        await Promise.all(cluster.nodes.map((node) => cluster.take(node, 'SIGTERM')));
        expect(await serverPid(dataDir)).toBeUndefined();
        await cluster.stop();
      }
      measured('embedded', { kills: lives.length, acknowledged });
      expect(acknowledged).toBeGreaterThan(0);
    },
    DIRECTORIES * (KILLS * 10_000 + 60_000),
  );
});

describe('two processes on one data directory', () => {
  it('that begin at once are two nodes of one service, and either survives the kill of the other', async () => {
    const dataDir = scratch.dataDir('data');
    cluster = await startCluster({
      nodes: 0,
      tokens: 2,
      databaseUrl: NOBODY,
      simulator: { durations: () => 1_000 },
    });
    const [one] = await Promise.all([cluster.startNode(own(dataDir)), cluster.startNode(own(dataDir))]);
    for (const { id } of await cluster.startMany(20)) if (id !== null) cluster.watch(id);
    expect(cluster.acknowledged.size).toBe(20);
    await cluster.take(one, 'SIGKILL');
    await cluster.startNode(own(dataDir));
    await cluster.startMany(10);
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    await expectAllCarried(dataDir);
  }, 60_000);
});
