/** Reads of executions. All but `getMany` take a visibility: a foreign execution is as absent as an unknown one. */
import { type RawBuilder, sql } from 'kysely';

import type { Visibility } from '../domain/caller.js';
import type { Execution } from '../domain/execution.js';
import type { ExecutionFilter } from '../domain/execution-filter.js';
import type { FinishedMark, ListPage, PageOf } from '../domain/ports.js';
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

export async function list(
  db: Db,
  visibility: Visibility,
  filter: ExecutionFilter,
  { first, after }: ListPage,
): Promise<PageOf<Execution>> {
  const uuid = after ? toUuid(after.id) : null;
  const behind = after ? sql`AND (created_at, id) < (${after.createdAt}, ${uuid}::uuid)` : sql``;
  const { rows } = await sql<ExecutionRow>`
    SELECT * FROM executions WHERE ${matching(visibility, filter)} ${behind}
    ORDER BY created_at DESC, id DESC LIMIT ${first + 1}`.execute(db);
  return { items: rows.slice(0, first).map(toExecution), hasNextPage: rows.length > first };
}

export async function count(db: Db, visibility: Visibility, filter: ExecutionFilter): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) FROM executions WHERE ${matching(visibility, filter)}`.execute(db);
  return rows[0]?.count ?? 0;
}

function matching(visibility: Visibility, filter: ExecutionFilter): RawBuilder<unknown> {
  const conditions = [visibleTo(visibility), unexpired];
  if (filter.statuses) conditions.push(sql`status = ANY(${[...filter.statuses]}::text[])`);
  if (filter.operations) conditions.push(sql`operation = ANY(${[...filter.operations]}::text[])`);
  if (filter.clientId !== undefined) conditions.push(sql`request->>'clientId' = ${filter.clientId}`);
  if (filter.createdFrom) conditions.push(sql`created_at >= ${filter.createdFrom}`);
  if (filter.createdTo) conditions.push(sql`created_at < ${filter.createdTo}`);
  if (filter.subjectId !== undefined) conditions.push(sql`subject_id = ${filter.subjectId}`);
  return sql.join(conditions, sql` AND `);
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
