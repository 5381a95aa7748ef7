// <DATA_DIR>/postgres is the cluster's home, or a link to it when the server's user cannot enter DATA_DIR. A
// home is complete from the moment it has its name: `data` (PostgreSQL's own directory) and `password`.

import { createHash, randomBytes } from 'node:crypto';
import { chown, lstat, open, readFile, readdir, realpath, rmdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Logger } from '../../lib/logger.js';
import { StartupError } from '../../lib/startup-error.js';
import { createDraft, discard, publishDraft, removeAbandonedDrafts } from './draft.js';
import { errorCode, unless } from '../../lib/file-error.js';
import { runProgram } from './processes.js';
import { canReach, chooseServerUser, ownerOf, type ServerUser } from './server-user.js';
import { openSharedPlace, type SharedPlace } from './shared-place.js';

/** The only role: the server exists for one program. */
export const ROLE = 'genesys_usage';

const INITDB_TIMEOUT_MS = 5 * 60_000;

/** A complete cluster on disk; whether its server runs is another question. */
export interface Cluster {
  /** PostgreSQL's data directory, with every link resolved. */
  readonly data: string;
  readonly password: string;
  readonly major: string;
  /** Who runs its server; undefined: this process's own user. */
  readonly user: ServerUser | undefined;
}

/** Where the cluster of a DATA_DIR is found. */
export function homePath(dataDir: string): string {
  return join(resolve(dataDir), 'postgres');
}

/**
 * Reads the cluster of a DATA_DIR. Undefined when there is none yet.
 *
 * @throws StartupError when something else is in its place, or it belongs to somebody else.
 */
export async function findCluster(dataDir: string): Promise<Cluster | undefined> {
  const link = homePath(dataDir);
  if (!(await unless(['ENOENT'], lstat(link)))) return undefined;
  const home = await unless(['ENOENT'], realpath(link));
  if (home === undefined) {
    throw new StartupError(`${link} points to a database that is gone. ${freshStart(link)}`);
  }
  try {
    return await readCluster(home);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EACCES') throw new StartupError(belongsToAnother(home), { cause: error });
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    if (code === 'ENOENT' && (await readdir(home)).length === 0) return undefined;
    throw new StartupError(`${home} is not a database of this program. ${freshStart(link)}`, {
      cause: error,
    });
  }
}

async function readCluster(home: string): Promise<Cluster> {
  const data = join(home, 'data');
  const [major, password] = await Promise.all([
    readFile(join(data, 'PG_VERSION'), 'utf8'),
    readFile(join(home, 'password'), 'utf8'),
  ]);
  const user = await ownerOf(data);
  if (user !== undefined && !(await canReach(data, user))) {
    throw new StartupError(
      `The database in ${data} belongs to uid ${user.uid}, who may not enter a directory above it. ` +
        'Open that directory, start as that user, or set DATA_DIR to another directory.',
    );
  }
  return { data, password, major: major.trim(), user };
}

/**
 * Makes the cluster of a DATA_DIR. Two processes may do so at once: one cluster wins, the other is discarded.
 *
 * @param initdb Told for which user; answers the program to run.
 */
export async function createCluster(
  dataDir: string,
  initdb: (user: ServerUser | undefined) => Promise<string>,
  log: Logger,
): Promise<void> {
  const link = homePath(dataDir);
  const user = await chooseServerUser();
  const place = user && !(await canReach(dirname(link), user)) ? await openSharedPlace(user) : undefined;
  const target = place ? farTarget(place, link, log) : link;
  await removeAbandonedDrafts(target);
  log.info({ directory: target }, 'creating the embedded PostgreSQL cluster');
  const draft = await createDraft(target);
  try {
    await fillHome(draft, await initdb(user), user);
    // An empty directory, say one made for a volume, gives way.
    await unless(['ENOENT', 'ENOTEMPTY', 'ENOTDIR', 'EEXIST'], rmdir(link));
    if (place) await publishFar(draft, target, link);
    else await publishDraft(draft, link);
    await syncDirectory(dirname(link));
  } finally {
    await discard(draft);
  }
}

function farTarget(place: SharedPlace, link: string, log: Logger): string {
  const fields = { link, place: place.directory };
  if (place.lasting) log.info(fields, "the server's user cannot enter DATA_DIR: the data is kept elsewhere");
  else log.warn(fields, "the server's user cannot enter DATA_DIR: the data is kept in a temporary directory");
  return join(place.directory, `cluster-${createHash('sha256').update(link).digest('hex').slice(0, 16)}`);
}

/**
 * The name gets a random end: DATA_DIR may have been deleted to begin anew, and then the old cluster of the
 * same path must not come back. The link is what counts, and only one process can make it.
 */
async function publishFar(draft: string, target: string, link: string): Promise<void> {
  const home = `${target}-${randomBytes(6).toString('hex')}`;
  await publishDraft(draft, home);
  await syncDirectory(dirname(home));
  const linking = symlink(home, link).then(() => true);
  const linked = await unless(['EEXIST'], linking);
  if (!linked) await discard(home);
}

async function fillHome(home: string, initdb: string, user: ServerUser | undefined): Promise<void> {
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
  if (user !== undefined) {
    await chown(passwordFile, user.uid, user.gid);
    await chown(home, user.uid, user.gid);
  }
  // Sorting by bytes is the same on every machine, so that an index outlives a new C library. initdb syncs
  // what it wrote: the first rows must not be safer than the catalog that describes them.
  const settings = ['--locale=C', '--encoding=UTF8', '--set=timezone=UTC', '--set=log_timezone=UTC'];
  const access = [`--username=${ROLE}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const args = [`--pgdata=${join(home, 'data')}`, '--no-instructions', ...access, ...settings];
  await runProgram(initdb, args, { user, cwd: home, timeoutMs: INITDB_TIMEOUT_MS });
}

/** A rename survives a power failure once its directory is written. Windows cannot, and need not, do this. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function freshStart(link: string): string {
  return `Move ${link} away to begin with an empty database, or set DATA_DIR to another directory.`;
}

function belongsToAnother(home: string): string {
  return (
    `The database in ${home} belongs to another user. ` +
    'Start as that user or as root, set DATA_DIR to another directory, or set DATABASE_URL.'
  );
}
