/** The store at several sizes: each case at each size in turn, many times, in rounds. */
import { rm } from 'node:fs/promises';

import type { ExecutionStore } from '../../dist/src/domain/ports/execution-store.js';
import { silentLogger } from '../../dist/src/lib/logger.js';
import { createDatabase, type Database } from '../../dist/src/store/database.js';
import { startEmbeddedPostgres } from '../../dist/src/store/embedded/embedded-postgres.js';
import { createExecutionStore } from '../../dist/src/store/execution-store.js';
import { migrate } from '../../dist/src/store/migrate.js';
import { makeDataDir } from '../lib/data-dir.ts';
import { query } from '../lib/query.ts';
import { median, quantile, rounded } from '../lib/summary.ts';
import { CLIENT, fill, type Size, TENANT } from './fill.ts';

const SIZES = {
  'stored 100': { stored: 100, outstanding: 100, results: 10 },
  'stored 10,000': { stored: 10_000, outstanding: 100, results: 100 },
  'stored 1,000,000': { stored: 1_000_000, outstanding: 100, results: 500 },
  'outstanding 100': { stored: 10_000, outstanding: 100, results: 10 },
  'outstanding 1,000': { stored: 10_000, outstanding: 1_000, results: 10 },
  'outstanding 10,000': { stored: 10_000, outstanding: 10_000, results: 10 },
} as const satisfies Record<string, Size>;
type SizeName = keyof typeof SIZES;
const NAMES = Object.keys(SIZES) as SizeName[];

const ROUNDS = 9;
const RUNS = 20;

export interface Cost {
  readonly what: string;
  /** Median of the rounds' lower quartiles: whoever else uses the machine only ever makes a call slower. */
  readonly ms: Readonly<Partial<Record<SizeName, number>>>;
  /** Of the largest to the smallest, the median of the ratios within a round. */
  readonly ratio: { readonly stored: number; readonly outstanding: number };
}

interface Sized {
  readonly name: SizeName;
  readonly database: Database;
  readonly store: ExecutionStore;
  /** One with rows. */
  readonly id: string;
  /** In the middle of the tenant's list. */
  readonly middle: { readonly id: string; readonly createdAt: Date };
}

const NODE = 'bench';
const LEASE_MS = 60_000;
/** As many as the smallest size has of each kind, so that pages are equally long. */
const page = (first: number, after: Sized['middle'] | null = null) => ({ first, after });

const CASES: Readonly<Record<string, (sized: Sized) => Promise<unknown>>> = {
  'a poll: claim and write': async ({ store }) => {
    const [claim] = await store.claimDue(NODE, 1, LEASE_MS);
    if (!claim) throw new Error('nothing is due');
    await store.recordAttempt(claim, { polled: true, nextPollInMs: 0 });
  },
  'look for the next poll': ({ store }) => store.msUntilNextDue(NODE),
  'one execution': async ({ store, id }) => store.get(id, TENANT),
  'page of 1,000 rows': ({ store, id }) => store.rows(id, 0, 1_000),
  'page of 50 rows, further on': ({ store, id }) => store.rows(id, 900, 50),
  'list: newest 20': ({ store }) => store.list(TENANT, {}, page(20)),
  'list: 20 from the middle': ({ store, middle }) => store.list(TENANT, {}, page(20, middle)),
  'list: failed': ({ store }) => store.list(TENANT, { statuses: ['FAILED'] }, page(1)),
  'list: running, of which none are': ({ store }) =>
    store.list({ ...TENANT, organizationId: 'org-0', scope: 'tenant' }, { statuses: ['QUEUED'] }, page(20)),
  'list: one operation': ({ store }) => store.list(TENANT, { operations: ['SIMPLE_SEARCH'] }, page(5)),
  'list: one OAuth client': ({ store }) => store.list(TENANT, { clientId: CLIENT }, page(10)),
  'list: an unknown OAuth client': ({ store }) => store.list(TENANT, { clientId: 'nobody' }, page(10)),
  'list: one person': ({ store }) => store.list(TENANT, { subjectId: 'user-1' }, page(2)),
  'count: all': ({ store }) => store.count(TENANT, {}),
  'count: failed': ({ store }) => store.count(TENANT, { statuses: ['FAILED'] }),
  'count: one person': ({ store }) => store.count(TENANT, { subjectId: 'user-1' }),
};

export async function compareSizes(): Promise<Cost[]> {
  const dataDir = await makeDataDir();
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLogger });
  const sizes: Sized[] = [];
  try {
    for (const name of NAMES) sizes.push(await openSize(postgres.url, name));
    const found: Cost[] = [];
    for (const what of Object.keys(CASES)) found.push(await measure(what, sizes));
    return found;
  } finally {
    for (const { database } of sizes) await database.stop();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function openSize(serverUrl: string, name: SizeName): Promise<Sized> {
  const databaseName = name.replaceAll(/\W/g, '_');
  await query(serverUrl, `CREATE DATABASE ${databaseName}`);
  const url = new URL(serverUrl);
  url.pathname = `/${databaseName}`;
  const database = createDatabase(url.href, silentLogger, { maxConnections: 2 });
  await migrate(database.db, silentLogger);
  process.stdout.write(`filling: ${name}\n`);
  await fill(url.href, SIZES[name]);
  const { rows } = await query<{ id: string }>(url.href, 'SELECT execution_id AS id FROM usage_rows LIMIT 1');
  const { rows: middles } = await query<{ id: string; created_at: Date }>(
    url.href,
    `SELECT id, created_at FROM executions WHERE organization_id = 'org-0' AND finished_at IS NOT NULL
     ORDER BY created_at DESC OFFSET (SELECT count(*) / 2 FROM executions WHERE organization_id = 'org-0') LIMIT 1`,
  );
  const publicId = (uuid = '') => `exe_${uuid.replaceAll('-', '')}`;
  const [middle] = middles;
  if (!middle) throw new Error('the tenant has none');
  return {
    name,
    database,
    store: createExecutionStore(database.db),
    id: publicId(rows[0]?.id),
    middle: { id: publicId(middle.id), createdAt: middle.created_at },
  };
}

async function measure(what: string, sizes: readonly Sized[]): Promise<Cost> {
  const run = CASES[what] ?? (() => Promise.resolve());
  const rounds: Record<string, number>[] = [];
  // The first one warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const times = new Map<string, number[]>(sizes.map(({ name }) => [name, []]));
    for (let i = 0; i < RUNS; i += 1) {
      for (const sized of sizes) {
        const begun = performance.now();
        await run(sized);
        times.get(sized.name)?.push(performance.now() - begun);
      }
    }
    if (round > 0)
      rounds.push(Object.fromEntries([...times].map(([name, all]) => [name, quantile(all, 0.25)])));
  }
  const of = (name: SizeName) => rounds.map((round) => round[name] ?? NaN);
  const ratio = (large: SizeName, small: SizeName) =>
    rounded(median(of(large).map((value, i) => value / (of(small)[i] ?? NaN))));
  return {
    what,
    ms: Object.fromEntries(sizes.map(({ name }) => [name, rounded(median(of(name)))])),
    ratio: {
      stored: ratio('stored 1,000,000', 'stored 100'),
      outstanding: ratio('outstanding 10,000', 'outstanding 100'),
    },
  };
}
