import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../../../src/lib/logger.js';
import { findNativePackage } from '../../../src/store/embedded/binaries.js';
import { startEmbeddedPostgres } from '../../../src/store/embedded/embedded-postgres.js';
import { explainFileErrors } from '../../../src/lib/file-error.js';
import { endServer, isRoot, NOBODY, Scratch, serverPid, until } from './scratch.js';

/** What a person has to mend is told in one line, with what to do about it. */
describe('embedded PostgreSQL refuses', () => {
  let scratch: Scratch;
  let dataDir: string;

  beforeAll(async () => {
    scratch = await Scratch.create();
    dataDir = scratch.dataDir('shared');
    await (await scratch.start(dataDir)).stop();
  });
  afterAll(() => scratch.remove());

  async function refusal(directory: string, readyTimeoutMs = 10_000): Promise<string> {
    const start = startEmbeddedPostgres({ dataDir: directory, log: silentLogger, readyTimeoutMs });
    const error: unknown = await start.then(
      (server) => server.stop(),
      (reason: unknown) => reason,
    );
    const { name, message } = error as Error;
    expect(name).toBe('StartupError');
    expect(message).not.toContain('\n');
    return message;
  }

  it('a DATA_DIR that is a file, or is below one', async () => {
    const file = join(scratch.path, 'file');
    await writeFile(file, '');
    expect(await refusal(file)).toContain(`Cannot keep the database in ${file}: a file is in the way.`);
    expect(await refusal(join(file, 'below'))).toContain('a part of the path is a file');
  });

  it('a DATA_DIR that it may not write to', async () => {
    const closed = join(scratch.path, 'closed');
    await mkdir(closed, { mode: 0o555 });
    const node = scratch.node(closed, isRoot ? { user: NOBODY } : {});
    await until('the refusal', () => node.told.length > 0);
    expect(node.told).toEqual([
      { error: expect.stringMatching(/^StartupError: Cannot keep .* may not write there\. Set DATA_DIR/) },
    ]);
  });

  it('a full disk, by the code that the system gives', async () => {
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
    const work = explainFileErrors('Cannot keep it', () => Promise.reject(full));
    await expect(work).rejects.toThrow('Cannot keep it: the disk is full.');
  });

  it('a platform that has no binaries', async () => {
    const search = findNativePackage('sunos', 'sparc');
    await expect(search).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringMatching(/sunos-sparc.*Set DATABASE_URL/),
    });
  });

  it('the cluster of another major version', async () => {
    const path = join(dataDir, 'postgres', 'data', 'PG_VERSION');
    const version = await readFile(path, 'utf8');
    await writeFile(path, '12\n');
    expect(await refusal(dataDir)).toMatch(/was made by PostgreSQL 12, and this is PostgreSQL \d+\. Move/);
    await writeFile(path, version);
  });

  it('a directory that holds something else, and leaves it alone', async () => {
    const foreign = join(scratch.path, 'foreign');
    await mkdir(join(foreign, 'postgres'), { recursive: true });
    await writeFile(join(foreign, 'postgres', 'letter'), 'dear');
    expect(await refusal(foreign)).toMatch(/is not a database of this program\. Move .* away/);
    expect(await readFile(join(foreign, 'postgres', 'letter'), 'utf8')).toBe('dear');
  });

  it('a link to a database that is gone', async () => {
    const dangling = join(scratch.path, 'dangling');
    await mkdir(dangling);
    await symlink(join(scratch.path, 'nowhere'), join(dangling, 'postgres'));
    expect(await refusal(dangling)).toContain('points to a database that is gone');
  });

  it('a server that gives up each time, with its reason', async () => {
    const broken = scratch.dataDir('broken');
    await (await scratch.start(broken)).stop();
    await rm(join(broken, 'postgres', 'data', 'global', 'pg_control'));
    expect(await refusal(broken)).toMatch(/does not start: .*pg_control.* \(see .*postgres\.log\)/);
  });

  it('a server that does not answer in time, with the last of its log', async () => {
    const server = await scratch.start(dataDir);
    const pid = (await serverPid(dataDir)) ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      expect(await refusal(dataDir, 300)).toMatch(/did not answer within 300 ms.*postgres\.log.*ends with: /);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await server.stop();
    await endServer(dataDir);
  });
});
