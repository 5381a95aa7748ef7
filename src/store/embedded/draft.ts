// A directory is made under a draft name and renamed when it is complete, so that whatever bears its final
// name is whole, even after a kill -9. A draft's name carries the pid of its maker, so that the next start can
// tell an abandoned draft from one in the making.

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unless } from '../../lib/file-error.js';
import { isAlive } from './processes.js';

/** Longer than any draft takes; past it the maker's pid must have gone to another process. */
const ABANDONED_AFTER_MS = 10 * 60_000;

/** Drafts of this process. In containers a killed process and its successor often have the same pid. */
const own = new Set<string>();

/** Makes an empty directory, closed to others, beside `target`. */
export async function createDraft(target: string): Promise<string> {
  const draft = `${target}.draft-${process.pid}-${randomBytes(6).toString('hex')}`;
  own.add(draft);
  await mkdir(draft, { mode: 0o700 });
  return draft;
}

/** Gives a draft its final name. False when another process was first; the draft is then still there. */
export async function publishDraft(draft: string, target: string): Promise<boolean> {
  try {
    await rename(draft, target);
    return true;
  } catch (error) {
    // The code for "taken" differs from system to system.
    if (await unless(['ENOENT'], stat(target))) return false;
    throw error;
  }
}

/** Removes what killed processes left behind of their attempts at `target`. */
export async function removeAbandonedDrafts(target: string): Promise<void> {
  const prefix = `${basename(target)}.draft-`;
  const names = await readdir(dirname(target));
  const drafts = names.filter((name) => name.startsWith(prefix));
  for (const name of drafts) {
    const path = join(dirname(target), name);
    if (await isAbandoned(path, Number.parseInt(name.slice(prefix.length), 10))) await discard(path);
  }
}

/** Removes a directory. What an orphaned initdb still writes to is left to the next start. */
export async function discard(path: string): Promise<void> {
  const busy = ['ENOTEMPTY', 'EBUSY', 'EPERM', 'EACCES'];
  await unless(busy, rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 }));
}

async function isAbandoned(path: string, maker: number): Promise<boolean> {
  if (maker === process.pid) return !own.has(path);
  if (!isAlive(maker)) return true;
  const found = await unless(['ENOENT'], stat(path));
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS;
}
