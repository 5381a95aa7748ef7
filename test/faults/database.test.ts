import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import { print } from 'graphql';
import pg from 'pg';

import { QueryOrganizationUsage } from '../documents/usage.graphql.js';
import { query } from '../store/embedded/scratch.js';
import { closeClients } from '../support/clients.js';
import { THREE_DOORS } from '../support/three-doors.js';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { endings, expectInvariants } from './support/invariants.js';
import { endedPerSecond, type Load, startLoad } from './support/load.js';
import { onLinux, type OwnPostgres, startOwnPostgres } from './support/own-postgres.js';
import { LONG, sized } from './support/variant.js';

/** Enough that a rate can be told, little enough for a machine that others use, too. */
const STARTS_PER_SECOND = sized(5, 8);
/** So many that none of them comes near its own budget: 125 starts a minute each. */
const TOKENS = 10;
const WINDOW_MS = sized(3_000, 10_000);
const BACK_WITHIN_MS = 30_000;

const figures = (what: string, told: object): void => {
  if (LONG) process.stderr.write(`${what}: ${JSON.stringify(told)}\n`);
};

let cluster: Cluster;
let running: Load | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await closeClients();
  await cluster.stop();
});

/** A load that has settled; `back` waits until it is answered, and carried to its end, as before. */
async function steadyLoad(): Promise<{ load: Load; back: () => Promise<number> }> {
  const load = startLoad(cluster, { perSecond: STARTS_PER_SECOND });
  running = load;
  const rates = async () => [
    await delay(200, load.acknowledgedPerSecond(WINDOW_MS)),
    await endedPerSecond(cluster.databaseUrl, WINDOW_MS),
  ];
  const reaches = async (least: number) => (await rates()).every((rate) => rate >= least);
  // On a machine that is busy otherwise, what it can do is the measure.
  await until('the load to be steady', () => reaches(0.95 * STARTS_PER_SECOND), 15_000).catch(() => {});
  const before = Math.min(STARTS_PER_SECOND, ...(await rates()));
  expect(before).toBeGreaterThan(0);
  return {
    load,
    async back() {
      const since = performance.now();
      await until(`${before} a second again`, () => reaches(0.95 * before), BACK_WITHIN_MS);
      return Math.round(performance.now() - since);
    },
  };
}

/** What a caller is told meanwhile: that it passes, and never that something unexpected has happened. */
function expectOnlyRetryable({ refusals }: Load): void {
  const others = refusals.filter((reason) => !/"SERVICE_UNAVAILABLE","retryable":true/.test(reason));
  expect(others).toEqual([]);
}

/** That it is away is told in one line now and then, not with a stack for each statement and execution. */
function expectCalmLogs(): void {
  const lines = cluster.nodes.flatMap(({ stdout }) => stdout);
  expect(lines.filter((line) => line.includes('"stack"'))).toEqual([]);
  expect(lines.filter((line) => line.includes('The database does not serve')).length).toBeGreaterThan(0);
}

async function expectAllCarried(load: Load): Promise<void> {
  await load.stop();
  await cluster.settled(60_000);
  await Promise.all(cluster.witnesses.map(({ finished }) => finished));
  expectOnlyRetryable(load);
  expectCalmLogs();
  expect(Object.keys(await endings(cluster.databaseUrl))).toEqual(['SUCCEEDED']);
  await expectInvariants(cluster);
}

/** Some of what was started is waited for, over both streaming doors. */
async function watchSome(count: number): Promise<void> {
  const ids = (await cluster.startMany(count)).flatMap(({ id }) => (id === null ? [] : [id]));
  ids.forEach((id) => cluster.watch(id));
}

const START = (n: number) => ({
  query: print(QueryOrganizationUsage),
  variables: { input: { interval: `2026-02-0${n}/P3D`, reuse: { maxAgeSeconds: 0 } } },
});

/** Longer than a connection or a lock is waited for, and far shorter than the outage may last. */
const ANSWERED_WITHIN_MS = 25_000;

/** A mutation over each of the three doors, each with a clear answer. */
async function expectRefusedAtEveryDoor(): Promise<void> {
  const [{ url } = { url: '' }] = cluster.nodes;
  const [token = ''] = cluster.tokens;
  const asked = THREE_DOORS.map((door, n) => door.ask(url, START(n + 1), token));
  let answered = false;
  void Promise.all(asked).then(() => (answered = true));
  await until('an answer at every door', () => answered, ANSWERED_WITHIN_MS);
  for (const { errors } of await Promise.all(asked)) {
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('try again'),
        extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true },
      },
    ]);
  }
}

(onLinux ? describe : describe.skip)('PostgreSQL that is restarted at once, under load', () => {
  const RESTARTS = sized(1, 5);
  let postgres: OwnPostgres;
  beforeEach(async () => {
    postgres = await startOwnPostgres();
  });
  afterEach(() => postgres.remove());

  it(
    `${RESTARTS} times: nothing acknowledged is lost, no node ends, and the old rate is back within 30 s`,
    async () => {
      cluster = await startCluster({
        nodes: 2,
        tokens: TOKENS,
        databaseUrl: postgres.url,
        simulator: { durations: () => 500 },
      });
      const { load, back } = await steadyLoad();
      const backAfterMs: number[] = [];
      for (let restart = 0; restart < RESTARTS; restart += 1) {
        await watchSome(5);
        await postgres.crash();
        await expectRefusedAtEveryDoor();
        await postgres.restart();
        backAfterMs.push(await back());
      }
      await expectAllCarried(load);
      figures('immediate restarts', {
        backAfterMs,
        acknowledged: cluster.acknowledged.size,
        refused: load.refusals.length,
      });
    },
    60_000 * RESTARTS + 90_000,
  );
});

describe('connections of PostgreSQL', () => {
  const KILLS = sized(3, 20);
  const EVERY_MS = sized(1_000, 5_000);
  const OURS = `datname = current_database() AND application_name LIKE 'genesys-usage-graphql%'`;

  beforeEach(async () => {
    cluster = await startCluster({ nodes: 2, tokens: TOKENS, simulator: { durations: () => 500 } });
  });

  it(`all killed ${KILLS} times, every ${EVERY_MS} ms: nothing acknowledged is lost, no node ends, and the old rate is back`, async () => {
    const { load, back } = await steadyLoad();
    await watchSome(10);
    let killed = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OURS}`;
      killed += (await query(cluster.databaseUrl, sql)).length;
      await delay(EVERY_MS);
    }
    const backAfterMs = await back();
    await expectAllCarried(load);
    figures('backends killed', {
      killed,
      backAfterMs,
      acknowledged: cluster.acknowledged.size,
      refused: load.refusals.length,
    });
  }, 240_000);

  it('all held: starts are refused as retryable at every door, no node ends, and the old rate is back', async () => {
    // Past the time for which a statement waits for a lock.
    const holdMs = sized(11_000, 60_000);
    const { load, back } = await steadyLoad();
    await watchSome(10);
    const holder = new pg.Client(cluster.databaseUrl);
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE executions IN ACCESS EXCLUSIVE MODE');
    const heldAt = performance.now();
    await expectRefusedAtEveryDoor();
    await delay(Math.max(0, holdMs - (performance.now() - heldAt)));
    expect(load.refusals.length).toBeGreaterThan(0);
    await holder.query('COMMIT');
    await holder.end();
    const backAfterMs = await back();
    await expectAllCarried(load);
    figures('pool held', {
      holdMs,
      backAfterMs,
      longestAnswerMs: Math.round(load.longestMs),
      acknowledged: cluster.acknowledged.size,
      refused: load.refusals.length,
    });
  }, 240_000);
});

describe('a disk of PostgreSQL that is full', () => {
  /** As PostgreSQL itself says it; a disk that really is full needs a machine on which one can be made. */
  const FULL = `
    CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END $$;
    CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON executions FOR EACH ROW EXECUTE FUNCTION disk_full()`;
  const ROOM = 'DROP TRIGGER disk_full ON executions; DROP FUNCTION disk_full';

  it('refuses starts as retryable at every door and says why, and what runs goes on when there is room', async () => {
    cluster = await startCluster({ nodes: 2, tokens: 2, simulator: { durations: () => 1_000 } });
    await watchSome(10);
    await query(cluster.databaseUrl, FULL);
    await expectRefusedAtEveryDoor();
    const refused = await cluster.startMany(10);
    expect(refused.map((one) => (one.id === null ? one.reason : 'acknowledged'))).toEqual(
      refused.map(() => expect.stringMatching(/The store has no room left.+"SERVICE_UNAVAILABLE"/)),
    );
    await query(cluster.databaseUrl, ROOM);
    await cluster.startMany(5);
    await cluster.settled(60_000);
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    expect(cluster.acknowledged.size).toBe(15);
    expectCalmLogs();
    await expectInvariants(cluster);
  }, 120_000);
});

describe('a half-open way to PostgreSQL', () => {
  it('is noticed within 20 s, and what was missed is read', async () => {
    cluster = await startCluster({ nodes: 1, tokens: 2, simulator: { durations: () => 3_000 } });
    const [near] = cluster.nodes;
    const started = await cluster.startMany(5);
    started.forEach(({ id }) => id !== null && cluster.watch(id));
    // This one carries them to their end, which the first one does not hear of.
    await cluster.startNode({ DATABASE_URL: cluster.databaseUrl });
    cluster.database.halfOpen();
    const since = performance.now();
    const seen = Promise.all(cluster.witnesses.map(({ finished }) => finished));
    let told = false;
    void seen.then(() => (told = true));
    await until('the final states to be told', () => told, 20_000 + 5_000);
    const toldAfterMs = Math.round(performance.now() - since);
    await until('readiness', async () => (await fetch(`${near?.url}/health/ready`)).ok, 20_000);
    const readyAfterMs = Math.round(performance.now() - since);
    await cluster.settled(30_000);
    await expectInvariants(cluster);
    figures('half-open', { toldAfterMs, readyAfterMs });
  }, 90_000);
});
