import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  findNativePackage,
  prepareBinaries,
  type NativePackage,
} from '../../../src/store/embedded/binaries.js';
import { runProgram } from '../../../src/store/embedded/processes.js';
import { canReach, findUser } from '../../../src/store/embedded/server-user.js';
import { isRoot, NOBODY, query, Scratch, serverPid, until } from './scratch.js';

const whenRoot = isRoot ? describe : describe.skip;

describe('findUser', () => {
  const passwd = 'root:x:0:0::/root:/bin/sh\npostgres:x:101:104::/:/bin/sh\nalias:x:0:0::/:/bin/sh\n';

  it('reads the ids of a name', () => {
    expect(findUser(passwd, 'postgres')).toEqual({ uid: 101, gid: 104 });
  });

  it('knows neither a name that is missing nor a second name of root', () => {
    expect(findUser(passwd, 'nobody')).toBeUndefined();
    expect(findUser(passwd, 'alias')).toBeUndefined();
  });
});

describe('the PostgreSQL binaries', () => {
  let scratch: Scratch;
  let native: NativePackage;

  beforeAll(async () => {
    scratch = await Scratch.create();
    native = await findNativePackage();
  });
  afterAll(() => scratch.remove());

  /** A package as npm leaves it when it runs no install scripts. */
  async function withoutLinks(name: string): Promise<NativePackage> {
    const root = join(scratch.path, name);
    await cp(native.root, root, { recursive: true, verbatimSymlinks: true });
    const lib = join(root, 'native', 'lib');
    for (const entry of await readdir(lib, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) await rm(join(lib, entry.name));
    }
    return { ...native, root };
  }

  const noCopy = (): Promise<string> => Promise.reject(new Error('no copy was expected'));
  const run = (file: string, user?: typeof NOBODY): Promise<void> =>
    runProgram(file, ['--version'], { user, cwd: '/', timeoutMs: 10_000 });

  it('get the links that were not installed', async () => {
    const bare = await withoutLinks('bare');
    const { postgres } = await prepareBinaries(bare, undefined, noCopy);
    await run(postgres);
    expect(postgres).toContain(bare.root);
  });

  it('are used where they are when nothing is missing', async () => {
    const { postgres } = await prepareBinaries(native, undefined, noCopy);
    expect(postgres).toContain(native.root);
  });

  whenRoot('(as root)', () => {
    it('are copied once, for a user who cannot reach them, into files that are not that user’s', async () => {
      const home = join(scratch.path, 'home');
      await mkdir(home, { mode: 0o700 });
      const hidden = await withoutLinks('home/hidden');
      const place = join(scratch.path, 'place');
      await mkdir(place);
      const copies = [1, 2].map(() => prepareBinaries(hidden, NOBODY, () => Promise.resolve(place)));
      const [first, second] = await Promise.all(copies);
      expect(first).toEqual(second);
      await run(first?.postgres ?? '', NOBODY);
      expect(await readdir(place)).toEqual([`postgresql-${basename(native.name)}-${native.version}`]);
      expect(await stat(first?.postgres ?? '')).toMatchObject({ uid: 0 });
      expect((await stat(home)).mode & 0o777).toBe(0o700);
    });
  });
});

whenRoot('embedded PostgreSQL as root', () => {
  let scratch: Scratch;

  beforeAll(async () => {
    scratch = await Scratch.create();
  });
  afterAll(() => scratch.remove());

  it('runs the server as somebody else, who owns the cluster', async () => {
    const dataDir = scratch.dataDir('open');
    const server = await scratch.start(dataDir);
    const { uid } = await stat(join(dataDir, 'postgres', 'data'));
    expect(uid).toBeGreaterThan(0);
    expect(await stat(`/proc/${await serverPid(dataDir)}`)).toMatchObject({ uid });
    await server.stop();
  });

  it('keeps the data elsewhere, and a link to it, when DATA_DIR is closed to the server’s user', async () => {
    const home = join(scratch.path, 'home');
    await mkdir(home, { mode: 0o700 });
    const dataDir = scratch.dataDir('home/clone/.data');
    const first = await scratch.start(dataDir);
    const place = await readlink(join(dataDir, 'postgres'));
    try {
      await query(first.url, 'CREATE TABLE note AS SELECT 42 AS value');
      await first.stop();
      expect(place.startsWith(dataDir)).toBe(false);
      expect((await stat(place)).mode & 0o777).toBe(0o700);
      expect((await stat(home)).mode & 0o777).toBe(0o700);
      const second = await scratch.start(dataDir);
      expect(await query(second.url, 'SELECT value FROM note')).toEqual([{ value: 42 }]);
      await second.stop();
    } finally {
      await removePlace(place);
    }
  });

  it('makes one cluster elsewhere when two processes start together', async () => {
    await mkdir(join(scratch.path, 'cellar'), { mode: 0o700 });
    const dataDir = scratch.dataDir('cellar/.data');
    const nodes = [scratch.node(dataDir), scratch.node(dataDir)];
    const urls = await Promise.all(nodes.map(async (node) => (await node.hears('url'))['url']));
    const place = await realpath(join(dataDir, 'postgres'));
    try {
      expect(urls[0]).toBe(urls[1]);
      await Promise.all(nodes.map((node) => node.stop()));
      const prefix = basename(place).replace(/-[^-]*$/, '');
      const siblings = (await readdir(dirname(place))).filter((name) => name.startsWith(prefix));
      expect(siblings).toEqual([basename(place)]);
    } finally {
      await removePlace(place);
    }
  });

  it('runs as the user who made the cluster', async () => {
    const dataDir = scratch.dataDir('nobodys');
    await mkdir(dataDir);
    await chown(dataDir, NOBODY.uid, NOBODY.gid);
    const node = scratch.node(dataDir, { user: NOBODY });
    await node.hears('url');
    await node.stop();
    const server = await scratch.start(dataDir);
    expect(await stat(`/proc/${await serverPid(dataDir)}`)).toMatchObject(NOBODY);
    await server.stop();
  });

  it('says whose cluster it is when an ordinary user comes after root', async () => {
    const dataDir = scratch.dataDir('open');
    await chown(join(dataDir, 'postgres'), 1, 1);
    const node = scratch.node(dataDir, { user: NOBODY });
    await until('the refusal', () => node.told.length > 0);
    expect(node.told).toEqual([
      { error: expect.stringMatching(/belongs to another user\. Start as that user/) },
    ]);
  });

  it('does not run on files of root', async () => {
    const dataDir = join(scratch.path, 'roots');
    await mkdir(join(dataDir, 'postgres', 'data'), { recursive: true });
    await writeFile(join(dataDir, 'postgres', 'data', 'PG_VERSION'), '18\n');
    await writeFile(join(dataDir, 'postgres', 'password'), 'x');
    await expect(scratch.start(dataDir)).rejects.toThrow(/belongs to root.*chown -R nobody/);
  });

  it('judges by mode bits whether a user can reach a path', async () => {
    const path = join(scratch.path, 'a', 'b');
    await mkdir(path, { recursive: true });
    expect(await canReach(path, NOBODY)).toBe(true);
    await chmod(dirname(path), 0o750);
    expect(await canReach(path, NOBODY)).toBe(false);
    await chown(dirname(path), 0, NOBODY.gid);
    expect(await canReach(path, NOBODY)).toBe(true);
    await chown(dirname(path), NOBODY.uid, 0);
    await chmod(dirname(path), 0o077);
    expect(await canReach(path, NOBODY)).toBe(false);
    expect((await lstat(path)).isDirectory()).toBe(true);
  });
});

/** What is kept outside the scratch directory; its parent too, unless others use it. */
async function removePlace(place: string): Promise<void> {
  await rm(place, { recursive: true, force: true });
  await rmdir(dirname(place)).catch(() => undefined);
}
