import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StartupError } from '../../lib/startup-error.js';
import { unless } from '../../lib/file-error.js';

/**
 * PostgreSQL refuses to run as root. When this process is root, the server therefore runs as somebody else,
 * and everything that the server needs must be reachable for that user.
 */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Debian's and the kernel's "nobody", for images without an /etc/passwd. */
const OVERFLOW_USER: ServerUser = { uid: 65534, gid: 65534 };

const READ = 4;
const SEARCH = 1;

/** True when this process is root, so that the server needs another user. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The user that a new cluster is made for: `postgres` if this machine has one, else `nobody`. Undefined when
 * this process is an ordinary user, who then runs the server too.
 */
export async function chooseServerUser(): Promise<ServerUser | undefined> {
  if (!isRoot()) return undefined;
  const passwd = (await unless(['ENOENT'], readFile('/etc/passwd', 'utf8'))) ?? '';
  return findUser(passwd, 'postgres') ?? findUser(passwd, 'nobody') ?? OVERFLOW_USER;
}

/** The user that owns an existing cluster; PostgreSQL accepts no other. Undefined as in {@link chooseServerUser}. */
export async function ownerOf(directory: string): Promise<ServerUser | undefined> {
  if (!isRoot()) return undefined;
  const { uid, gid } = await stat(directory);
  if (uid !== 0) return { uid, gid };
  throw new StartupError(
    `The database in ${directory} belongs to root, and PostgreSQL does not run as root. ` +
      `Give it to another user, for example: chown -R nobody ${dirname(directory)}`,
  );
}

/** The entry of one user in the text of an /etc/passwd, unless it is another name for root. */
export function findUser(passwd: string, name: string): ServerUser | undefined {
  for (const line of passwd.split('\n')) {
    const [entry, , uid, gid] = line.split(':');
    if (entry === name && Number(uid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/**
 * Whether `user` may read `path` and pass through every directory above it. Only mode bits are read: where an
 * ACL would allow more, the answer is a needless but harmless no.
 */
export async function canReach(path: string, user: ServerUser): Promise<boolean> {
  let current = await realpath(path);
  const { mode } = await stat(current);
  let wanted = (mode & 0o170000) === 0o040000 ? READ | SEARCH : READ;
  for (;;) {
    if (!(await isAllowed(current, user, wanted))) return false;
    const parent = dirname(current);
    if (parent === current) return true;
    current = parent;
    wanted = SEARCH;
  }
}

async function isAllowed(path: string, user: ServerUser, wanted: number): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & wanted) === wanted;
}
