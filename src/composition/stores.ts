/** PostgreSQL: where it is, its schema, and the ports that stand on it. */
import type { BudgetOptions } from '../domain/upstream-budget.js';
import type { TroubleOptions } from '../domain/upstream-trouble.js';
import type { Logger } from '../lib/logger.js';
import { noTrouble } from '../lib/trouble.js';
import { createDatabase, createDatabaseTrouble } from '../store/database.js';
import { createExecutionStore } from '../store/execution-store.js';
import { createExecutionVersions } from '../store/execution-versions.js';
import { migrate } from '../store/migrate.js';
import { createStoreFigures } from '../store/store-figures.js';
import { createStoreHealth } from '../store/store-health.js';
import { isNotifying } from '../store/notifications.js';
import { createProgressNotices } from '../store/progress-notices.js';
import { createSealedTokenStore } from '../store/sealed-tokens.js';
import { createUpstreamBudgetStore } from '../store/upstream-budget.js';
import { createDurationStore } from '../store/query-durations.js';
import { createUpstreamTroubleStore } from '../store/upstream-troubles.js';
import type { OnStop } from './on-stop.js';

/**
 * Five in a row do not happen by chance where every third call fails; half a minute finds out soon enough that a host
 * is back, and asks one that is down for a day 3,000 times in all.
 */
const TROUBLE: TroubleOptions = { afterFailures: 5, firstPauseMs: 1_000, longestPauseMs: 30_000 };

/** Longer than a probe waits, so that a slow answer counts for the next one; short enough that none is in its way. */
const PROBE_TIMEOUT_MS = 2_000;

/** Two pools, so that writing large results never keeps a request waiting for a connection. */
export async function openStores(url: string, budget: BudgetOptions, log: Logger, onStop: OnStop) {
  await migrateFirst(url, log);
  const trouble = createDatabaseTrouble(log);
  const requests = createDatabase(url, log, { trouble });
  onStop(() => requests.stop());
  const work = createDatabase(url, log, { trouble });
  onStop(() => work.stop());
  // Told by the others already; and one connection alone, so that probes do not pile up.
  const probes = createDatabase(url, log, {
    maxConnections: 1,
    statementTimeoutMs: PROBE_TIMEOUT_MS,
    trouble: noTrouble,
  });
  onStop(() => probes.stop());
  const progress = createProgressNotices(work.db, log);
  onStop(() => progress.stop());
  return {
    trouble,
    health: createStoreHealth(probes.db),
    dropConnections: () => [requests, work, probes].forEach((database) => database.dropConnections()),
    pools: () => ({ requests: requests.connections, work: work.connections }),
    figures: createStoreFigures(requests.db, budget),
    store: createExecutionStore(requests.db),
    pollerStore: createExecutionStore(work.db),
    sealedTokens: createSealedTokenStore(work.db),
    budget: createUpstreamBudgetStore(requests.db, budget),
    pollerBudget: createUpstreamBudgetStore(work.db, budget),
    troubles: createUpstreamTroubleStore(work.db, TROUBLE),
    durations: createDurationStore(work.db),
    versions: createExecutionVersions(work.db),
    isNotifying: () => isNotifying(work.db),
    progress,
  };
}

/**
 * In a pool of its own: a node waits for the one that migrates, and a large table is migrated, however long that takes. A
 * link that is dead is found out by the system.
 */
async function migrateFirst(url: string, log: Logger): Promise<void> {
  const database = createDatabase(url, log, {
    maxConnections: 2,
    lockTimeoutMs: 0,
    statementTimeoutMs: 0,
    trouble: noTrouble,
  });
  try {
    await migrate(database.db, log);
  } finally {
    await database.stop();
  }
}

export type Stores = Awaited<ReturnType<typeof openStores>>;
