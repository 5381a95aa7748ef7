/** Reads of executions. All but `getMany` take a visibility: a foreign execution is as absent as an unknown one. */
import { sql } from 'kysely';

import type { Visibility } from '../domain/caller.js';
import type { Execution } from '../domain/execution.js';
import type { FinishedMark } from '../domain/ports/execution-store.js';
import { toPublicId, toUuid } from '../domain/execution-id.js';
import type { Db } from './database.js';
import { type ExecutionRow, toExecution } from './mapping.js';
import { unexpired, visibleTo } from './sql.js';

export async function get(db: Db, id: string, visibility: Visibility): Promise<Execution | null> {
  const { rows } = await sql<ExecutionRow>`
    SELECT * FROM executions
    WHERE id = ${toUuid(id)} AND ${visibleTo(visibility)} AND ${unexpired}`.execute(db);
  return rows[0] ? toExecution(rows[0]) : null;
}

export async function getMany(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, Execution>> {
  const uuids = ids.map(toUuid).filter((uuid) => uuid !== null);
  const { rows } = await sql<ExecutionRow>`
    SELECT * FROM executions WHERE id = ANY(${uuids}::uuid[]) AND ${unexpired}`.execute(db);
  return new Map(rows.map(toExecution).map((execution) => [execution.id, execution]));
}

export async function finishedSince(db: Db, visibility: Visibility, since: Date): Promise<FinishedMark[]> {
  const { rows } = await sql<{ id: string; finished_at: Date }>`
    SELECT id, finished_at FROM executions
    WHERE ${visibleTo(visibility)} AND finished_at >= ${since} AND ${unexpired}
    ORDER BY finished_at, id`.execute(db);
  return rows.map((row) => ({ id: toPublicId(row.id), finishedAt: row.finished_at }));
}

export async function now(db: Db): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`SELECT now()`.execute(db);
  return rows[0]!.now;
}

export async function neededCredentials(db: Db, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ credential_id: string }>`
    SELECT DISTINCT credential_id FROM executions
    WHERE credential_id = ANY(${[...ids]}::text[]) AND finished_at IS NULL AND NOT credential_refused`.execute(
    db,
  );
  return rows.map((row) => row.credential_id);
}
