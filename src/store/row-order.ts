/**
 * A page of rows in any order, beginning behind a row that the client has seen.
 *
 * Rows never change once they are shown, so a cursor needs no more than the position of a row: its sort keys are read
 * where they are. What lies behind it is found by comparing, not by counting (OFFSET), so a page costs the same at
 * any depth: one pass over the rows of the execution, of which only the best of a page are kept. An index for each
 * order would make that pass shorter and every load many times longer.
 */
import { type RawBuilder, sql } from 'kysely';

import type { RowOrder } from '../domain/row-query.js';
import { isMetric } from '../domain/group-query.js';
import { toUuid } from '../domain/execution-id.js';
import { comparable, DIMENSION_COLUMNS, METRIC_COLUMNS, type RowColumn } from './usage-columns.js';

interface SortKey {
  readonly column: RowColumn;
  readonly direction: RowOrder['direction'];
}

/** ORDER BY, with the position in the end, so that no two rows are equal. */
export function inOrder(order: readonly RowOrder[]): RawBuilder<unknown> {
  const keys = sortKeys(order).map(
    ({ column, direction }) => sql`${comparable(column)} ${descending(direction)} NULLS LAST`,
  );
  return sql.join([...keys, sql`usage_rows.position`]);
}

/** The row at a position, as `seen`, and the condition that a row comes behind it; nothing for position 0. */
export function behind(
  executionId: string,
  after: number,
  order: readonly RowOrder[],
): { readonly from: RawBuilder<unknown>; readonly where: RawBuilder<unknown> } {
  if (after === 0) return { from: sql``, where: sql`` };
  if (order.length === 0) return { from: sql``, where: sql`AND usage_rows.position > ${after}` };
  const row = sql`SELECT * FROM usage_rows WHERE execution_id = ${toUuid(executionId)}::uuid AND position = ${after}`;
  return { from: sql`CROSS JOIN (${row}) AS seen`, where: sql`AND ${comesAfter(sortKeys(order))}` };
}

/** Greater in the first key, or equal in it and greater in what follows. */
function comesAfter(keys: readonly SortKey[]): RawBuilder<boolean> {
  return keys.reduceRight(
    (rest, { column, direction }) => {
      const [row, seen] = [comparable(column), comparable(column, 'seen')];
      const further = direction === 'ASC' ? sql`${row} > ${seen}` : sql`${row} < ${seen}`;
      // Nulls come last, so behind any value.
      const later = sql`(${further} OR (${row} IS NULL AND ${seen} IS NOT NULL))`;
      return sql`(${later} OR (${row} IS NOT DISTINCT FROM ${seen} AND ${rest}))`;
    },
    sql<boolean>`usage_rows.position > seen.position`,
  );
}

export function descending(direction: RowOrder['direction']): RawBuilder<unknown> {
  return direction === 'ASC' ? sql`` : sql`DESC`;
}

function sortKeys(order: readonly RowOrder[]): SortKey[] {
  return order.flatMap(({ field, direction }) => columnsOf(field).map((column) => ({ column, direction })));
}

/** What has a name is sorted by it. */
function columnsOf(field: RowOrder['field']): RowColumn[] {
  if (isMetric(field)) return [METRIC_COLUMNS[field]];
  const { value, name } = DIMENSION_COLUMNS[field];
  return name ? [name, value] : [value];
}
