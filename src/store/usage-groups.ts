/** Rows added up by what they have in common, for one execution; domain/group-query.ts says what it means. */
import { type RawBuilder, sql } from 'kysely';

import { COUNTER_OF, share } from '../domain/counters.js';
import { type GroupKey, type GroupQuery, isMetric, type UsageGroup } from '../domain/group-query.js';
import type { UsageDimension } from '../domain/operation.js';
import type { RowOrder } from '../domain/row-query.js';
import type { Db } from './database.js';
import { rowsOf } from './row-filter.js';
import { withRoom } from './memory.js';
import { descending } from './row-order.js';
import { comparable, DIMENSION_COLUMNS, sumOf, toTotals, totalsColumns } from './usage-columns.js';

type ResultRow = Readonly<Record<string, unknown>>;

/** The sum over all groups is taken before LIMIT, in the same pass. */
export async function readGroups(
  db: Db,
  executionId: string,
  query: GroupQuery,
  signal?: AbortSignal,
): Promise<UsageGroup[]> {
  const { by, first, order, shareOf, filter } = query;
  const statement = sql<ResultRow>`
    SELECT ${keyColumns(by)}, ${totalsColumns()}, sum(${sumOf(shareOf)}) OVER () AS whole
    FROM usage_rows WHERE ${rowsOf(executionId, filter)}
    GROUP BY ${groupColumns(by)}
    ORDER BY ${sql.join([groupOrder(order), keyOrder(by)])} LIMIT ${first}`;
  const { rows } = await withRoom(db, signal, (tx) => statement.execute(tx));
  return rows.map((row) => {
    const totals = toTotals(row);
    return {
      key: toKey(by, row),
      totals,
      share: share(totals[COUNTER_OF[shareOf]], row['whole'] as number | null),
    };
  });
}

/** SELECT: value and name of each dimension. */
export function keyColumns(by: readonly UsageDimension[]): RawBuilder<unknown> {
  return sql.join(
    by.flatMap((dimension, i) => [
      sql`${valueOf(dimension)} AS ${sql.ref(`value${i}`)}`,
      sql`${nameOf(dimension)} AS ${sql.ref(`name${i}`)}`,
    ]),
  );
}

/** GROUP BY. A search may give names without ids: then the name is what tells clients apart. */
export function groupColumns(by: readonly UsageDimension[]): RawBuilder<unknown> {
  return sql.join(
    by.flatMap((dimension) => {
      const { name } = DIMENSION_COLUMNS[dimension];
      const value = valueOf(dimension);
      return name ? [value, sql`CASE WHEN ${value} IS NULL THEN ${sql.ref(name)} END`] : [value];
    }),
  );
}

/** ORDER BY, for what is equal otherwise: no two groups have the same key. */
export function keyOrder(by: readonly UsageDimension[]): RawBuilder<unknown> {
  return sql.join(by.map((dimension) => groupOrder({ field: dimension, direction: 'ASC' })));
}

function groupOrder({ field, direction }: RowOrder): RawBuilder<unknown> {
  const last = sql`${descending(direction)} NULLS LAST`;
  if (isMetric(field)) return sql`${sumOf(field)} ${last}`;
  const { value, name } = DIMENSION_COLUMNS[field];
  const byValue = sql`${comparable(value)} ${last}`;
  return name ? sql`${nameOf(field)} ${last}, ${byValue}` : byValue;
}

function valueOf(dimension: UsageDimension): RawBuilder<unknown> {
  return sql.ref(`usage_rows.${DIMENSION_COLUMNS[dimension].value}`);
}

/** One id may have had several names over the interval: the last one in the alphabet is as good as any. */
function nameOf(dimension: UsageDimension): RawBuilder<unknown> {
  const { name } = DIMENSION_COLUMNS[dimension];
  return name ? sql`max(${comparable(name)})` : sql`NULL`;
}

/** Back from `keyColumns`. */
export function toKey(by: readonly UsageDimension[], row: ResultRow): GroupKey[] {
  return by.map((dimension, i) => ({
    dimension,
    value: row[`value${i}`] as string | null,
    name: row[`name${i}`] as string | null,
  }));
}
