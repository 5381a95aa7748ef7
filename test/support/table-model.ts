/** The table of a result as simply as it can be said, in memory, and random rows and questions to hold it against. */
import fc from 'fast-check';

import type { UsageRow, UsageTotals } from '../../src/domain/execution.js';
import type { GroupKey } from '../../src/domain/group-query.js';
import {
  HTTP_METHODS,
  USAGE_DIMENSIONS,
  USAGE_METRICS,
  type UsageDimension,
  type UsageMetric,
} from '../../src/domain/operation.js';
import type { RowFilter, RowOrder } from '../../src/domain/row-query.js';

type Value = string | number | null;
/** A row and its place in the result, from 1 on. */
export type PlacedRow = UsageRow & { readonly position: number };

const METRIC_FIELD = {
  REQUESTS: 'requests',
  STATUS_200: 'status200',
  STATUS_300: 'status300',
  STATUS_400: 'status400',
  STATUS_429: 'status429',
  STATUS_500: 'status500',
} as const;

const FIELDS: Record<RowOrder['field'], readonly (keyof UsageRow)[]> = {
  DATE: ['date'],
  OAUTH_CLIENT: ['oauthClientName', 'oauthClientId'],
  ORGANIZATION: ['organizationId'],
  USER: ['userName', 'userId'],
  TEMPLATE_URI: ['templateUri'],
  HTTP_METHOD: ['httpMethod'],
  PLATFORM: ['platform'],
  REQUESTS: ['requests'],
  STATUS_200: ['status200'],
  STATUS_300: ['status300'],
  STATUS_400: ['status400'],
  STATUS_429: ['status429'],
  STATUS_500: ['status500'],
};

/** Nulls last both ways, texts by code point. */
function compareValues(a: Value, b: Value, direction: 'ASC' | 'DESC'): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  const up =
    typeof a === 'number' ? a - (b as number) : Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  return direction === 'ASC' ? up : -up;
}

function firstDifference(differences: readonly number[]): number {
  return differences.find((difference) => difference !== 0) ?? 0;
}

export function sorted(rows: readonly PlacedRow[], order: readonly RowOrder[]): PlacedRow[] {
  const keys = order.flatMap(({ field, direction }) =>
    FIELDS[field].map((name) => [name, direction] as const),
  );
  return [...rows].sort((a, b) =>
    firstDifference([
      ...keys.map(([name, direction]) => compareValues(a[name], b[name], direction)),
      a.position - b.position,
    ]),
  );
}

export function passes(row: UsageRow, filter: RowFilter): boolean {
  const among = (values: readonly string[] | undefined, value: string | null) =>
    values === undefined || (value !== null && values.includes(value));
  return (
    among(filter.oauthClientIds, row.oauthClientId) &&
    among(filter.oauthClientNames, row.oauthClientName) &&
    among(filter.userIds, row.userId) &&
    among(filter.httpMethods, row.httpMethod) &&
    among(filter.templateUris, row.templateUri) &&
    among(filter.platforms, row.platform) &&
    among(filter.organizationIds, row.organizationId) &&
    (filter.dateFrom === undefined || (row.date !== null && row.date >= filter.dateFrom)) &&
    (filter.dateTo === undefined || (row.date !== null && row.date <= filter.dateTo)) &&
    (filter.templateUriPrefix === undefined || !!row.templateUri?.startsWith(filter.templateUriPrefix)) &&
    (filter.templateUriContains === undefined || !!row.templateUri?.includes(filter.templateUriContains)) &&
    (filter.minimum ?? []).every(({ metric, value }) => {
      const count = row[METRIC_FIELD[metric]];
      return count !== null && count >= value;
    })
  );
}

export function totalsOf(rows: readonly UsageRow[]): UsageTotals {
  const sum = (metric: UsageMetric) => {
    const counts = rows.map((row) => row[METRIC_FIELD[metric]]).filter((count) => count !== null);
    return counts.length === 0 ? null : counts.reduce((total, count) => total + count, 0);
  };
  return {
    rowCount: rows.length,
    requests: sum('REQUESTS'),
    status200: sum('STATUS_200'),
    status300: sum('STATUS_300'),
    status400: sum('STATUS_400'),
    status429: sum('STATUS_429'),
    status500: sum('STATUS_500'),
  };
}

export interface ModelGroup {
  readonly rows: readonly UsageRow[];
  readonly key: readonly GroupKey[];
}

/** Groups in no order. */
export function groupsOf(rows: readonly UsageRow[], by: readonly UsageDimension[]): ModelGroup[] {
  const found = new Map<string, UsageRow[]>();
  for (const row of rows) {
    const id = JSON.stringify(by.map((dimension) => identity(row, dimension)));
    found.set(id, [...(found.get(id) ?? []), row]);
  }
  return [...found.values()].map((members) => ({
    rows: members,
    key: by.map((dimension) => keyOf(members, dimension)),
  }));
}

function identity(row: UsageRow, dimension: UsageDimension): unknown {
  const [name, id] = FIELDS[dimension].map((field) => row[field]);
  return id === undefined ? name : [id, id === null ? name : null];
}

function keyOf(rows: readonly UsageRow[], dimension: UsageDimension): GroupKey {
  const [field, idField] = FIELDS[dimension] as [keyof UsageRow, keyof UsageRow | undefined];
  const first = (name: keyof UsageRow) => (rows[0]?.[name] ?? null) as string | null;
  if (!idField) return { dimension, value: first(field), name: null };
  const names = rows.map((row) => row[field] as string | null);
  return {
    dimension,
    value: first(idField),
    name: names.sort((a, b) => compareValues(a, b, 'DESC'))[0] ?? null,
  };
}

/** By one field, or by a number of one's own, and then by the key. */
export function sortedGroups<T extends ModelGroup>(
  groups: readonly T[],
  order: RowOrder | { readonly by: (group: T) => number | null },
): T[] {
  const asKey = (group: T, dimension: UsageDimension): Value[] => {
    const key = group.key.find((each) => each.dimension === dimension)!;
    return FIELDS[dimension].length === 2 ? [key.name, key.value] : [key.value];
  };
  const head = (group: T): Value[] => {
    if ('by' in order) return [order.by(group)];
    return isMetric(order.field)
      ? [totalsOf(group.rows)[METRIC_FIELD[order.field]]]
      : asKey(group, order.field);
  };
  const tail = (group: T) => group.key.flatMap(({ dimension }) => asKey(group, dimension));
  const direction = 'by' in order ? 'DESC' : order.direction;
  const compared = (a: Value[], b: Value[], way: 'ASC' | 'DESC') =>
    a.map((value, i) => compareValues(value, b[i] ?? null, way));
  return [...groups].sort((a, b) =>
    firstDifference([...compared(head(a), head(b), direction), ...compared(tail(a), tail(b), 'ASC')]),
  );
}

function isMetric(field: RowOrder['field']): field is UsageMetric {
  return field in METRIC_FIELD;
}

/** Few values, so that there are ties; null, cases, accents, code points beyond 16 bits, and what LIKE would take for more. */
const TEXTS = ['a', 'A', 'b', 'é', 'z', '\uffee', '😀', '100%', '1_0', "o'x\\", 'a/b', 'A/b'];
const DAYS = ['2026-02-27', '2026-02-28', '2026-03-01', '0001-01-01', '9999-12-31'];
const COUNTS = [0, 1, 2, 3, 2 ** 31, 2 ** 40];

const text = fc.constantFrom(null, ...TEXTS);
const count = fc.constantFrom(null, ...COUNTS);

export const someRows: fc.Arbitrary<UsageRow[]> = fc.array(
  fc.record({
    date: fc.constantFrom(null, ...DAYS),
    oauthClientId: fc.constantFrom(null, 'c1', 'c2'),
    oauthClientName: text,
    organizationId: text,
    userId: fc.constantFrom(null, 'u1', 'u2', 'u3'),
    userName: fc.constantFrom(null, 'Ann', 'ann', 'Émile'),
    platform: text,
    httpMethod: fc.constantFrom(null, ...HTTP_METHODS),
    templateUri: text,
    requests: count,
    status200: count,
    status300: fc.constant(null),
    status400: count,
    status429: count,
    status500: count,
  }),
  { maxLength: 40 },
);

export const someOrder: fc.Arbitrary<RowOrder[]> = fc.uniqueArray(
  fc.record({
    field: fc.constantFrom(...USAGE_DIMENSIONS, ...USAGE_METRICS),
    direction: fc.constantFrom('ASC' as const, 'DESC' as const),
  }),
  { maxLength: 4, selector: ({ field }) => field },
);

const someTexts = fc.subarray([...TEXTS, 'nowhere']);
const parts = fc.constantFrom('a', 'A', '%', '_', '\\', '/', '1', '😀', 'a/');

const filterParts: { readonly [K in keyof RowFilter]-?: fc.Arbitrary<NonNullable<RowFilter[K]>> } = {
  dateFrom: fc.constantFrom(...DAYS),
  dateTo: fc.constantFrom(...DAYS),
  oauthClientIds: fc.subarray(['c1', 'c2', 'c3']),
  oauthClientNames: someTexts,
  userIds: fc.subarray(['u1', 'u2', 'u3']),
  httpMethods: fc.subarray([...HTTP_METHODS]),
  templateUris: someTexts,
  templateUriPrefix: parts,
  templateUriContains: parts,
  platforms: someTexts,
  organizationIds: someTexts,
  minimum: fc.array(
    fc.record({ metric: fc.constantFrom(...USAGE_METRICS), value: fc.constantFrom(...COUNTS) }),
    { maxLength: 2 },
  ),
};

/** Up to two parts: with more hardly a row would pass. */
export const someFilter: fc.Arbitrary<RowFilter> = fc
  .shuffledSubarray(Object.keys(filterParts) as (keyof RowFilter)[], { maxLength: 2 })
  .chain((names) =>
    fc.record<Partial<RowFilter>>(Object.fromEntries(names.map((name) => [name, filterParts[name]]))),
  );

export const someDimensions: fc.Arbitrary<UsageDimension[]> = fc
  .shuffledSubarray([...USAGE_DIMENSIONS], { minLength: 1 })
  .map((dimensions) => dimensions.slice(0, 4));
