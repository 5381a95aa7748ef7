/** The real store on a database of its own, and the smallest things to put into it. */
import pg from 'pg';

import type { Caller, Visibility } from '../../src/domain/caller.js';
import type { ExecutionError, Outcome, UsageRow } from '../../src/domain/execution.js';
import { USAGE_OPERATIONS } from '../../src/domain/operation.js';
import type { Claim, ExecutionStore, NewExecution } from '../../src/domain/ports/execution-store.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createDatabase, type Database } from '../../src/store/database.js';
import { createExecutionStore } from '../../src/store/execution-store.js';
import { migrate } from '../../src/store/migrate.js';
import { createTestDatabase } from './database.js';
import { usageRequest } from './usage-requests.js';

export interface TestStore {
  readonly url: string;
  readonly database: Database;
  readonly store: ExecutionStore;
  /** A look inside, or a change that no statement of the store makes. */
  query<T extends object>(text: string, values?: readonly unknown[]): Promise<T[]>;
  /** The same database over another pool, as another node has it. */
  anotherNode(maxConnections?: number): ExecutionStore;
  /** Forgets every execution. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export async function createTestStore(): Promise<TestStore> {
  const testDatabase = await createTestDatabase();
  const { url } = testDatabase;
  const database = createDatabase(url, silentLogger);
  await migrate(database.db, silentLogger);
  const inside = new pg.Pool({ connectionString: url, max: 2 });
  inside.on('error', () => {});
  const others: Database[] = [];
  const query: TestStore['query'] = async <T extends object>(text: string, values: readonly unknown[] = []) =>
    (await inside.query<T>(text, [...values])).rows;
  return {
    url,
    database,
    store: createExecutionStore(database.db),
    query,
    anotherNode(maxConnections = 3) {
      const other = createDatabase(url, silentLogger, { maxConnections });
      others.push(other);
      return createExecutionStore(other.db);
    },
    clear: async () =>
      void (await query('TRUNCATE executions, usage_rows, credentials, idempotency_keys CASCADE')),
    async stop() {
      await Promise.all([database, ...others].map((each) => each.stop()));
      await inside.end();
      await testDatabase.drop();
    },
  };
}

export const LEASE_MS = 60_000;
export const TTL_MS = 3_600_000;
export const NODE = 'node-1';

/** Sees everything of the tenant to which `intent` gives its executions. */
export const EVERYTHING: Visibility = {
  organizationId: 'org-1',
  scope: 'tenant',
  operations: USAGE_OPERATIONS,
};

export const CALLER: Caller = {
  organization: { id: 'org-1', name: 'One' },
  subject: { id: 'user-1', name: 'Ann', kind: 'USER' },
  client: { id: 'client-1', name: 'App' },
  permissions: ['oauth:client:view', 'usage:*'],
  token: 'token-1',
};

export function intent(changes: Partial<NewExecution> = {}): NewExecution {
  const operation = changes.operation ?? 'ORGANIZATION_QUERY';
  return {
    operation,
    request: usageRequest(operation),
    owner: { organizationId: 'org-1', scope: 'tenant', subjectId: 'user-1' },
    credentialId: 'credential-1',
    sealedCredential: null,
    deadlineMs: 3_600_000,
    requestKey: 'request-1',
    ...changes,
  };
}

/** An execution that upstream works on, as `NODE` has just submitted it. */
export async function runningClaim(
  store: ExecutionStore,
  changes: Partial<NewExecution> = {},
  nextPollInMs = LEASE_MS,
): Promise<Claim> {
  const claim = await store.create(intent(changes), NODE, LEASE_MS);
  const execution = await store.recordSubmitted(claim, 'upstream-1', nextPollInMs);
  if (!execution) throw new Error('the new execution could not be submitted');
  return { ...claim, execution };
}

/** The same, claimed for its next poll. */
export async function claimedAgain(store: ExecutionStore): Promise<Claim> {
  await runningClaim(store, {}, 0);
  for (;;) {
    // Instants are kept to the millisecond, and may lie that much ahead.
    const [claim] = await store.claimDue(NODE, 1, LEASE_MS);
    if (claim) return claim;
  }
}

/** The same claim as a node had it before another one claimed the execution. */
export function stale(claim: Claim): Claim {
  return { ...claim, fence: claim.fence - 1 };
}

export const SUCCEEDED = {
  status: 'SUCCEEDED',
  asOf: new Date('2026-03-15T00:00:00Z'),
  truncated: false,
} as const satisfies Outcome;

export const UPSTREAM_FAILED: ExecutionError = {
  code: 'UPSTREAM_FAILED',
  message: 'It failed.',
  retryable: true,
  retryAfter: null,
  upstreamStatus: 200,
  correlationId: 'correlation-1',
};

export const FAILED = {
  status: 'FAILED',
  error: UPSTREAM_FAILED,
  upstreamMayStillRun: false,
} as const satisfies Outcome;

export function usageRow(changes: Partial<UsageRow> = {}): UsageRow {
  return {
    date: '2026-03-01',
    oauthClientId: 'client-1',
    oauthClientName: 'App',
    organizationId: null,
    userId: null,
    userName: null,
    platform: null,
    httpMethod: 'GET',
    templateUri: '/api/v2/users',
    requests: 1,
    status200: null,
    status300: null,
    status400: null,
    status429: null,
    status500: null,
    ...changes,
  };
}

/** Rows that can be told apart by their count of requests: `from`, `from + 1`, and so on. */
export function numberedRows(count: number, from = 1): UsageRow[] {
  return Array.from({ length: count }, (_, i) => usageRow({ requests: from + i }));
}
