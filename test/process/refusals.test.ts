import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { isRoot, NOBODY, query } from '../store/embedded/scratch.js';
import { NodeProcesses, type ProcessOptions } from '../support/node-process.js';
import { createSurroundings, type Surroundings } from './environment.js';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
/** Where a system's own Node is; ours is the one that runs the tests. */
const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => majorOf(path) < 24);

/** A disk that can be filled without harm needs root, and a machine that lets root mount one. */
const itWithMounts = canMount() ? it : it.skip;

/** What a person has to mend is told in one line, with what to do about it, and never as a stack. */
describe('the program refuses to start', () => {
  const nodes = new NodeProcesses();
  let around: Surroundings;
  let scratch: string;

  beforeAll(async () => {
    around = await createSurroundings();
    scratch = await realpath(await mkdtemp(join(tmpdir(), 'usage-refusals-')));
  });
  afterEach(() => nodes.killAll());
  afterAll(async () => {
    await around.remove();
    await rm(scratch, { recursive: true, force: true });
  });

  async function refusal(
    env: Readonly<Record<string, string>>,
    options: ProcessOptions = {},
  ): Promise<string[]> {
    const node = nodes.spawn({ env: { LOG_LEVEL: 'warn', ...env }, ...options });
    expect(await node.exit).toEqual({ code: 1, signal: null });
    expect(node.stdout).toEqual([]);
    return node.stderr;
  }

  const withDatabase = (change: (url: URL) => void): Record<string, string> => {
    const url = new URL(around.databaseUrl);
    change(url);
    return { ...around.env, DATABASE_URL: url.href };
  };

  it('on a port that is taken', async () => {
    const server: Server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const said = await refusal({ ...around.env, PORT: String(port) });
    server.close();
    expect(said).toEqual([
      `Port ${port} is taken. Set PORT to another one, or end the program that uses it.`,
    ]);
  });

  it('on a port that is taken, before it has made or started a database', async () => {
    const server: Server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const directory = join(scratch, 'never-made');
    const said = await refusal({ DATA_DIR: directory, PORT: String(port) });
    server.close();
    expect(said).toEqual([expect.stringContaining(`Port ${port} is taken.`)]);
    expect(existsSync(directory)).toBe(false);
  });

  it.each(['/proc/nowhere/data', '/dev/null/data'])('when DATA_DIR is %s', async (directory) => {
    const [line, ...others] = await refusal({ DATA_DIR: directory });
    expect(others).toEqual([]);
    expect(line).toMatch(
      /^Cannot keep the database in .+: .+\. Set DATA_DIR to another directory, or DATABASE_URL\.$/,
    );
  });

  itWithMounts('when the disk of DATA_DIR is full', async () => {
    // Else the server's user could not enter it, and root's data would be kept elsewhere.
    await chmod(scratch, 0o755);
    const directory = join(scratch, 'small-disk');
    await mkdir(directory);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=755', 'tmpfs', directory]);
    try {
      const [line, ...others] = await refusal({ DATA_DIR: directory });
      expect(others).toEqual([]);
      expect(line).toMatch(/No space left on device.*Set DATA_DIR to another directory, or DATABASE_URL\.$/);
    } finally {
      execFileSync('umount', [directory]);
    }
  });

  it("when the simulated upstream's directory is no place for one", async () => {
    const env = { DATABASE_URL: around.databaseUrl, DATA_DIR: '/proc/nowhere/data' };
    expect(await refusal(env)).toEqual([
      expect.stringMatching(
        /^Cannot keep the simulated upstream's state in .+: no directory can be made there\./,
      ),
    ]);
  });

  it('when DATA_DIR is a file', async () => {
    const file = join(scratch, 'a-file');
    await writeFile(file, '');
    const [line, ...others] = await refusal({ DATA_DIR: file });
    expect(others).toEqual([]);
    expect(line).toBe(
      `Cannot keep the database in ${file}: a file is in the way. Set DATA_DIR to another directory, or DATABASE_URL.`,
    );
  });

  it('when DATA_DIR can not be written to', async () => {
    const closed = join(scratch, 'closed');
    await mkdir(closed, { mode: 0o500 });
    const directory = join(closed, 'data');
    const [line, ...others] = await refusal({ DATA_DIR: directory }, isRoot ? { user: NOBODY } : {});
    expect(others).toEqual([]);
    expect(line).toBe(
      `Cannot keep the database in ${directory}: this user may not write there. ` +
        'Set DATA_DIR to another directory, or DATABASE_URL.',
    );
  });

  it('when the simulated upstream can not keep its state', async () => {
    const file = join(scratch, 'another-file');
    await writeFile(file, '');
    const [line, ...others] = await refusal({ DATABASE_URL: around.databaseUrl, DATA_DIR: file });
    expect(others).toEqual([]);
    expect(line).toMatch(/^Cannot keep the simulated upstream's state in .+: .+\. Set DATA_DIR/);
  });

  it('when the database does not answer', async () => {
    const said = await refusal(withDatabase((url) => (url.port = '1')));
    expect(said).toEqual([
      'The database can not be used (ECONNREFUSED). Check DATABASE_URL and that PostgreSQL runs.',
    ]);
  });

  it('when the database refuses the password, which is not repeated', async () => {
    const said = await refusal(withDatabase((url) => (url.password = 'hunter2')));
    expect(said).toEqual([
      'The database can not be used (password authentication failed for user "genesys_usage"). ' +
        'Check the user and the password in DATABASE_URL, and what pg_hba.conf allows.',
    ]);
  });

  it('when there is no such database', async () => {
    const said = await refusal(withDatabase((url) => (url.pathname = '/elsewhere')));
    expect(said).toEqual([
      'The database can not be used (database "elsewhere" does not exist). ' +
        'Create it, or name another one in DATABASE_URL.',
    ]);
  });

  it.each([
    [
      'has too many clients',
      'CONNECTION LIMIT 0',
      /too many connections.+Raise max_connections of PostgreSQL/,
    ],
    ['lets nobody make tables', '', /permission denied.+Let the user of DATABASE_URL create tables/],
  ])('when the database %s', async (_what, role, advice) => {
    await query(around.databaseUrl, `CREATE ROLE somebody LOGIN PASSWORD 'hunter2' ${role}`);
    const theirs = withDatabase((url) => Object.assign(url, { username: 'somebody', password: 'hunter2' }));
    try {
      const [line, ...others] = await refusal(theirs);
      expect(others).toEqual([]);
      expect(line).toMatch(advice);
      expect(line).not.toContain('hunter2');
    } finally {
      await query(around.databaseUrl, 'DROP OWNED BY somebody; DROP ROLE somebody');
    }
  });

  it("when upstream does not accept the service's credentials, which are not repeated", async () => {
    const client = { GENESYS_CLIENT_ID: 'a-client', GENESYS_CLIENT_SECRET: 'hunter2' };
    expect(await refusal({ ...around.env, ...client })).toEqual([
      "Genesys Cloud does not accept the service's credentials. Check GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET, and " +
        'that GENESYS_REGION (or GENESYS_LOGIN_URL) is where that OAuth client lives.',
    ]);
  });

  it('when a newer version has migrated the database', async () => {
    const newer = await createSurroundings();
    try {
      await (await nodes.start(newer.env)).killed('SIGTERM');
      await query(
        newer.databaseUrl,
        `INSERT INTO schema_migrations (name, generation) VALUES ('999-later', 9)`,
      );
      expect(await refusal(newer.env)).toEqual([
        expect.stringMatching(
          /^The database was migrated by a version that is more than one release newer than/,
        ),
      ]);
    } finally {
      await newer.remove();
    }
  });

  it('when the configuration is wrong, and lists all that is', async () => {
    const said = await refusal({
      PORT: 'many',
      GENESYS_REGION: 'mars',
      GRAPHIQL: 'yes',
      DATABASE_URL: 'secret',
    });
    expect(said[0]).toBe('The configuration has to be mended:');
    expect(said.slice(1).map((line) => line.trim().split(' ')[0])).toEqual([
      'PORT',
      'DATABASE_URL',
      'GENESYS_REGION',
      'GRAPHIQL',
    ]);
    expect(said.join('\n')).not.toMatch(/many|mars|yes|secret/);
  });

  it('when TOKEN_ENCRYPTION_KEY is no key, which is not repeated', async () => {
    const [line, ...others] = await refusal({ ...around.env, TOKEN_ENCRYPTION_KEY: 'hunter2' });
    expect(others).toEqual([]);
    expect(line).toMatch(/^TOKEN_ENCRYPTION_KEY .*openssl rand -base64 32$/);
    expect(line).not.toContain('hunter2');
  });

  it('when the page has not been built', async () => {
    const copy = join(scratch, 'copy');
    for (const folder of ['src', 'schema', 'resolvers']) {
      await cp(join(PROJECT, 'dist', folder), join(copy, 'dist', folder), { recursive: true });
    }
    await symlink(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
    await writeFile(join(copy, 'package.json'), '{"type":"module"}');
    const program = join(copy, 'dist', 'src', 'main.js');
    expect(await refusal(around.env, { program })).toEqual([
      'The GraphiQL page has not been built. Run "npm run build", or set GRAPHIQL=off.',
    ]);
  });

  const itWithOldNode = oldNode === undefined ? it.skip : it;
  itWithOldNode(`on a Node that is too old (${oldNode ?? 'this machine has none'})`, async () => {
    const [line, ...others] = await refusal({}, { node: oldNode ?? '' });
    expect(others).toEqual([]);
    expect(line).toMatch(/^Node 24 or newer is needed, and this is \d+\.\d+\.\d+\. Run "npm start"/);
  });
});

function canMount(): boolean {
  if (!isRoot || process.platform !== 'linux') return false;
  const directory = mkdtempSync(join(tmpdir(), 'usage-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'ignore' });
    execFileSync('umount', [directory], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(directory);
  }
}

function majorOf(node: string): number {
  try {
    return Number(/^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}
