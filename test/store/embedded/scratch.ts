import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { silentLogger } from '../../../src/lib/logger.js';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../../src/store/embedded/embedded-postgres.js';
import { findServer } from '../../../src/store/embedded/postmaster-file.js';
import { isAlive } from '../../../src/store/embedded/processes.js';

/** Tests of what differs for root and for everybody else. */
export const isRoot = process.getuid?.() === 0;

/** An unprivileged user for tests that run as root. */
export const NOBODY = { uid: 65534, gid: 65534 };

const program = fileURLToPath(new URL('node-program.js', import.meta.url));

/** A temporary directory for one test file, with everything that was started in it. */
export class Scratch {
  private constructor(readonly path: string) {}
  private readonly dataDirs = new Set<string>();
  private readonly servers = new Set<EmbeddedPostgres>();
  private readonly nodes = new Set<ChildProcess>();

  /** Open to every user, so that a server of root's tests can be in it. */
  static async create(): Promise<Scratch> {
    const path = await realpath(await mkdtemp(join(tmpdir(), 'embedded-')));
    await chmod(path, 0o755);
    return new Scratch(path);
  }

  /** A path for a DATA_DIR, which does not exist yet. */
  dataDir(name: string): string {
    const path = join(this.path, name);
    this.dataDirs.add(path);
    return path;
  }

  async start(dataDir: string): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ dataDir, log: silentLogger });
    this.servers.add(server);
    return server;
  }

  /** Another process that calls startEmbeddedPostgres. */
  node(dataDir: string, options: { mode?: string; user?: { uid: number; gid: number } } = {}): NodeProcess {
    const child = spawn(process.execPath, [program, dataDir, options.mode ?? ''], {
      ...options.user,
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.nodes.add(child);
    return new NodeProcess(child);
  }

  /** Ends what is left, by pid, and removes the files. */
  async remove(): Promise<void> {
    for (const node of this.nodes) node.kill('SIGKILL');
    for (const server of this.servers) await server.stop();
    for (const dataDir of this.dataDirs) await endServer(dataDir);
    await rm(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** The other end of `node-program`. */
export class NodeProcess {
  /** Everything it told, one entry a line. */
  readonly told: Record<string, unknown>[] = [];
  private readonly closed: Promise<unknown>;

  constructor(readonly child: ChildProcess) {
    this.closed = once(child, 'close');
    if (!child.stdout) throw new Error('no stdout');
    createInterface(child.stdout).on('line', (line) => this.told.push(parseLine(line)));
  }

  /** The first line that has `key`. */
  async hears(key: string): Promise<Record<string, unknown>> {
    return until(`the node to tell "${key}"`, () => {
      const found = this.told.find((line) => key in line);
      if (!found && this.told.some((line) => 'error' in line)) throw new Error(JSON.stringify(this.told));
      return found;
    });
  }

  async stop(): Promise<void> {
    this.child.stdin?.end();
    await this.closed;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}

/** Kill -9 may cut a line in two. */
function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** The pid of the server that runs on a DATA_DIR. */
export async function serverPid(dataDir: string): Promise<number | undefined> {
  const data = await realpath(join(dataDir, 'postgres', 'data')).catch(() => undefined);
  return data === undefined ? undefined : (await findServer(data))?.pid;
}

/** Ends the server of a DATA_DIR at once, as a power failure would. */
export async function endServer(dataDir: string): Promise<void> {
  const pid = await serverPid(dataDir);
  if (!pid) return;
  process.kill(pid, 'SIGQUIT');
  await until('the server to end', async () => (await serverPid(dataDir)) === undefined || !isAlive(pid));
}

/** Runs one statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Polls until `condition` answers something, at most 20 s. */
export async function until<T>(what: string, condition: () => T | Promise<T>): Promise<NonNullable<T>> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const answer = await condition();
    if (answer) return answer;
    await delay(10);
  }
  throw new Error(`waited in vain for ${what}`);
}
