import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../../lib/startup-error.js';
import { unless } from './file-error.js';

const NAME = 'genesys-usage-graphql';

/**
 * A directory outside every home, for what the server's user has to reach when root's own directories are
 * closed to it. Root owns it and nobody else may write to it: what lies in it is run and trusted.
 */
export interface SharedPlace {
  readonly directory: string;
  /** False for the temporary directory, which a restart of the machine may empty. */
  readonly lasting: boolean;
}

/** Finds or makes the shared place; only root calls this. */
export async function openSharedPlace(): Promise<SharedPlace> {
  const lasting = join('/var/lib', NAME);
  if (await isMine(lasting)) return { directory: lasting, lasting: true };
  const passing = join(tmpdir(), NAME);
  if (await isMine(passing)) return { directory: passing, lasting: false };
  throw new StartupError(
    `The embedded PostgreSQL cannot run as root, and neither ${lasting} nor ${passing} is a directory of root's ` +
      'that its user could reach. Start as an ordinary user, or set DATABASE_URL.',
  );
}

/** In a world-writable /tmp somebody else may have made the directory first: then it is not used. */
async function isMine(directory: string): Promise<boolean> {
  const refusals = ['EEXIST', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'ENOENT'];
  await unless(refusals, mkdir(directory, { recursive: true, mode: 0o755 }));
  const found = await unless(refusals, lstat(directory));
  return found !== undefined && found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0;
}
