import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { unless } from '../../lib/file-error.js';
import { isAlive, isServerOf } from './processes.js';

/** What a server tells about itself in `postmaster.pid`, the lock file of its data directory. */
export interface RunningServer {
  readonly pid: number;
  /** Undefined while the server is still writing the file. */
  readonly port: number | undefined;
}

/** A pid that no system gives out; PostgreSQL reads the number with C's atoi. */
const NOBODYS_PID = 2_147_483_647;

/** PostgreSQL creates the file and writes to it in one breath. An empty one that is older was left by a crash. */
const EMPTY_FILE_IS_STALE_AFTER_MS = 3_000;

const PORT_LINE = 3;

/**
 * Answers the server that runs on this data directory, starting and stopping ones included. A lock file that
 * PostgreSQL would take for that of a live server, though it is not, is disarmed on the way: after a reboot or
 * in a new container its pid may belong to any process. Other stale files are PostgreSQL's own business.
 */
export async function findServer(data: string): Promise<RunningServer | undefined> {
  const path = join(data, 'postmaster.pid');
  const text = await unless(['ENOENT'], readFile(path, 'utf8'));
  if (text === undefined) return undefined;
  const server = parsePostmasterFile(text);
  if (server === undefined) return waitOrRemove(path);
  if (await isServerOf(server.pid, data)) return server;
  if (isAlive(server.pid)) await disarm(path, text);
  return undefined;
}

/** Undefined when the file has no pid (yet). */
export function parsePostmasterFile(text: string): RunningServer | undefined {
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!(pid > 0)) return undefined;
  // Without its line end the number may be half-written.
  const port = lines.length > PORT_LINE + 1 ? Number.parseInt(lines[PORT_LINE] ?? '', 10) : Number.NaN;
  return { pid, port: port > 0 ? port : undefined };
}

/** PostgreSQL refuses to start over an empty lock file, for ever. */
async function waitOrRemove(path: string): Promise<RunningServer | undefined> {
  const found = await unless(['ENOENT'], stat(path));
  if (found === undefined) return undefined;
  if (Date.now() - found.mtimeMs < EMPTY_FILE_IS_STALE_AFTER_MS) return { pid: 0, port: undefined };
  await rm(path, { force: true });
  return undefined;
}

/**
 * Only the pid is replaced. The rest names the shared memory of the dead server, by which PostgreSQL finds out
 * whether children of it still write to the files. The file is taken away by rename first: should another
 * process have started a server since it was read, that server's file goes back to its place.
 */
async function disarm(path: string, judged: string): Promise<void> {
  const aside = `${path}.stale-${randomBytes(6).toString('hex')}`;
  const taken = await unless(
    ['ENOENT'],
    rename(path, aside).then(() => true),
  );
  if (!taken) return;
  const text = await readFile(aside, 'utf8');
  if (text !== judged) return rename(aside, path);
  // Written in place and linked back, it keeps its owner: root must not hide it from the server.
  await writeFile(aside, text.replace(/^\d+/, String(NOBODYS_PID)));
  await unless(['EEXIST', 'EPERM', 'ENOTSUP'], link(aside, path));
  await rm(aside, { force: true });
}
