/**
 * A page of rows as columns. The driver takes half a microsecond for each of the thousands of values of a full page;
 * here the server joins each column to one text, and a text is cut in one go. What the texts can not tell apart (a value
 * that has the separator in it, or is the sign for null) shows in their counts, and then the rows are read one by one.
 */
import { type RawBuilder, sql } from 'kysely';

import type { Db } from './database.js';
import type { RowColumn } from './usage-columns.js';

/** ASCII's own unit and record separators: no name or path has them. */
const SEPARATOR = '\u001f';
const NULL = '\u001e';

const TEXTS = [
  'date',
  'oauth_client_id',
  'oauth_client_name',
  'organization_id',
  'user_id',
  'user_name',
  'platform',
  'http_method',
  'template_uri',
] as const satisfies readonly RowColumn[];
const NUMBERS = [
  'requests',
  'status_200',
  'status_300',
  'status_400',
  'status_429',
  'status_500',
] as const satisfies readonly RowColumn[];
const COLUMNS = ['position', ...TEXTS, ...NUMBERS] as const;

type Text = (typeof TEXTS)[number];
type Counter = (typeof NUMBERS)[number];

export interface RowColumns {
  readonly count: number;
  readonly position: readonly number[];
  readonly texts: Readonly<Record<Text, readonly (string | null)[]>>;
  readonly numbers: Readonly<Record<Counter, readonly (number | null)[]>>;
}

const joined = sql.join(
  COLUMNS.flatMap((column) => [
    sql`string_agg(coalesce(${sql.ref(column)}::text, ${sql.lit(NULL)}), ${sql.lit(SEPARATOR)}) AS ${sql.ref(column)}`,
    sql`count(${sql.ref(column)}) AS ${sql.ref(`${column} count`)}`,
  ]),
);

/** `page`: a statement that gives whole rows in their order. Null when its values do not go into columns. */
export async function readColumns(db: Db, page: RawBuilder<unknown>): Promise<RowColumns | null> {
  const { rows } = await sql<Readonly<Record<string, string | number | null>>>`
    SELECT ${joined}, count(*) AS count FROM (${page}) AS page`.execute(db);
  const row = rows[0]!;
  const count = Number(row['count']);
  const cut = new Map(COLUMNS.map((column) => [column, valuesOf(row, column, count)]));
  if ([...cut.values()].includes(null)) return null;
  const texts = (column: Text) => cut.get(column)!;
  const numbers = (column: Counter | 'position') => cut.get(column)!.map(toNumber);
  return {
    count,
    position: numbers('position') as number[],
    texts: record(TEXTS, texts),
    numbers: record(NUMBERS, numbers),
  };
}

function valuesOf(
  row: Readonly<Record<string, string | number | null>>,
  column: string,
  count: number,
): readonly (string | null)[] | null {
  const present = Number(row[`${column} count`]);
  if (present === 0) return Array.from({ length: count }, () => null);
  const values: (string | null)[] = String(row[column]).split(SEPARATOR);
  if (values.length !== count) return null;
  let nulls = 0;
  for (let i = 0; i < count; i += 1) {
    if (values[i] !== NULL) continue;
    values[i] = null;
    nulls += 1;
  }
  return nulls === count - present ? values : null;
}

function toNumber(text: string | null): number | null {
  return text === null ? null : Number(text);
}

function record<K extends string, V>(keys: readonly K[], valueOf: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, valueOf(key)])) as Record<K, V>;
}
