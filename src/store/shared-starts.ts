/**
 * One execution for identical starts. Exact because of the order: whoever wants to create one takes the lock of its
 * request first and looks then, in a statement of its own, which under READ COMMITTED sees what the holder before has
 * committed. Looking without the lock is only quicker: what it finds is there, what it misses is looked for again.
 *
 * Rejected: a unique index over open executions (a forced start must run beside an identical one, and a reused result
 * is not open), SERIALIZABLE (a thousand at once would mostly retry).
 */
import { sql } from 'kysely';

import type { NewExecution, SharedStart, Sharing, StoredStart } from '../domain/ports/execution-store.js';
import type { Db } from './database.js';
import { insertExecution } from './execution-writes.js';
import { bind, findBound } from './idempotency-keys.js';
import { type ExecutionRow, toExecution } from './mapping.js';
import { visibleTo } from './sql.js';

/**
 * A result that expires sooner is not given out anew: the caller has to have the time to page through it. The
 * shortest life of a result is an hour, so most of it is left for reuse.
 */
const EXPIRY_MARGIN = sql`interval '10 minutes'`;

export async function findShared(db: Db, sharing: Sharing): Promise<SharedStart | null> {
  return sharing.idempotency ? findBound(db, sharing, sharing.idempotency) : findIdentical(db, sharing);
}

export async function createUnlessShared(
  db: Db,
  intent: NewExecution,
  sharing: Sharing,
  node: string,
  leaseMs: number,
): Promise<StoredStart> {
  const { idempotency } = sharing;
  const transaction = db.transaction().setIsolationLevel('read committed');
  return transaction.execute(async (tx) => {
    // Always the key before the request: nobody who holds a request's lock waits for another one.
    if (idempotency) {
      const { organizationId, scope } = sharing.visibility;
      await lock(tx, ['key', organizationId, scope, idempotency.subjectId, idempotency.key]);
      const bound = await findBound(tx, sharing, idempotency);
      if (bound) return bound;
    }
    const started = await startUnlessIdentical(tx, intent, sharing, node, leaseMs);
    if (idempotency && started.source !== 'KEY_TAKEN') {
      const { id } = started.source === 'FRESH' ? started.claim.execution : started.execution;
      await bind(tx, sharing, idempotency, id);
    }
    return started;
  });
}

async function startUnlessIdentical(
  tx: Db,
  intent: NewExecution,
  sharing: Sharing,
  node: string,
  leaseMs: number,
): Promise<StoredStart> {
  const seen = await findIdentical(tx, sharing);
  if (seen) return seen;
  if (sharing.maxAgeSeconds !== 0) {
    await lock(tx, ['request', sharing.requestKey]);
    const identical = await findIdentical(tx, sharing);
    if (identical) return identical;
  }
  return { source: 'FRESH', claim: await insertExecution(tx, intent, node, leaseMs) };
}

/** Until the transaction ends. Different names with the same hash only wait for each other. */
async function lock(tx: Db, name: readonly string[]): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${JSON.stringify(name)}, 0))`.execute(tx);
}

/**
 * A finished one before one that runs, which brings the same rows later; of those the one that has run for the
 * longest. Not joined is what is past its deadline. One that waits for a token is: whoever joins it lends his.
 */
async function findIdentical(db: Db, sharing: Sharing): Promise<SharedStart | null> {
  const { requestKey, visibility, maxAgeSeconds } = sharing;
  if (maxAgeSeconds === 0) return null;
  const youngEnough =
    maxAgeSeconds === null
      ? sql``
      : sql`AND finished_at >= statement_timestamp() - make_interval(secs => ${maxAgeSeconds})`;
  const { rows } = await sql<ExecutionRow>`
    SELECT * FROM executions
    WHERE request_key = ${requestKey} AND ${visibleTo(visibility)}
      AND status IN ('QUEUED', 'RUNNING', 'SUCCEEDED')
      AND CASE WHEN status = 'SUCCEEDED'
        THEN expires_at > statement_timestamp() + ${EXPIRY_MARGIN} ${youngEnough}
        ELSE deadline_at > statement_timestamp() END
    ORDER BY finished_at DESC NULLS LAST, created_at LIMIT 1`.execute(db);
  const [row] = rows;
  return row ? { source: row.finished_at ? 'REUSED' : 'JOINED', execution: toExecution(row) } : null;
}
