import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.js';
import type { Cluster } from './cluster.js';
import { isServerOf, spawnProgram } from './processes.js';
import { openServerLog } from './server-log.js';

/** A server that this process has spawned. */
export interface ServerProcess {
  readonly pid: number | undefined;
  /** Where in the log its lines begin. */
  readonly logStart: number;
  /** Set when it has ended, or could not be run at all. */
  readonly ended: () => { error: Error | undefined } | undefined;
}

/** Given on the command line, so that a new version of this program reaches old clusters too. */
const SETTINGS: Record<string, string | number> = {
  // No other interface, and no socket file: a deep DATA_DIR would exceed the 107 bytes of a socket's path.
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // A node holds up to 22 of them: room for eight nodes on one directory.
  max_connections: 200,
  // A service on one machine, beside Node: small when idle, and no helper processes for large reads.
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  io_method: 'sync',
  max_parallel_workers_per_gather: 0,
  jit: 'off',
  // No replicas, so the log need only be enough to survive a crash. That it must.
  wal_level: 'minimal',
  max_wal_senders: 0,
  fsync: 'on',
  // Statements and key values are the tenants' data; the program logs its own failures.
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  logging_collector: 'off',
  log_destination: 'stderr',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/**
 * Spawns the server. It has a session of its own and no pipe to us: Ctrl-C, a closed terminal and our sudden
 * death pass it by, and its connections end only when {@link requestStop} says so.
 */
export async function spawnServer(
  binaries: Binaries,
  cluster: Cluster,
  logPath: string,
): Promise<ServerProcess> {
  const settings = Object.entries({ ...SETTINGS, port: await freePort() });
  const args = ['-D', cluster.data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const log = await openServerLog(logPath);
  try {
    let end: { error: Error | undefined } | undefined;
    const stdio = ['ignore', log.handle.fd, log.handle.fd] as const;
    const options = { user: cluster.user, cwd: cluster.data, stdio: [...stdio] };
    const child = spawnProgram(binaries.postgres, args, options, (error) => (end = { error }));
    child?.once('exit', () => (end ??= { error: undefined }));
    child?.unref();
    return { pid: child?.pid, logStart: log.size, ended: () => end };
  } finally {
    await log.handle.close();
  }
}

/**
 * Asks a server to end: open transactions are rolled back, everything is written, then it goes. Resolves when
 * it has got the message; {@link isServerOf} tells when it is gone.
 */
export async function requestStop(
  pid: number,
  data: string,
  binaries: () => Promise<Binaries>,
): Promise<void> {
  if (!(await isServerOf(pid, data))) return;
  if (process.platform !== 'win32') {
    process.kill(pid, 'SIGINT');
    return;
  }
  // There, process.kill would end it without a word to its children.
  await promisify(execFile)((await binaries()).pgCtl, ['stop', '-D', data, '-m', 'fast', '-W']);
}

/** A port that was free a moment ago. Should another program take it first, the server is started again. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
