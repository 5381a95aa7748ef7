import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { query, Scratch, serverPid } from './scratch.js';

describe('embedded PostgreSQL', () => {
  let scratch: Scratch;
  let dataDir: string;

  beforeAll(async () => {
    scratch = await Scratch.create();
    dataDir = scratch.dataDir('shared');
    await (await scratch.start(dataDir)).stop();
  });
  afterAll(() => scratch.remove());

  it('keeps what was written from one start to the next', async () => {
    const first = await scratch.start(dataDir);
    await query(first.url, 'CREATE TABLE note AS SELECT 42 AS value');
    await first.stop();
    expect(await serverPid(dataDir)).toBeUndefined();
    const second = await scratch.start(dataDir);
    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'SELECT value FROM note')).toEqual([{ value: 42 }]);
    await second.stop();
  });

  it('syncs to disk, sorts by bytes, and keeps its time in UTC', async () => {
    const server = await scratch.start(dataDir);
    const setting = (name: string): string => `current_setting('${name}') AS ${name}`;
    const names = ['fsync', 'full_page_writes', 'synchronous_commit', 'timezone', 'server_encoding'];
    const rows = await query(server.url, `SELECT ${names.map(setting).join()}, 'a' > 'B' AS by_bytes`);
    expect(rows).toEqual([
      {
        fsync: 'on',
        full_page_writes: 'on',
        synchronous_commit: 'on',
        timezone: 'UTC',
        server_encoding: 'UTF8',
        by_bytes: true,
      },
    ]);
    await server.stop();
  });

  it('begins anew in a directory that is there but empty', async () => {
    const empty = scratch.dataDir('empty');
    await mkdir(join(empty, 'postgres'), { recursive: true });
    const server = await scratch.start(empty);
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
    expect((await readdir(empty)).sort()).toEqual(['postgres', 'postgres.log']);
  });

  it('works in a path that is too long for a socket, with spaces and letters beyond ASCII', async () => {
    const deep = scratch.dataDir(join('größe und länge', ...Array<string>(12).fill('subdirectory')));
    const server = await scratch.start(deep);
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
  });

  describe('access', () => {
    it('is refused without the password', async () => {
      const server = await scratch.start(dataDir);
      const url = new URL(server.url);
      url.password = 'wrong';
      await expect(query(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
      await server.stop();
    });

    it('is offered on the loopback interface only', async () => {
      const server = await scratch.start(dataDir);
      const port = Number(new URL(server.url).port);
      const others = Object.values(networkInterfaces())
        .flatMap((entries) => entries ?? [])
        .filter(({ internal, family }) => !internal && family === 'IPv4');
      for (const { address } of others) {
        await expect(once(connect(port, address), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      }
      expect(await query(server.url, 'SHOW unix_socket_directories')).toEqual([
        { unix_socket_directories: '' },
      ]);
      await server.stop();
    });

    it('is closed to other users of the machine by file modes', async () => {
      const modeOf = async (...path: string[]): Promise<number> =>
        (await stat(join(dataDir, ...path))).mode & 0o777;
      expect(await modeOf('postgres')).toBe(0o700);
      expect(await modeOf('postgres', 'password')).toBe(0o600);
      expect(await modeOf('postgres', 'data')).toBe(0o700);
      expect(await modeOf('postgres.log')).toBe(0o600);
    });
  });

  it('begins a new log when the old one has grown', async () => {
    await writeFile(join(dataDir, 'postgres.log'), 'x\n'.repeat(600_000));
    const server = await scratch.start(dataDir);
    expect((await stat(join(dataDir, 'postgres.log'))).size).toBeLessThan(10_000);
    expect((await stat(join(dataDir, 'postgres.log.1'))).size).toBe(1_200_000);
    await server.stop();
  });

  describe('stop', () => {
    it('does its work once, however often it is called', async () => {
      const server = await scratch.start(dataDir);
      expect(server.stop()).toBe(server.stop());
      await server.stop();
      expect(await serverPid(dataDir)).toBeUndefined();
    });

    it('leaves the server to a client that is still connected', async () => {
      const server = await scratch.start(dataDir);
      const client = new pg.Client(server.url);
      await client.connect();
      await server.stop();
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      await client.end();
      const next = await scratch.start(dataDir);
      expect(next.adopted).toBe(true);
      await next.stop();
      expect(await serverPid(dataDir)).toBeUndefined();
    });

    it('does not mind that connections were closed only just before', async () => {
      const server = await scratch.start(dataDir);
      const pool = new pg.Pool({ connectionString: server.url, max: 20 });
      await Promise.all(Array.from({ length: 20 }, () => pool.query('SELECT pg_sleep(0.02)')));
      await pool.end();
      await server.stop();
      expect(await serverPid(dataDir)).toBeUndefined();
    });

    it('still stops a server that had dropped all connections', async () => {
      const server = await scratch.start(dataDir);
      const everyone = "backend_type = 'client backend' AND pid <> pg_backend_pid()";
      await query(
        server.url,
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE ${everyone}`,
      );
      await server.stop();
      expect(await serverPid(dataDir)).toBeUndefined();
    });

    it('does not throw when the server is already gone', async () => {
      const server = await scratch.start(dataDir);
      process.kill((await serverPid(dataDir)) ?? 0, 'SIGINT');
      await expect(server.stop()).resolves.toBeUndefined();
    });
  });
});
