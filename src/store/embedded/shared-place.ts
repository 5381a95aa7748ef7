import { chmod, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../../lib/startup-error.js';
import { unless } from '../../lib/file-error.js';
import { canReach, type ServerUser } from './server-user.js';

const NAME = 'genesys-usage-graphql';
const REFUSALS = ['EEXIST', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'ENOENT'];

/**
 * A directory outside every home, for what the server's user has to reach when root's own directories are
 * closed to it. Root owns it and nobody else may write to it: what lies in it is run and trusted.
 */
export interface SharedPlace {
  readonly directory: string;
  /** False for the temporary directory, which a restart of the machine may empty. */
  readonly lasting: boolean;
}

/** Finds or makes the shared place that `user` can reach; only root calls this. */
export async function openSharedPlace(user: ServerUser): Promise<SharedPlace> {
  const lasting = join('/var/lib', NAME);
  if (await isUsable(lasting, user)) return { directory: lasting, lasting: true };
  const passing = join(tmpdir(), NAME);
  if (await isUsable(passing, user)) return { directory: passing, lasting: false };
  throw new StartupError(
    `The embedded PostgreSQL cannot run as root, and its user can reach neither ${lasting} nor ${passing} as a ` +
      'directory that is only for root to write to. Start as an ordinary user, or set DATABASE_URL.',
  );
}

/** In a world-writable /tmp somebody else may have made the directory first: then it is not used. */
async function isUsable(directory: string, user: ServerUser): Promise<boolean> {
  await unless(REFUSALS, mkdir(directory));
  const found = await unless(REFUSALS, lstat(directory));
  if (!found?.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0) return false;
  // It bears this program's name, and root's umask may have closed it.
  if ((found.mode & 0o055) !== 0o055) await unless(REFUSALS, chmod(directory, 0o755));
  return canReach(directory, user);
}
