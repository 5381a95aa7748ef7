/** PostgreSQL: where it is, its schema, and the ports that stand on it. */
import type { BudgetOptions } from '../domain/upstream-budget.js';
import type { TroubleOptions } from '../domain/upstream-trouble.js';
import type { Logger } from '../lib/logger.js';
import { noTrouble } from '../lib/trouble.js';
import { createDatabase, createDatabaseTrouble } from '../store/database.js';
import { createExecutionStore } from '../store/execution-store.js';
import { createExecutionVersions } from '../store/execution-versions.js';
import { migrate } from '../store/migrate.js';
import { isNotifying } from '../store/notifications.js';
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

/** Two pools, so that writing large results never keeps a request waiting for a connection. */
export async function openStores(url: string, budget: BudgetOptions, log: Logger, onStop: OnStop) {
  await migrateFirst(url, log);
  const trouble = createDatabaseTrouble(log);
  const requests = createDatabase(url, log, { trouble });
  onStop(() => requests.stop());
  const work = createDatabase(url, log, { trouble });
  onStop(() => work.stop());
  return {
    trouble,
    dropConnections: () => [requests, work].forEach((database) => database.dropConnections()),
    store: createExecutionStore(requests.db),
    pollerStore: createExecutionStore(work.db),
    sealedTokens: createSealedTokenStore(work.db),
    budget: createUpstreamBudgetStore(requests.db, budget),
    pollerBudget: createUpstreamBudgetStore(work.db, budget),
    troubles: createUpstreamTroubleStore(work.db, TROUBLE),
    durations: createDurationStore(work.db),
    versions: createExecutionVersions(work.db),
    isNotifying: () => isNotifying(work.db),
  };
}

/** In a pool of its own: a node waits for the one that migrates, however long that takes. */
async function migrateFirst(url: string, log: Logger): Promise<void> {
  const database = createDatabase(url, log, { maxConnections: 2, lockTimeoutMs: 0, trouble: noTrouble });
  try {
    await migrate(database.db, log);
  } finally {
    await database.stop();
  }
}

export type Stores = Awaited<ReturnType<typeof openStores>>;
