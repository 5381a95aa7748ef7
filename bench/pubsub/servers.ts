/** A PostgreSQL, a Redis and processes that listen to them, all on this machine and made for one run. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { silentLogger } from '../../dist/src/lib/logger.js';
import { createDatabase } from '../../dist/src/store/database.js';
import { startEmbeddedPostgres } from '../../dist/src/store/embedded/embedded-postgres.js';
import { migrate } from '../../dist/src/store/migrate.js';
import { query } from '../lib/query.ts';
import type { Report } from './node.ts';

export interface Servers {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly ids: readonly string[];
  /** So far, in milliseconds. */
  cpu(): Promise<{ readonly postgres: number; readonly redis: number }>;
  startNodes(kind: 'database' | 'redis', count: number): Promise<Nodes>;
  stop(): Promise<void>;
}

export interface Nodes {
  report(): Promise<Report[]>;
  stop(): Promise<void>;
}

const NODE = fileURLToPath(new URL('node.ts', import.meta.url));

export async function startServers(executions: number): Promise<Servers> {
  const directory = await mkdtemp(join(tmpdir(), 'usage-graphql-bench-'));
  // For root: the server's user has to get through.
  await chmod(directory, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: directory, log: silentLogger });
  const database = createDatabase(postgres.url, silentLogger, { maxConnections: 2 });
  await migrate(database.db, silentLogger);
  await database.stop();
  const redis = await startRedis(directory);
  const ids = await fill(postgres.url, executions);
  const file = join(directory, 'ids.json');
  await writeFile(file, JSON.stringify(ids));
  return {
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    ids,
    cpu: async () => ({ postgres: await cpuOf('postgres'), redis: await cpuOf('redis-server') }),
    async startNodes(kind, count) {
      const url = kind === 'redis' ? redis.url : postgres.url;
      const nodes = Array.from({ length: count }, () =>
        fork(NODE, [kind, url, file], { serialization: 'advanced' }),
      );
      await Promise.all(nodes.map((node) => once(node, 'message')));
      return {
        report: () => Promise.all(nodes.map(reportOf)),
        stop: async () => void (await Promise.all(nodes.map(end))),
      };
    },
    async stop() {
      await redis.stop();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function reportOf(node: ChildProcess): Promise<Report> {
  const answer = once(node, 'message');
  node.send('report');
  return ((await answer) as [Report])[0];
}

async function end(node: ChildProcess): Promise<void> {
  const exit = once(node, 'exit');
  node.disconnect();
  await exit;
}

async function fill(url: string, count: number): Promise<string[]> {
  const { rows } = await query<{ id: string }>(
    url,
    `INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request, status, deadline_at, due_at)
     SELECT 'org-1', 'tenant', 'nobody', 'none', 'ORGANIZATION_QUERY', '{}', 'RUNNING', now() + interval '1 day',
       now() + interval '1 day'
     FROM generate_series(1, $1) RETURNING 'exe_' || replace(id::text, '-', '') AS id`,
    [count],
  );
  return rows.map(({ id }) => id);
}

async function startRedis(directory: string) {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    createInterface(child.stdout).on('line', (line) => line.includes('Ready to accept') && resolve());
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** User and system time of our children and theirs that bear the name, in milliseconds; Linux counts in hundredths. */
async function cpuOf(name: string): Promise<number> {
  const stats = new Map<number, { readonly parent: number; readonly name: string; readonly cpu: number }>();
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number)) {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [, command = '', rest = ''] = /\((.*)\) (.*)/s.exec(text) ?? [];
    const fields = rest.split(' ').map(Number);
    const [user, system, ofUserChildren, ofSystemChildren] = fields.slice(11, 15);
    const cpu = ((user ?? 0) + (system ?? 0) + (ofUserChildren ?? 0) + (ofSystemChildren ?? 0)) * 10;
    stats.set(pid, { parent: fields[1] ?? 0, name: command, cpu });
  }
  const isOurs = (pid: number): boolean => {
    const parent = stats.get(pid)?.parent ?? 0;
    return parent === process.pid || (parent > 1 && isOurs(parent));
  };
  return [...stats]
    .filter(([pid, each]) => each.name === name && isOurs(pid))
    .reduce((sum, [, { cpu }]) => sum + cpu, 0);
}
