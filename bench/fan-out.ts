/**
 * One completion to thousands of subscribers: from the moment it happens to the moment when the last one has it. The
 * program with PostgreSQL, authorization and limits against a bare server that sends the same bytes, and against peers
 * that have the rows in memory; interleaved, each in a process of its own, the subscribers in another one.
 *
 * Mercurius has to be installed beside it (`npm ci` in bench/) for its case.
 *
 *     node bench/fan-out.ts [websocket | selections | event-stream | mercurius | many | memory]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import { canonicalRequest } from '../dist/src/domain/request.js';
import { silentLogger } from '../dist/src/lib/logger.js';
import { createSimulator, DEMO_ORGANIZATION } from '../dist/src/simulator/simulator.js';
import { createDatabase } from '../dist/src/store/database.js';
import { startEmbeddedPostgres } from '../dist/src/store/embedded/embedded-postgres.js';
import { createExecutionStore } from '../dist/src/store/execution-store.js';
import { migrate } from '../dist/src/store/migrate.js';
import type { Order, Report } from './fan-out/contestant.ts';
import type { News, Wish } from './fan-out/subscribers.ts';
import { makeDataDir } from './lib/data-dir.ts';
import { facts, RESULTS } from './lib/results.ts';
import { median } from './lib/summary.ts';

type Contestant = 'ours' | 'raw' | 'rawEventStream' | 'graphqlWs' | 'mercurius';

interface Case {
  readonly subscribers: number;
  readonly selections: number;
  readonly door: Wish['door'];
  readonly rounds: number;
  readonly contestants: readonly Contestant[];
}

const CASES: Readonly<Record<string, Case>> = {
  websocket: {
    subscribers: 2_000,
    selections: 1,
    door: 'websocket',
    rounds: 3,
    contestants: ['raw', 'ours', 'graphqlWs'],
  },
  selections: {
    subscribers: 2_000,
    selections: 50,
    door: 'websocket',
    rounds: 3,
    contestants: ['ours', 'graphqlWs'],
  },
  'event-stream': {
    subscribers: 2_000,
    selections: 1,
    door: 'event-stream',
    rounds: 3,
    contestants: ['rawEventStream', 'ours'],
  },
  // Apart, since it takes long.
  mercurius: {
    subscribers: 2_000,
    selections: 1,
    door: 'websocket',
    rounds: 1,
    contestants: ['ours', 'mercurius'],
  },
  many: { subscribers: 10_000, selections: 1, door: 'websocket', rounds: 1, contestants: ['raw', 'ours'] },
};
const ROWS = 100;
const MEMORY_SUBSCRIBERS = 2_000;
/** So that no code is measured that has never run before. */
const WARM_UP = 300;
const FILE = new URL('fan-out.json', RESULTS);

/** `variant`: makes another text and another answer of the same work. */
function queryOf(variant: number | null): string {
  const another = variant === null ? '' : `again${variant}: status`;
  return `subscription Finished($id: ID!) {
    usageExecutionFinished(id: $id) {
      id version operation status done ${another} createdAt finishedAt truncated
      rows(first: ${ROWS}) { nodes {
        date oauthClient { id name } organizationId platform httpMethod templateUri
        requests status200 status300 status400 status429 status500
      } }
    }
  }`;
}

/** A child that answers; `next` gives its answers in turn. */
class Child {
  readonly process: ChildProcess;
  readonly #messages: unknown[] = [];
  #wakeUp = () => {};

  constructor(file: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.process = fork(new URL(file, import.meta.url), args, {
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
      env: { ...process.env, NODE_ENV: 'production', ...env },
    });
    this.process.on('message', (message) => {
      this.#messages.push(message);
      this.#wakeUp();
    });
    this.process.on('exit', () => this.#wakeUp());
  }

  async next<T>(): Promise<T> {
    const end = Date.now() + 20_000;
    while (this.#messages.length === 0) {
      if (Date.now() > end || this.process.exitCode !== null) throw new Error('a child does not answer');
      await new Promise<void>((resolve) => {
        this.#wakeUp = resolve;
        setTimeout(resolve, 1_000).unref();
      });
    }
    return this.#messages.shift() as T;
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }
}

const dataDir = await makeDataDir();
const postgres = await startEmbeddedPostgres({ dataDir, log: silentLogger });
const simulator = await createSimulator({ durations: () => 0 });
const database = createDatabase(postgres.url, silentLogger);
await migrate(database.db, silentLogger);
const store = createExecutionStore(database.db);
const env = {
  PORT: '0',
  DATA_DIR: dataDir,
  DATABASE_URL: postgres.url,
  GENESYS_API_URL: simulator.url,
  GENESYS_LOGIN_URL: simulator.url,
  // All subscribers are one caller at one address here.
  RATE_LIMIT_PER_MINUTE: '1000000',
  MAX_CONNECTIONS_PER_IDENTITY: '100000',
  MAX_CONNECTIONS_PER_ADDRESS: '100000',
};

function row(i: number) {
  return {
    date: `2026-03-0${1 + (i % 7)}`,
    oauthClientId: `00000000-0000-4000-8000-${String(i % 20).padStart(12, '0')}`,
    oauthClientName: `Client ${i % 20}`,
    organizationId: DEMO_ORGANIZATION.id,
    userId: null,
    userName: null,
    platform: 'public-api',
    httpMethod: 'GET',
    templateUri: `/api/v2/conversations/${i % 9}/participants`,
    requests: 1_000 + i,
    status200: 900 + i,
    status300: 10,
    status400: 60,
    status429: 20,
    status500: 10,
  };
}

/** A running execution, and how to complete it. */
async function running() {
  const range = { interval: { from: '2026-03-01', to: '2026-03-07' } };
  const canonical = canonicalRequest('ORGANIZATION_QUERY', range, Date.parse('2026-03-15T12:00:00Z'));
  if (!canonical.ok) throw new Error('the request is refused');
  const intent = {
    operation: 'ORGANIZATION_QUERY',
    request: canonical.request,
    owner: { organizationId: DEMO_ORGANIZATION.id, scope: 'tenant', subjectId: 'bench' },
    credentialId: 'bench',
    sealedCredential: null,
    deadlineMs: 3_600_000,
    requestKey: 'bench',
  } as const;
  const claim = await store.create(intent, 'bench', 3_600_000);
  const execution = await store.recordSubmitted(claim, 'upstream', 3_600_000);
  if (!execution) throw new Error('not submitted');
  const outcome = { status: 'SUCCEEDED', asOf: new Date('2026-03-15'), truncated: false } as const;
  const rows = Array.from({ length: ROWS }, (_, i) => row(i));
  return {
    id: execution.id,
    complete: () => store.finish({ ...claim, execution }, outcome, rows, 3_600_000),
  };
}

/** What was sent by us the last time: what peers have in memory. */
let message = '';

interface Told {
  readonly ms: number;
  readonly bytes: number;
  /** Of the time, what passed until the completion was stored; 0 for those who store nothing. */
  readonly storedMs: number;
}

async function wave(
  server: Child,
  clients: Child,
  url: string,
  contestant: Contestant,
  it: Omit<Case, 'rounds' | 'contestants'>,
): Promise<Told> {
  const { id, complete } = await running();
  const queries =
    it.selections === 1 ? [queryOf(null)] : Array.from({ length: it.selections }, (_, k) => queryOf(k));
  clients.process.send({
    url,
    door: it.door,
    count: it.subscribers,
    queries,
    variables: { id },
  } satisfies Wish);
  await clients.next<News>();
  // The last ones have asked; now they are listened to.
  await new Promise((resolve) => setTimeout(resolve, 700));
  let at = process.hrtime.bigint();
  let stored = at;
  if (contestant === 'ours') {
    await complete();
    stored = process.hrtime.bigint();
  } else {
    const parsed = JSON.parse(message) as { payload: { data: { usageExecutionFinished: object } } };
    const execution = parsed.payload.data.usageExecutionFinished;
    // Mercurius goes by the name of the field.
    const payload =
      contestant === 'mercurius' ? { usageExecutionFinished: execution, ...execution } : execution;
    server.process.send({ kind: 'publish', execution: payload, message } satisfies Order);
    const published = await server.next<Extract<Report, { kind: 'published' }>>();
    at = BigInt(published.at);
    stored = at;
  }
  const told = await clients.next<Extract<News, { kind: 'told' }>>();
  if (contestant === 'ours') message = told.sample.startsWith('event') ? inFrame(told.sample) : told.sample;
  return { ms: Number(BigInt(told.last) - at) / 1e6, bytes: told.bytes, storedMs: Number(stored - at) / 1e6 };
}

function inFrame(event: string): string {
  return `{"id":"1","type":"next","payload":${/data: (.*)/.exec(event)?.[1] ?? ''}}`;
}

interface Contest {
  measured(contestant: Contestant): Promise<Told>;
  end(): void;
}

/** Every server runs from the start, and has been used before it is measured; those that are not asked do nothing. */
async function open(it: Case): Promise<Contest> {
  const clients = new Child('fan-out/subscribers.ts', [], {});
  await clients.next();
  const servers = new Map<Contestant, { readonly child: Child; readonly url: string }>();
  const contest: Contest = {
    async measured(contestant) {
      const server = servers.get(contestant);
      if (!server) throw new Error(`${contestant} does not run`);
      return wave(server.child, clients, server.url, contestant, it);
    },
    end() {
      clients.kill();
      for (const { child } of servers.values()) child.kill();
    },
  };
  // Ours comes first: what it sends is what the others are to send.
  for (const contestant of new Set<Contestant>(['ours', ...it.contestants])) {
    const child = new Child('fan-out/contestant.ts', [contestant], env);
    const { url } = await child.next<Extract<Report, { kind: 'listening' }>>();
    servers.set(contestant, { child, url });
    await wave(child, clients, url, contestant, { ...it, subscribers: WARM_UP });
  }
  return contest;
}

/** Of one idle subscriber, in KB, with a heap that has come to rest. */
async function memoryOf(
  contestant: Contestant,
  door: Wish['door'],
): Promise<{ rssKb: number; heapKb: number }> {
  const server = new Child('fan-out/contestant.ts', [contestant], env);
  const clients = new Child('fan-out/subscribers.ts', [], {});
  try {
    const { url } = await server.next<Extract<Report, { kind: 'listening' }>>();
    await clients.next();
    const { id } = await running();
    const sizes: Extract<Report, { kind: 'memory' }>[] = [];
    for (const count of [200, MEMORY_SUBSCRIBERS]) {
      clients.process.send({ url, door, count, queries: [queryOf(null)], variables: { id } } satisfies Wish);
      await clients.next();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      server.process.send({ kind: 'memory' } satisfies Order);
      sizes.push(await server.next());
    }
    const [before, after] = sizes;
    const each = (key: 'rss' | 'heapUsed') =>
      round(((after?.[key] ?? 0) - (before?.[key] ?? 0)) / MEMORY_SUBSCRIBERS / 1024);
    return { rssKb: each('rss'), heapKb: each('heapUsed') };
  } finally {
    server.kill();
    clients.kill();
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

async function timed(it: Case): Promise<object> {
  const contest = await open(it);
  const times = new Map<Contestant, Told[]>(it.contestants.map((contestant) => [contestant, []]));
  for (let i = 0; i < it.rounds; i += 1) {
    for (const contestant of it.contestants) {
      const told = await contest.measured(contestant);
      times.get(contestant)?.push(told);
      process.stderr.write(`${contestant} ${round(told.ms)} ms\n`);
    }
  }
  contest.end();
  const ofOurs = median((times.get('ours') ?? []).map(({ ms }) => ms));
  return Object.fromEntries(
    [...times].map(([contestant, told]) => {
      const ms = told.map((each) => round(each.ms));
      return [
        contestant,
        {
          medianMs: median(ms),
          storedMs: told.map((each) => round(each.storedMs)),
          ms,
          oursIs: Math.round((ofOurs / median(ms)) * 100) / 100,
          bytesOfEach: Math.round((told[0]?.bytes ?? 0) / it.subscribers),
        },
      ];
    }),
  );
}

async function memory(): Promise<object> {
  return {
    websocket: {
      raw: await memoryOf('raw', 'websocket'),
      ours: await memoryOf('ours', 'websocket'),
      graphqlWs: await memoryOf('graphqlWs', 'websocket'),
    },
    'event-stream': {
      raw: await memoryOf('rawEventStream', 'event-stream'),
      ours: await memoryOf('ours', 'event-stream'),
    },
  };
}

function keep(name: string, result: object): void {
  const known = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as object) : {};
  writeFileSync(FILE, `${JSON.stringify({ ...known, [name]: { ...facts(), result } }, null, 2)}\n`);
  process.stdout.write(`${name} ${JSON.stringify(result, null, 2)}\n`);
}

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : [...Object.keys(CASES), 'memory'];
try {
  for (const name of names) {
    const it = CASES[name];
    keep(name, it ? await timed(it) : await memory());
  }
} finally {
  await database.stop();
  await simulator.stop();
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
