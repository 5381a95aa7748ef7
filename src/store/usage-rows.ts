/** The rows of results: written in chunks inside the transaction that ends an execution, read by position. */
import { type Selectable, sql } from 'kysely';

import type { UsageRow, UsageTotals } from '../domain/execution.js';
import type { PageOf, PositionedRow } from '../domain/ports.js';
import { EVERY_ROW, type RowFilter, type RowQuery } from '../domain/row-query.js';
import { runCancelable } from './cancelable.js';
import type { Db } from './database.js';
import { deleteBlocks, insertBlocks } from './row-blocks.js';
import { type RowColumns, readColumns } from './row-columns.js';
import { rowsOf } from './row-filter.js';
import { behind, inOrder } from './row-order.js';
import type { UsageRowsTable } from './tables.js';
import { toTotals, totalsColumns } from './usage-columns.js';

/** About 1.5 MB of JSON a statement: few round trips, and no block of the event loop that anyone would notice. */
const ROWS_PER_INSERT = 5_000;

/** Appends rows behind position `offset`. */
export async function insertRows(
  db: Db,
  uuid: string,
  offset: number,
  rows: readonly UsageRow[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
    const part = rows.slice(start, start + ROWS_PER_INSERT);
    const chunk = JSON.stringify(part);
    await sql`
      INSERT INTO usage_rows
      SELECT ${uuid}, ${offset + start}::integer + r.ordinality, r.date, r."oauthClientId", r."oauthClientName",
        r."organizationId", r."userId", r."userName", r.platform, r."httpMethod", r."templateUri",
        r.requests, r.status200, r.status300, r.status400, r.status429, r.status500
      FROM ROWS FROM (json_to_recordset(${chunk}::json) AS (
        date date, "oauthClientId" text, "oauthClientName" text, "organizationId" text, "userId" text,
        "userName" text, platform text, "httpMethod" text, "templateUri" text, requests bigint,
        status200 bigint, status300 bigint, status400 bigint, status429 bigint, status500 bigint
      )) WITH ORDINALITY AS r`.execute(db);
    await insertBlocks(db, uuid, offset + start, part);
  }
}

export async function deleteRows(db: Db, uuid: string): Promise<void> {
  await db.deleteFrom('usage_rows').where('execution_id', '=', uuid).execute();
  await deleteBlocks(db, uuid);
}

/**
 * Without order and filter a page is a range of the primary key: positions have no gap. Its upper end is told, because a
 * planner without statistics, as after every load, would else sort the whole result for it.
 */
export async function readRows(
  db: Db,
  executionId: string,
  after: number,
  first: number,
  { order, filter }: RowQuery = { order: [], filter: EVERY_ROW },
  signal?: AbortSignal,
): Promise<PageOf<PositionedRow>> {
  const { from, where } = behind(executionId, after, order);
  const isRange = order.length === 0 && filter === EVERY_ROW;
  const end = isRange ? sql`AND usage_rows.position <= ${after + first + 1}` : sql``;
  signal?.throwIfAborted();
  const page = sql<Selectable<UsageRowsTable>>`
    SELECT usage_rows.* FROM usage_rows ${from} WHERE ${rowsOf(executionId, filter)} ${where} ${end}
    ORDER BY ${inOrder(order)} LIMIT ${first + 1}`;
  // A range is read sooner than it could be canceled.
  const rows = await runCancelable(db, isRange ? undefined : signal, async (tx) => {
    const columns = first >= MANY_ROWS ? await readColumns(tx, page) : null;
    return columns ? rowsOfColumns(columns) : (await page.execute(tx)).rows.map(toPositionedRow);
  });
  return { items: rows.slice(0, first), hasNextPage: rows.length > first };
}

/** Fewer are read as quickly one by one. */
const MANY_ROWS = 100;

function toPositionedRow(row: Selectable<UsageRowsTable>): PositionedRow {
  return { position: row.position, row: toUsageRow(row) };
}

function rowsOfColumns({ position, texts, numbers }: RowColumns): PositionedRow[] {
  return position.map((place, i) => ({
    position: place,
    row: {
      date: texts.date[i]!,
      oauthClientId: texts.oauth_client_id[i]!,
      oauthClientName: texts.oauth_client_name[i]!,
      organizationId: texts.organization_id[i]!,
      userId: texts.user_id[i]!,
      userName: texts.user_name[i]!,
      platform: texts.platform[i]!,
      httpMethod: texts.http_method[i]!,
      templateUri: texts.template_uri[i]!,
      requests: numbers.requests[i]!,
      status200: numbers.status_200[i]!,
      status300: numbers.status_300[i]!,
      status400: numbers.status_400[i]!,
      status429: numbers.status_429[i]!,
      status500: numbers.status_500[i]!,
    },
  }));
}

export async function countRows(
  db: Db,
  executionId: string,
  filter: RowFilter,
  signal?: AbortSignal,
): Promise<number> {
  const statement = sql<{ count: number }>`
    SELECT count(*) FROM usage_rows WHERE ${rowsOf(executionId, filter)}`;
  const { rows } = await runCancelable(db, signal, (tx) => statement.execute(tx));
  return rows[0]?.count ?? 0;
}

export async function readTotals(
  db: Db,
  executionId: string,
  filter = EVERY_ROW,
  signal?: AbortSignal,
): Promise<UsageTotals> {
  const statement = sql<Readonly<Record<string, unknown>>>`
    SELECT ${totalsColumns()} FROM usage_rows WHERE ${rowsOf(executionId, filter)}`;
  const { rows } = await runCancelable(db, signal, (tx) => statement.execute(tx));
  return toTotals(rows[0]!);
}

function toUsageRow(row: Selectable<UsageRowsTable>): UsageRow {
  return {
    date: row.date,
    oauthClientId: row.oauth_client_id,
    oauthClientName: row.oauth_client_name,
    organizationId: row.organization_id,
    userId: row.user_id,
    userName: row.user_name,
    platform: row.platform,
    httpMethod: row.http_method,
    templateUri: row.template_uri,
    requests: row.requests,
    status200: row.status_200,
    status300: row.status_300,
    status400: row.status_400,
    status429: row.status_429,
    status500: row.status_500,
  };
}
