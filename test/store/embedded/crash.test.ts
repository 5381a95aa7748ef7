import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { chown, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findServer } from '../../../src/store/embedded/postmaster-file.js';
import { endServer, isRoot, query, Scratch, serverPid, until } from './scratch.js';

/** More of them find rarer moments, and take longer: some 2 s each. */
const KILLS = 10;

describe('embedded PostgreSQL after a crash', () => {
  let scratch: Scratch;
  let dataDir: string;
  let data: string;
  const bystanders: ChildProcess[] = [];

  beforeAll(async () => {
    scratch = await Scratch.create();
    dataDir = scratch.dataDir('shared');
    data = join(dataDir, 'postgres', 'data');
    await (await scratch.start(dataDir)).stop();
  });
  afterEach(() => endServer(dataDir));
  afterAll(async () => {
    for (const child of bystanders) child.kill('SIGKILL');
    await scratch.remove();
  });

  /** A living process of the server's user that is not PostgreSQL. */
  async function bystander(): Promise<number> {
    const { uid, gid } = await stat(data);
    const user = isRoot ? { uid, gid } : {};
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], user);
    await once(child, 'spawn');
    bystanders.push(child);
    return child.pid ?? 0;
  }

  /** Puts a lock file there as the server would have left it. */
  async function leaveLock(pid: number | string): Promise<void> {
    const lines = [pid, data, 1_700_000_000, 65_000, '', '127.0.0.1', ' 1234567 1234567', 'ready   ', ''];
    const path = join(data, 'postmaster.pid');
    await writeFile(path, pid === '' ? '' : lines.join('\n'), { mode: 0o600 });
    await utimes(path, 1_700_000_000, 1_700_000_000);
    const { uid, gid } = await stat(data);
    await chown(path, uid, gid);
  }

  it('adopts the server that a killed process left behind', async () => {
    const node = scratch.node(dataDir);
    const { url } = await node.hears('url');
    const pid = await serverPid(dataDir);
    await node.kill();
    const server = await scratch.start(dataDir);
    expect(server).toMatchObject({ adopted: true, url });
    expect(await serverPid(dataDir)).toBe(pid);
    await server.stop();
    expect(await serverPid(dataDir)).toBeUndefined();
  });

  it('recovers when the server itself was killed, with every commit there', async () => {
    const node = scratch.node(dataDir, { mode: '--write' });
    await until('some commits', () => node.told.length > 100);
    process.kill((await serverPid(dataDir)) ?? 0, 'SIGKILL');
    const server = await scratch.start(dataDir);
    expect(server.adopted).toBe(false);
    const [row] = await query(server.url, 'SELECT max(id)::int AS last FROM kept');
    await node.kill();
    expect(row?.['last']).toBeGreaterThanOrEqual(lastCommit(node.told));
    await server.stop();
  });

  it('starts over a lock file whose pid now belongs to another process of the same user', async () => {
    await leaveLock(await bystander());
    const server = await scratch.start(dataDir);
    expect(server.adopted).toBe(false);
    await server.stop();
    expect((await readdir(data)).filter((name) => name.startsWith('postmaster.pid'))).toEqual([]);
  });

  it('keeps the rest of such a lock file, by which PostgreSQL finds children that still write', async () => {
    await leaveLock(await bystander());
    const path = join(data, 'postmaster.pid');
    const before = await readFile(path, 'utf8');
    expect(await findServer(data)).toBeUndefined();
    expect(await readFile(path, 'utf8')).toBe(before.replace(/^\d+/, '2147483647'));
  });

  it('starts over a lock file whose process is gone, and over an empty one', async () => {
    for (const pid of [2_147_483_646, '']) {
      await leaveLock(pid);
      const server = await scratch.start(dataDir);
      expect(server.adopted).toBe(false);
      await server.stop();
    }
  });

  it('removes the attempts of killed processes, and leaves those of living ones', async () => {
    const draft = (pid: number): string => `postgres.draft-${pid}-0a1b`;
    // The second one is of a predecessor that had our pid, as pid 1 of a container always has.
    for (const pid of [2_147_483_646, process.pid, process.ppid]) {
      await mkdir(join(dataDir, draft(pid), 'data'), { recursive: true });
    }
    await (await scratch.start(dataDir)).stop();
    const left = (await readdir(dataDir)).filter((name) => name.includes('draft'));
    expect(left).toEqual([draft(process.ppid)]);
  });

  it('survives the Ctrl-C that ends the whole process group', async () => {
    const node = scratch.node(dataDir);
    const { url } = await node.hears('url');
    process.kill(-(node.child.pid ?? 0), 'SIGINT');
    await delay(100);
    expect(await query(String(url), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await node.stop();
    expect(node.told).toContainEqual({ stopped: true });
  });

  it(
    `always starts again, whenever it was killed (${KILLS} times)`,
    async () => {
      const victim = scratch.dataDir('victim');
      const delays: number[] = [];
      let last = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        // The first start takes the longest; the later ones are then killed while they write.
        delays.push(randomInt(kill < KILLS / 2 ? 2_500 : 800));
        const node = scratch.node(victim, { mode: '--write' });
        await delay(delays.at(-1));
        await node.kill();
        if (randomInt(3) === 0) await crashServer(victim);
        expect(node.told.filter((line) => 'error' in line)).toEqual([]);
        last = Math.max(last, lastCommit(node.told));
      }
      const server = await scratch.start(victim);
      const sql = "SELECT to_regclass('kept') IS NOT NULL AS exists";
      const exists = (await query(server.url, sql))[0]?.['exists'];
      const [row] = exists ? await query(server.url, 'SELECT max(id)::int AS last FROM kept') : [];
      expect({ delays, isThere: Number(row?.['last'] ?? 0) >= last }).toEqual({ delays, isThere: true });
      await server.stop();
      expect((await readdir(victim)).filter((name) => name.includes('.draft-'))).toEqual([]);
    },
    KILLS * 6_000,
  );
});

function lastCommit(told: readonly Record<string, unknown>[]): number {
  return Math.max(0, ...told.map((line) => Number(line['committed'] ?? 0)));
}

/** Kills the server too, without waiting for its children. */
async function crashServer(dataDir: string): Promise<void> {
  const pid = await serverPid(dataDir);
  if (pid) process.kill(pid, 'SIGKILL');
}
