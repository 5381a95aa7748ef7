/** What every node does every half minute, with as many credentials and kinds of queries as 100,000 tenants have. */
import { createDurationModels } from '../../dist/src/services/polling/duration-models.js';
import { silentLogger } from '../../dist/src/lib/logger.js';
import { createDatabase } from '../../dist/src/store/database.js';
import { createExecutionStore } from '../../dist/src/store/execution-store.js';
import { createDurationStore } from '../../dist/src/store/query-durations.js';
import { createSealedTokenStore } from '../../dist/src/store/sealed-tokens.js';
import { createUpstreamBudgetStore } from '../../dist/src/store/upstream-budget.js';
import { query } from '../lib/query.ts';
import { rounded } from '../lib/summary.ts';
import { bytesOf } from './store.ts';
import { cpuOfServer, type Server } from './server.ts';

export interface Chore {
  readonly what: string;
  readonly ms: number;
  readonly databaseCpuMs: number;
  readonly nodeCpuMs: number;
  /** Bytes of one row of its table. */
  readonly bytesEach?: number;
}

const TENANTS = 100_000;
/** Of one minute, at a fifth of what the budget admits. */
const CALLS_OF_EACH = 50;
const KINDS = 1_000;
const NODES = 8;

export async function choreCosts(server: Server): Promise<Chore[]> {
  const database = createDatabase(server.url, silentLogger, { maxConnections: NODES });
  const budget = createUpstreamBudgetStore(database.db, { limit: 250, windowMs: 61_000 });
  const durations = createDurationStore(database.db);
  const learned = learnedKinds();
  const chore = (what: string, run: () => Promise<unknown>) => timed(server, what, run);
  try {
    await fillTenants(server.url);
    await budget.sweep();
    const store = createExecutionStore(database.db);
    const found = [
      await chore('forget unused budgets', () => budget.sweep()),
      await chore('forget unneeded tokens', () => createSealedTokenStore(database.db).sweep()),
      await chore('which of 10,000 tokens are needed', () => store.neededCredentials(names(10_000))),
      await chore('forget old durations', () => durations.sweep()),
      await chore('tell 1,000 kinds of durations', () => durations.add(learned)),
      await chore(`tell them, ${NODES} nodes at once`, () =>
        Promise.all(Array.from({ length: NODES }, () => durations.add(learned))),
      ),
      await chore('read 1,000 kinds of durations', async () => {
        createDurationModels().load((await durations.changedSince(null)).known);
      }),
    ];
    const each = async (table: string) => Math.round((await bytesOf(server.url, table)) / TENANTS);
    const sizes: Record<string, number> = {
      'forget unused budgets': await each('upstream_budgets'),
      'forget old durations': await each('query_durations'),
    };
    return found.map((one) => ({ ...one, ...(sizes[one.what] && { bytesEach: sizes[one.what] }) }));
  } finally {
    await database.stop();
  }
}

const names = (count: number) => Array.from({ length: count }, (_, n) => `credential-of-tenant-${n}`);

async function fillTenants(url: string): Promise<void> {
  await query(url, 'TRUNCATE upstream_budgets, query_durations, credentials');
  await query(
    url,
    `INSERT INTO upstream_budgets (credential_id, polls)
     SELECT md5('a' || n) || md5('b' || n), array(SELECT now() - i * interval '1 second' FROM generate_series(1, $2::integer) AS i)
     FROM generate_series(1, $1::integer) AS n`,
    [TENANTS, CALLS_OF_EACH],
  );
  await query(
    url,
    `INSERT INTO query_durations (kind, weights)
     SELECT 'ORGANIZATION_QUERY 32d DAY OAUTH_CLIENT tenant-' || n, array(SELECT random()::real FROM generate_series(1, 416))
     FROM generate_series(1, $1::integer) AS n`,
    [TENANTS],
  );
  await query(
    url,
    `INSERT INTO credentials (id, key_id, sealed)
     SELECT md5('a' || n) || md5('b' || n), 'default', decode(repeat('07', 120), 'hex')
     FROM generate_series(1, $1::integer) AS n`,
    [TENANTS],
  );
  await query(url, 'VACUUM ANALYZE');
  // What the rows have left to be written is no chore.
  await query(url, 'CHECKPOINT');
}

/** As a node has them that has met so many tenants since it told the last time: kinds in common, and each tenant's own. */
function learnedKinds() {
  const models = createDurationModels();
  const kind = 'ORGANIZATION_QUERY 32d DAY OAUTH_CLIENT';
  for (let n = 0; n < KINDS - 2; n += 1)
    models.learn(['ORGANIZATION_QUERY', kind, `${kind} tenant-${n}`], { afterMs: 4_000, untilMs: 5_000 + n });
  return models.takeLearned();
}

async function timed(server: Server, what: string, run: () => Promise<unknown>): Promise<Chore> {
  const [cpu, own] = [cpuOfServer(server.pid), process.cpuUsage()];
  const begun = performance.now();
  await run();
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(own);
  const chore = {
    what,
    ms: rounded(ms),
    databaseCpuMs: rounded(cpuOfServer(server.pid) - cpu),
    nodeCpuMs: rounded((user + system) / 1_000),
  };
  process.stdout.write(`${JSON.stringify(chore)}\n`);
  return chore;
}
