/** Which columns stand for which dimension, metric and filter. SQL gets its column names from these lists alone. */
import { type RawBuilder, sql } from 'kysely';

import type { UsageTotals } from '../domain/execution.js';
import {
  USAGE_METRICS,
  type UsageDimension,
  type UsageFilterName,
  type UsageMetric,
} from '../domain/operation.js';
import { COUNTER_OF, mapCounters, type UsageCounter } from '../domain/counters.js';
import type { UsageRowsTable } from './tables.js';

export type RowColumn = Exclude<keyof UsageRowsTable, 'execution_id' | 'position'>;

export const METRIC_COLUMNS: Readonly<Record<UsageMetric, RowColumn>> = {
  REQUESTS: 'requests',
  STATUS_200: 'status_200',
  STATUS_300: 'status_300',
  STATUS_400: 'status_400',
  STATUS_429: 'status_429',
  STATUS_500: 'status_500',
};

/** `name` is set for what has a display name beside its id. */
export const DIMENSION_COLUMNS: Readonly<
  Record<UsageDimension, { readonly value: RowColumn; readonly name: RowColumn | null }>
> = {
  DATE: { value: 'date', name: null },
  OAUTH_CLIENT: { value: 'oauth_client_id', name: 'oauth_client_name' },
  ORGANIZATION: { value: 'organization_id', name: null },
  USER: { value: 'user_id', name: 'user_name' },
  TEMPLATE_URI: { value: 'template_uri', name: null },
  HTTP_METHOD: { value: 'http_method', name: null },
  PLATFORM: { value: 'platform', name: null },
};

export const FILTER_COLUMNS: Readonly<Record<UsageFilterName, RowColumn>> = {
  oauthClientNames: 'oauth_client_name',
  httpMethods: 'http_method',
  templateUris: 'template_uri',
  platforms: 'platform',
  userIds: 'user_id',
  oauthClientIds: 'oauth_client_id',
  organizationIds: 'organization_id',
};

const METRIC_OF_COLUMN = new Set<RowColumn>(Object.values(METRIC_COLUMNS));

/** A column as it is compared and sorted: texts by code point, whatever the locale of the database. */
export function comparable(column: RowColumn, table = 'usage_rows'): RawBuilder<unknown> {
  const ref = sql.ref(`${table}.${column}`);
  return column === 'date' || METRIC_OF_COLUMN.has(column) ? ref : sql`${ref} COLLATE "C"`;
}

/** The sum of a metric over a group. `where` narrows the rows that count. */
export function sumOf(metric: UsageMetric, where = sql``): RawBuilder<unknown> {
  return sql`sum(${sql.ref(METRIC_COLUMNS[metric])})${where}`;
}

/**
 * The columns of totals, each under its counter's name behind a prefix. `sum` over no value is null, which is what a
 * counter that was not asked for must be.
 */
export function totalsColumns(prefix = '', where = sql``): RawBuilder<unknown> {
  const sums = USAGE_METRICS.map(
    (metric) => sql`${sumOf(metric, where)} AS ${sql.ref(prefix + COUNTER_OF[metric])}`,
  );
  return sql.join([sql`count(*)${where} AS ${sql.ref(`${prefix}rowCount`)}`, ...sums]);
}

/** Back from the columns of `totalsColumns`. A sum that no JSON number holds exactly becomes the largest that one does. */
export function toTotals(row: Readonly<Record<string, unknown>>, prefix = ''): UsageTotals {
  const sum = (counter: UsageCounter) => {
    const value = row[prefix + counter] as number | null;
    return value === null ? null : Math.min(value, Number.MAX_SAFE_INTEGER);
  };
  return { rowCount: row[`${prefix}rowCount`] as number, ...mapCounters(sum) };
}
