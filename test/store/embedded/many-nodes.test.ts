import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { PRESENCE_LOCK } from '../../../src/store/embedded/presence.js';
import { query, Scratch, serverPid, until } from './scratch.js';

describe('embedded PostgreSQL with many nodes', () => {
  let scratch: Scratch;
  let dataDir: string;

  beforeAll(async () => {
    scratch = await Scratch.create();
    dataDir = scratch.dataDir('shared');
    await (await scratch.start(dataDir)).stop();
  });
  afterEach(async () => expect(await serverPid(dataDir)).toBeUndefined());
  afterAll(() => scratch.remove());

  it('lets a second process join, and the last one out stops the server', async () => {
    const mine = await scratch.start(dataDir);
    const other = scratch.node(dataDir);
    const { url, adopted } = await other.hears('url');
    expect({ url, adopted }).toEqual({ url: mine.url, adopted: true });
    await mine.stop();
    expect(await query(String(url), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await other.stop();
    expect(other.told).toContainEqual({ stopped: true });
  });

  it('makes one cluster when processes start together for the first time', async () => {
    const fresh = scratch.dataDir('fresh');
    const nodes = [scratch.node(fresh), scratch.node(fresh), scratch.node(fresh)];
    const answers = await Promise.all(nodes.map((node) => node.hears('url')));
    expect(new Set(answers.map(({ url }) => url)).size).toBe(1);
    expect(answers.filter(({ adopted }) => adopted === false)).toHaveLength(1);
    await Promise.all(nodes.map((node) => node.stop()));
    expect(await serverPid(fresh)).toBeUndefined();
    expect((await readdir(fresh)).sort()).toEqual(['postgres', 'postgres.log']);
  });

  it('starts one server when processes start together on an existing cluster', async () => {
    const servers = await Promise.all(Array.from({ length: 5 }, () => scratch.start(dataDir)));
    expect(new Set(servers.map(({ url }) => url)).size).toBe(1);
    await Promise.all(servers.map((server) => server.stop()));
  });

  it('never takes the server from under a node that joins while the last one leaves', async () => {
    let current = await scratch.start(dataDir);
    for (let turn = 0; turn < 10; turn += 1) {
      const leaving = delay(turn % 8).then(() => current.stop());
      const next = await scratch.start(dataDir);
      await leaving;
      expect(await query(next.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      current = next;
    }
    await current.stop();
  });

  it('does not join while another node is about to stop the server', async () => {
    const node = scratch.node(dataDir);
    const { url } = await node.hears('url');
    await node.kill();
    const leaving = new pg.Client(String(url));
    await leaving.connect();
    await until('the killed node to be gone', async () => {
      const sql = `SELECT pg_try_advisory_lock(${PRESENCE_LOCK}) AS taken`;
      return (await leaving.query<{ taken: boolean }>(sql)).rows[0]?.taken;
    });
    let joined = false;
    const joining = scratch.start(dataDir).finally(() => (joined = true));
    await delay(200);
    expect(joined).toBe(false);
    await leaving.end();
    await (await joining).stop();
  });

  it('counts a killed process as one that has left', async () => {
    const mine = await scratch.start(dataDir);
    const other = scratch.node(dataDir);
    await other.hears('url');
    await other.kill();
    await mine.stop();
  });

  it('waits for the lock of a killed process, whose backend may take a moment to notice', async () => {
    const mine = await scratch.start(dataDir);
    const backend = new pg.Client(mine.url);
    await backend.connect();
    await backend.query(`SELECT pg_advisory_lock_shared(${PRESENCE_LOCK})`);
    const stopped = mine.stop();
    await delay(100);
    await backend.end();
    await stopped;
  });
});
