/**
 * Executions that wait for a token. Invariant: nobody asks upstream for one of them, nor claims it before its deadline,
 * until a token is lent to it; and the token that upstream has refused is not lent again until it was looked up anew.
 */
import { sql } from 'kysely';

import type { Visibility } from '../domain/caller.js';
import type { Execution, ExecutionError } from '../domain/execution.js';
import { toPublicId, toUuid } from '../domain/execution-id.js';
import type { CredentialLack, HeldCredential } from '../domain/ports/credentials.js';
import type { Claim } from '../domain/ports/execution-store.js';
import type { Db } from './database.js';
import { errorColumns } from './execution-writes.js';
import { type ExecutionRow, toExecution } from './mapping.js';
import { keepSealed } from './sealed-tokens.js';
import { visibleTo } from './sql.js';

/** A visit lends its token to at most so many; the next one goes on. */
const MOST_AT_ONCE = 1_000;

/** For so long a caller's token may be believed without being looked up: one that comes later is accepted again. */
const BELIEVED = sql`interval '60 seconds'`;

/**
 * The first token that is lent is tried at once. After further refusals in a row ever later, up to a minute: however
 * many bad tokens come by, upstream meets few of them.
 */
const TRIED_AT = sql`statement_timestamp() + make_interval(secs =>
  CASE WHEN failure_count > 1 THEN LEAST(60, power(2, LEAST(failure_count, 7) - 1)) ELSE 0 END)`;

/** In no node's hand, open, and not past its deadline. A node of an earlier version ends one without saying that it waits no more. */
const WAITING = sql`awaiting_credentials_since IS NOT NULL AND lease_owner IS NULL AND finished_at IS NULL
  AND deadline_at > statement_timestamp()`;

/** A token that another node has in its memory stays that node's, in case it comes back (`reclaimHeld`). */
export async function awaitCredentials(
  db: Db,
  claim: Claim,
  failure: ExecutionError,
  lack: CredentialLack,
): Promise<Execution | null> {
  const isRefused = lack === 'REFUSED';
  const { rows } = await sql<ExecutionRow>`
    UPDATE executions SET version = version + 1, failure_count = failure_count + 1, ${errorColumns(failure)},
      next_poll_at = NULL, due_at = deadline_at, lease_owner = NULL, put_off = false, put_off_reason = NULL,
      awaiting_credentials_since = statement_timestamp(), credential_refused = ${isRefused},
      held_by = CASE WHEN ${isRefused} OR held_by = lease_owner THEN NULL ELSE held_by END
    WHERE id = ${toUuid(claim.execution.id)} AND fence = ${claim.fence} AND finished_at IS NULL
    RETURNING *`.execute(db);
  return rows[0] ? toExecution(rows[0]) : null;
}

export async function awaitingCredentials(
  db: Db,
  visibility: Visibility,
  subjectId: string,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM executions
    WHERE ${WAITING} AND ${visibleTo(visibility)} AND subject_id = ${subjectId}
    LIMIT ${MOST_AT_ONCE}`.execute(db);
  return rows.map(({ id }) => toPublicId(id));
}

export async function lendCredential(
  db: Db,
  ids: readonly string[],
  visibility: Visibility,
  { credentialId, sealed, onlyHere }: HeldCredential,
  node: string,
): Promise<string[]> {
  const uuids = ids.map(toUuid).filter((uuid) => uuid !== null);
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ id: string }>`
      SELECT id FROM executions
      WHERE id = ANY(${uuids}::uuid[]) AND ${WAITING} AND ${visibleTo(visibility)}
        AND (NOT credential_refused OR credential_id <> ${credentialId}
          OR awaiting_credentials_since <= statement_timestamp() - ${BELIEVED})
      ORDER BY id FOR UPDATE`.execute(tx);
    if (rows.length === 0) return [];
    if (sealed) await keepSealed(tx, credentialId, sealed);
    await sql`
      UPDATE executions SET version = version + 1, credential_id = ${credentialId},
        held_by = ${onlyHere ? node : null}::text, awaiting_credentials_since = NULL, credential_refused = false,
        ${errorColumns(null)}, due_at = LEAST(${TRIED_AT}, deadline_at), next_poll_at = LEAST(${TRIED_AT}, deadline_at)
      WHERE id = ANY(${rows.map(({ id }) => id)}::uuid[])`.execute(tx);
    return rows.map(({ id }) => toPublicId(id));
  });
}

/**
 * A key that was taken away too early is there again. Not before a minute has passed: while nodes are restarted one after
 * the other, one without the key may claim it again.
 */
export async function reclaimSealed(db: Db, keyIds: readonly string[]): Promise<number> {
  const result = await sql`
    UPDATE executions SET version = version + 1, awaiting_credentials_since = NULL, ${errorColumns(null)},
      due_at = statement_timestamp(), next_poll_at = statement_timestamp()
    WHERE id = ANY(ARRAY(
      SELECT executions.id FROM executions JOIN credentials ON credentials.id = credential_id
      WHERE ${WAITING} AND NOT credential_refused AND key_id = ANY(${[...keyIds]}::text[])
        AND awaiting_credentials_since <= statement_timestamp() - ${BELIEVED}
      FOR UPDATE OF executions SKIP LOCKED
    ))`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

/** A node that was away for longer than a lease, and is taken for dead, has its tokens still. */
export async function reclaimHeld(db: Db, node: string): Promise<number> {
  const result = await sql`
    UPDATE executions SET version = version + 1, awaiting_credentials_since = NULL, ${errorColumns(null)},
      due_at = statement_timestamp(), next_poll_at = statement_timestamp()
    WHERE id = ANY(ARRAY(
      SELECT id FROM executions WHERE ${WAITING} AND held_by = ${node} AND NOT credential_refused
      FOR UPDATE SKIP LOCKED
    ))`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
