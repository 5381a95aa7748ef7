/** Callers' own names for their starts: for 24 hours each stands for one request. */
import { sql } from 'kysely';

import { toUuid } from '../domain/execution-id.js';
import type { Idempotency, SharedStart, Sharing } from '../domain/ports/execution-store.js';
import type { Db } from './database.js';
import { type ExecutionRow, toExecution } from './mapping.js';
import { unexpired, visibleTo } from './sql.js';

/** Deleted in one go: a statement of some milliseconds. */
const KEYS_PER_BATCH = 1_000;
/** What the contract promises; a retry that comes later is a new start, whether the cleaner has been here or not. */
const KEPT = sql`interval '24 hours'`;

type BoundRow = { readonly bound_digest: string; readonly found: boolean } & ExecutionRow;

/** What the key stands for. Null when it is free, or when its execution has expired and the request is the same. */
export async function findBound(
  db: Db,
  { visibility }: Sharing,
  { key, subjectId, requestDigest }: Idempotency,
): Promise<SharedStart | null> {
  const { rows } = await sql<BoundRow>`
    SELECT executions.*, executions.id IS NOT NULL AS found, bound.request_digest AS bound_digest
    FROM idempotency_keys AS bound
    LEFT JOIN executions ON executions.id = bound.execution_id AND ${visibleTo(visibility)} AND ${unexpired}
    WHERE bound.organization_id = ${visibility.organizationId} AND bound.scope = ${visibility.scope}
      AND bound.subject_id = ${subjectId} AND bound.key = ${key}
      AND bound.created_at > statement_timestamp() - ${KEPT}`.execute(db);
  const [bound] = rows;
  if (!bound) return null;
  if (bound.bound_digest !== requestDigest) return { source: 'KEY_TAKEN' };
  if (!bound.found) return null;
  return { source: bound.finished_at ? 'REUSED' : 'JOINED', execution: toExecution(bound) };
}

/** Binds a key that is free, or takes it from what it stood for before. */
export async function bind(
  db: Db,
  { visibility }: Sharing,
  { key, subjectId, requestDigest }: Idempotency,
  executionId: string,
): Promise<void> {
  await sql`
    INSERT INTO idempotency_keys (organization_id, scope, subject_id, key, request_digest, execution_id)
    VALUES (${visibility.organizationId}, ${visibility.scope}, ${subjectId}, ${key}, ${requestDigest},
      ${toUuid(executionId)})
    ON CONFLICT (organization_id, scope, subject_id, key) DO UPDATE SET
      request_digest = EXCLUDED.request_digest, execution_id = EXCLUDED.execution_id,
      created_at = EXCLUDED.created_at`.execute(db);
}

/** True when there is more. */
export async function deleteOldKeys(db: Db): Promise<boolean> {
  const result = await sql`
    DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM idempotency_keys WHERE created_at <= now() - ${KEPT}
      ORDER BY created_at LIMIT ${KEYS_PER_BATCH} FOR UPDATE SKIP LOCKED
    ))`.execute(db);
  return Number(result.numAffectedRows) === KEYS_PER_BATCH;
}
