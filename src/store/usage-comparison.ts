/** Two executions by the same keys; domain/comparison.ts says what it means. */
import { type RawBuilder, sql } from 'kysely';

import type { ComparedGroup, ComparisonQuery } from '../domain/comparison.js';
import { toUuid } from '../domain/execution-id.js';
import type { UsageMetric } from '../domain/operation.js';
import type { Db } from './database.js';
import { withRoom } from './memory.js';
import { sumOf, toTotals, totalsColumns } from './usage-columns.js';
import { groupColumns, keyColumns, keyOrder, toKey } from './usage-groups.js';

const BASELINE = 'baseline ';
const CURRENT = 'current ';

/** One pass over the rows of both; an execution that is compared with itself counts on both sides. */
export async function readComparison(
  db: Db,
  baselineId: string,
  currentId: string,
  { by, first, metric }: ComparisonQuery,
  signal?: AbortSignal,
): Promise<ComparedGroup[]> {
  const baseline = ofExecution(baselineId);
  const current = ofExecution(currentId);
  const statement = sql<Readonly<Record<string, unknown>>>`
    SELECT ${keyColumns(by)}, ${totalsColumns(BASELINE, baseline)}, ${totalsColumns(CURRENT, current)}
    FROM usage_rows
    WHERE execution_id IN (${toUuid(baselineId)}::uuid, ${toUuid(currentId)}::uuid)
    GROUP BY ${groupColumns(by)}
    ORDER BY abs(${countOf(metric, current)} - ${countOf(metric, baseline)}) DESC NULLS LAST, ${keyOrder(by)}
    LIMIT ${first}`;
  const { rows } = await withRoom(db, signal, (tx) => statement.execute(tx));
  return rows.map((row) => ({
    key: toKey(by, row),
    baseline: toSide(row, BASELINE),
    current: toSide(row, CURRENT),
  }));
}

function ofExecution(id: string): RawBuilder<unknown> {
  return sql` FILTER (WHERE execution_id = ${toUuid(id)}::uuid)`;
}

/** 0 for a key that is missing, null for a counter that was not asked for. */
function countOf(metric: UsageMetric, side: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`CASE WHEN count(*)${side} > 0 THEN ${sumOf(metric, side)} ELSE 0 END`;
}

function toSide(row: Readonly<Record<string, unknown>>, prefix: string): ComparedGroup['baseline'] {
  const totals = toTotals(row, prefix);
  return totals.rowCount === 0 ? null : totals;
}
