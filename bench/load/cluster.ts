/** Nodes of the program on one PostgreSQL in front of one simulated upstream, and the generators: all processes of their own. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { silentLogger } from '../../dist/src/lib/logger.js';
import { startEmbeddedPostgres } from '../../dist/src/store/embedded/embedded-postgres.js';
import { makeDataDir } from '../lib/data-dir.ts';
import { ended } from '../lib/program.ts';
import { query } from '../lib/query.ts';
import type { GeneratorOrder, GeneratorReport, Standings } from './generator.ts';
import type { NodeOrder, NodeReport } from './node.ts';
import type { RowCounts, Tenant, UpstreamReady } from './upstream.ts';

export interface Node {
  readonly url: string;
  readonly pid: number;
  report(collect?: boolean): Promise<NodeReport>;
}

export interface Generator {
  readonly pid: number;
  order(order: Exclude<GeneratorOrder, { kind: 'standing' }>): Promise<GeneratorReport>;
  standing(): Promise<readonly Standings[]>;
}

export interface Cluster {
  readonly nodes: readonly Node[];
  readonly generators: readonly Generator[];
  readonly tenants: readonly Tenant[];
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly postgresPid: number;
  readonly upstreamPid: number;
  /** What nodes have logged from `warn` on since the last time. */
  takeLogged(): Logged;
  countRows(upstreamIds: readonly string[]): Promise<RowCounts>;
  stop(): Promise<void>;
}

export interface Logged {
  readonly errors: readonly string[];
  /** How often, by message. */
  readonly warnings: Readonly<Record<string, number>>;
}

export interface ClusterOptions {
  readonly nodes: number;
  readonly generators: number;
  /** @default as the program has it */
  readonly resultTtlMs?: number;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const PATH = process.env['PATH'] ?? '';

export async function startCluster({ nodes, generators, resultTtlMs = 0 }: ClusterOptions): Promise<Cluster> {
  const dataDir = await makeDataDir();
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLogger });
  const children: ChildProcess[] = [];
  const logged: string[] = [];
  const stop = async () => {
    for (const child of children.toReversed()) if (child.exitCode === null) await ended(child, 'SIGTERM');
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const upstream = fork(here('upstream.ts'), { env: { PATH }, execArgv: QUIET });
    children.push(upstream);
    const { url, tenants } = await answerOf<UpstreamReady>(upstream);
    const env = {
      PATH,
      PORT: '0',
      NODE_ENV: 'production',
      DATABASE_URL: postgres.url,
      GENESYS_API_URL: url,
      GENESYS_LOGIN_URL: url,
      TOKEN_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
      // Counted like everybody's; this is the highest that can be set.
      RATE_LIMIT_PER_MINUTE: '1000000',
      BENCH_RESULT_TTL_MS: String(resultTtlMs),
    };
    const started: Node[] = [];
    for (let i = 0; i < nodes; i += 1) started.push(await startNode(env, children, logged));
    return {
      nodes: started,
      generators: Array.from({ length: generators }, () => startGenerator(children)),
      tenants,
      databaseUrl: postgres.url,
      dataDir,
      postgresPid: await postmasterOf(postgres.url),
      upstreamPid: upstream.pid ?? 0,
      takeLogged: () => sortLines(logged.splice(0)),
      countRows: (ids) => tell<RowCounts>(upstream, ids),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function sortLines(lines: readonly string[]): Logged {
  const isWarning = (line: string) => line.includes('"level":40');
  const warnings: Record<string, number> = {};
  for (const line of lines.filter(isWarning)) {
    const message = /"msg":"([^"]*)/.exec(line)?.[1] ?? line;
    warnings[message] = (warnings[message] ?? 0) + 1;
  }
  return { errors: lines.filter((line) => !isWarning(line)), warnings };
}

const QUIET = ['--disable-warning=ExperimentalWarning'];

async function startNode(env: NodeJS.ProcessEnv, children: ChildProcess[], logged: string[]): Promise<Node> {
  const child = fork(here('node.ts'), {
    env,
    execArgv: [...QUIET, '--expose-gc'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.push(child);
  child.stdout?.on('data', (lines: Buffer) => logged.push(...String(lines).trim().split('\n')));
  child.once('exit', (code, signal) => logged.push(`a node has ended: ${code ?? signal}`));
  const url = await answerOf<string>(child);
  const order = (what: NodeOrder) => tell<NodeReport>(child, what);
  return {
    url,
    pid: child.pid ?? 0,
    report: (collect = false) => order(collect ? 'collect and report' : 'report'),
  };
}

function startGenerator(children: ChildProcess[]): Generator {
  const child = fork(here('generator.ts'), { env: { PATH }, execArgv: QUIET });
  children.push(child);
  return {
    pid: child.pid ?? 0,
    order: (order) => tell<GeneratorReport>(child, order),
    standing: () => tell<readonly Standings[]>(child, { kind: 'standing' } satisfies GeneratorOrder),
  };
}

const asked = new WeakMap<ChildProcess, Promise<unknown>>();

/** One question at a time to each process. */
function tell<T>(child: ChildProcess, what: unknown): Promise<T> {
  const answer = (asked.get(child) ?? Promise.resolve()).then(() => {
    const coming = answerOf<T>(child);
    child.send(what as string);
    return coming;
  });
  asked.set(
    child,
    answer.catch(() => {}),
  );
  return answer;
}

async function answerOf<T>(child: ChildProcess): Promise<T> {
  const gone = new AbortController();
  const fail = once(child, 'exit', { signal: gone.signal }).then(([code]) => {
    throw new Error(`a process has ended with ${String(code)}`);
  });
  const answer = once(child, 'message', { signal: gone.signal });
  fail.catch(() => {});
  answer.catch(() => {});
  const [message] = (await Promise.race([answer, fail])) as unknown[];
  gone.abort();
  return message as T;
}

async function postmasterOf(url: string): Promise<number> {
  const { rows } = await query<{ text: string }>(url, `SELECT pg_read_file('postmaster.pid') AS text`);
  return Number(rows[0]?.text.split('\n')[0]);
}

/** User and system time of a process and of all its children, those that have ended included, in milliseconds. */
export function cpuOfFamily(pid: number): number {
  const own = timesOf(pid);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return own + children.reduce((sum, child) => sum + timesOf(Number(child)), 0);
}

function timesOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return [11, 12, 13, 14].reduce((sum, place) => sum + Number(fields[place]), 0) * 10;
  } catch {
    // It has ended meanwhile, and its parent counts it.
    return 0;
  }
}
