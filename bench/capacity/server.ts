/** A PostgreSQL of its own, and what its processes use: the CPU of all of them, and what they write ahead. */
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { silentLogger } from '../../dist/src/lib/logger.js';
import { startEmbeddedPostgres } from '../../dist/src/store/embedded/embedded-postgres.js';
import { query } from '../lib/query.ts';

export interface Server {
  readonly url: string;
  /** Of the postmaster: all other processes are its children. */
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startServer(): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), 'usage-graphql-bench-'));
  // For root: the server's user has to get through.
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLogger });
  return {
    url: postgres.url,
    pid: await postmasterOf(postgres.url),
    async stop() {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Of whoever serves this address on this machine. */
export async function postmasterOf(url: string): Promise<number> {
  const { rows } = await query<{ pid: number }>(url, 'SELECT pg_backend_pid() AS pid');
  // The backend has ended by now, but one of the same parent serves the next connection.
  const { rows: workers } = await query<{ pid: number }>(
    url,
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'",
  );
  const child = workers[0]?.pid ?? rows[0]?.pid ?? 0;
  return statOf(child)?.parent ?? 0;
}

interface Stat {
  readonly parent: number;
  /** Milliseconds of this process, and of those of its children that have ended. */
  readonly own: number;
  readonly ended: number;
}

/** The kernel counts in hundredths of a second. */
const TICK_MS = 10;

function statOf(pid: number | string): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
    return { parent, own: (user + system) * TICK_MS, ended: (childUser + childSystem) * TICK_MS };
  } catch {
    return null;
  }
}

/** Milliseconds of CPU of one process. */
export function cpuOfProcess(pid: number): number {
  return statOf(pid)?.own ?? 0;
}

/** Milliseconds of CPU of the server with all its processes. */
export function cpuOfServer(pid: number): number {
  const main = statOf(pid);
  let sum = (main?.own ?? 0) + (main?.ended ?? 0);
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(name) : null;
    if (stat?.parent === pid) sum += stat.own;
  }
  return sum;
}

/** Bytes written ahead, commits, since the server began. */
export async function written(url: string): Promise<{ readonly walBytes: number; readonly commits: number }> {
  const { rows } = await query<{ wal: string; commits: string }>(
    url,
    `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS wal,
       (SELECT sum(xact_commit) FROM pg_stat_database) AS commits`,
  );
  return { walBytes: Number(rows[0]?.wal), commits: Number(rows[0]?.commits) };
}

/** Kilobytes of memory of one backend that is not shared with the others (PSS counts shared pages in parts). */
export function privateKb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return [...text.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].reduce((sum, [, kb]) => sum + Number(kb), 0);
}
