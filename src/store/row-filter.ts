/** The WHERE condition of a row filter; domain/row-query.ts says what it means. */
import { type RawBuilder, sql } from 'kysely';

import { USAGE_FILTERS } from '../domain/operation.js';
import type { RowFilter } from '../domain/row-query.js';
import { toUuid } from '../domain/execution-id.js';
import { FILTER_COLUMNS, METRIC_COLUMNS } from './usage-columns.js';

/** The rows of one execution that pass the filter. */
export function rowsOf(executionId: string, filter: RowFilter): RawBuilder<boolean> {
  const own = sql<boolean>`usage_rows.execution_id = ${toUuid(executionId)}::uuid`;
  return sql<boolean>`${sql.join([own, ...conditions(filter)], sql` AND `)}`;
}

function conditions(filter: RowFilter): RawBuilder<boolean>[] {
  const column = (name: string) => sql.ref(`usage_rows.${name}`);
  const { dateFrom, dateTo, templateUriPrefix: prefix, templateUriContains: part } = filter;
  const found: RawBuilder<boolean>[] = [];
  for (const name of USAGE_FILTERS) {
    const values = filter[name];
    if (values) found.push(sql`${column(FILTER_COLUMNS[name])} = ANY(${[...values]}::text[])`);
  }
  if (dateFrom) found.push(sql`usage_rows.date >= ${dateFrom}::date`);
  if (dateTo) found.push(sql`usage_rows.date <= ${dateTo}::date`);
  // Functions, not LIKE: there is nothing to escape.
  if (prefix) found.push(sql`starts_with(usage_rows.template_uri, ${prefix})`);
  if (part) found.push(sql`strpos(usage_rows.template_uri, ${part}) > 0`);
  for (const { metric, value } of filter.minimum ?? [])
    found.push(sql`${column(METRIC_COLUMNS[metric])} >= ${value}::bigint`);
  return found;
}
