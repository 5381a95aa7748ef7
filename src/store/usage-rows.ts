/** The rows of results, read by position; row-writes.ts writes them. */
import { type Selectable, sql } from 'kysely';

import type { UsageRow, UsageTotals } from '../domain/execution.js';
import type { PageOf, PositionedRow } from '../domain/ports/execution-store.js';
import { EVERY_ROW, type RowFilter, type RowQuery } from '../domain/row-query.js';
import { runCancelable } from './cancelable.js';
import type { Db } from './database.js';
import { type RowColumns, readColumns } from './row-columns.js';
import { rowsOf } from './row-filter.js';
import { behind, inOrder } from './row-order.js';
import type { UsageRowsTable } from './tables.js';
import { toTotals, totalsColumns } from './usage-columns.js';

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
