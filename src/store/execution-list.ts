/**
 * Lists of executions, and how many are on them. Invariant: what a page costs does not depend on how many executions a
 * tenant has, nor on how rare those are that the filter lets through. So a filtered list is put together from the fronts
 * of as many ranges of an index as there are operations and statuses that are wanted, 36 at most.
 *
 * Rejected: one scan of all executions, newest first, that leaves out what does not fit (10,000 are passed over for
 * a page of rare ones), `status = ANY` on an index that begins with it (it gives no order: all of them are sorted).
 */
import { type RawBuilder, sql } from 'kysely';

import type { Visibility } from '../domain/caller.js';
import { EXECUTION_STATUSES, type Execution } from '../domain/execution.js';
import type { ExecutionFilter } from '../domain/execution-filter.js';
import { toUuid } from '../domain/execution-id.js';
import { USAGE_OPERATIONS } from '../domain/operation.js';
import type { ListPage, PageOf } from '../domain/ports/execution-store.js';
import type { Db } from './database.js';
import { type ExecutionRow, toExecution } from './mapping.js';
import { unexpired, visibleTo } from './sql.js';

const NEWEST_FIRST = sql`created_at DESC, id DESC`;

export async function list(
  db: Db,
  visibility: Visibility,
  filter: ExecutionFilter,
  { first, after }: ListPage,
): Promise<PageOf<Execution>> {
  const behind = after
    ? [sql<boolean>`(created_at, id) < (${after.createdAt}, ${toUuid(after.id)}::uuid)`]
    : [];
  const found = restricts(visibility, filter)
    ? sql`SELECT * FROM executions WHERE id = ANY(ARRAY(
        SELECT id FROM (${fronts(visibility, filter, behind, first + 1)}) AS found
        ORDER BY ${NEWEST_FIRST} LIMIT ${first + 1}))`
    : sql`SELECT * FROM executions WHERE ${all([visibleTo(visibility), unexpired, ...inTime(filter), ...behind])}`;
  const { rows } = await sql<ExecutionRow>`
    ${found} ORDER BY ${NEWEST_FIRST} LIMIT ${first + 1}`.execute(db);
  return { items: rows.slice(0, first).map(toExecution), hasNextPage: rows.length > first };
}

/** Takes longer the more there are: 0.3 ms for a thousand. */
export async function count(db: Db, visibility: Visibility, filter: ExecutionFilter): Promise<number> {
  const conditions = [visibleTo(visibility), unexpired, ...inTime(filter), ...ofKind(filter)];
  if (filter.statuses) conditions.push(sql`status = ANY(${[...filter.statuses]}::text[])`);
  if (filter.operations) conditions.push(sql`operation = ANY(${[...filter.operations]}::text[])`);
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) FROM executions WHERE ${all(conditions)}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Whether there may be executions of the tenant that are not on the list, whenever they were created. */
function restricts({ operations }: Visibility, filter: ExecutionFilter): boolean {
  return (
    operations.length < USAGE_OPERATIONS.length ||
    filter.operations !== undefined ||
    filter.statuses !== undefined ||
    filter.clientId !== undefined ||
    filter.subjectId !== undefined
  );
}

/** The newest `most` of each operation and status, as `created_at` and `id`. */
function fronts(
  { organizationId, scope, operations }: Visibility,
  filter: ExecutionFilter,
  conditions: readonly RawBuilder<boolean>[],
  most: number,
): RawBuilder<unknown> {
  const wanted = operations.filter((operation) => filter.operations?.includes(operation) ?? true);
  // Each once, however often the filter names it.
  const statuses = EXECUTION_STATUSES.filter((status) => filter.statuses?.includes(status) ?? true);
  const matching = [
    sql<boolean>`organization_id = ${organizationId} AND scope = ${scope}`,
    sql<boolean>`operation = wanted_operation AND status = wanted_status`,
    unexpired,
    ...inTime(filter),
    ...ofKind(filter),
    ...conditions,
  ];
  return sql`
    SELECT created_at, id
    FROM unnest(${wanted}::text[]) AS wanted_operation
    CROSS JOIN unnest(${statuses}::text[]) AS wanted_status
    CROSS JOIN LATERAL (
      SELECT created_at, id FROM executions WHERE ${all(matching)} ORDER BY ${NEWEST_FIRST} LIMIT ${most}
    ) AS front`;
}

function inTime({ createdFrom, createdTo }: ExecutionFilter): RawBuilder<boolean>[] {
  return [
    ...(createdFrom ? [sql<boolean>`created_at >= ${createdFrom}`] : []),
    ...(createdTo ? [sql<boolean>`created_at < ${createdTo}`] : []),
  ];
}

function ofKind({ clientId, subjectId }: ExecutionFilter): RawBuilder<boolean>[] {
  return [
    ...(clientId === undefined ? [] : [sql<boolean>`request->>'clientId' = ${clientId}`]),
    ...(subjectId === undefined ? [] : [sql<boolean>`subject_id = ${subjectId}`]),
  ];
}

function all(conditions: readonly RawBuilder<boolean>[]): RawBuilder<unknown> {
  return sql.join(conditions, sql` AND `);
}
