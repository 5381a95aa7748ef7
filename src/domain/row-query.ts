/**
 * How the rows of a result are narrowed and sorted.
 *
 * A row passes a filter when it passes every part of it. A part never lets a row pass that has null in its place: a
 * row without a date is neither before nor after a day. Texts are compared as they are, upper and lower case apart.
 *
 * Nulls come last in both directions. Texts are sorted by their code points, whatever the locale of the database; OAuth
 * clients and users by the name that upstream gave with the row, then by id. What is still equal stays in
 * upstream's order, so that every order is total and a page can begin behind any row.
 */
import { RequestError } from './error-codes.js';
import {
  USAGE_DIMENSIONS,
  USAGE_FILTERS,
  USAGE_METRICS,
  type UsageDimension,
  type UsageFilterName,
  type UsageMetric,
} from './operation.js';
import { MAX_FILTER_VALUES } from './request.js';

export type SortDirection = 'ASC' | 'DESC';

export interface RowOrder {
  readonly field: UsageDimension | UsageMetric;
  readonly direction: SortDirection;
}

/** Parts that are left out do not restrict; a list without values lets no row pass. */
export interface RowFilter extends Partial<Readonly<Record<UsageFilterName, readonly string[]>>> {
  /** First and last day, both included, `yyyy-MM-dd`; compared with the first day of the row's period. */
  readonly dateFrom?: string;
  readonly dateTo?: string;
  readonly templateUriPrefix?: string;
  readonly templateUriContains?: string;
  readonly minimum?: readonly MinimumCount[];
}

export interface MinimumCount {
  readonly metric: UsageMetric;
  readonly value: number;
}

export interface RowQuery {
  /** Without duplicates; empty: upstream's order. */
  readonly order: readonly RowOrder[];
  readonly filter: RowFilter;
}

type Nullable<T> = T | null | undefined;

/** A filter as a caller gives it. */
export type RowFilterDraft = { readonly [K in keyof RowFilter]?: Nullable<RowFilter[K]> };
/** `direction` left out: ascending. */
export interface OrderDraft {
  readonly field: RowOrder['field'];
  readonly direction?: Nullable<SortDirection>;
}

export const EVERY_ROW: RowFilter = {};

/** Longer than any name or endpoint of upstream's, short enough to be compared with 100,000 rows. */
const MAX_TEXT_LENGTH = 1_000;
const SORT_FIELDS: readonly RowOrder['field'][] = [...USAGE_DIMENSIONS, ...USAGE_METRICS];

/** Only the first key by a field has an effect: later ones meet rows that are equal in it. */
export function rowOrder(drafts: Nullable<readonly OrderDraft[]>): RowOrder[] {
  const keys = new Map<RowOrder['field'], RowOrder>();
  for (const { field, direction } of drafts ?? [])
    if (!keys.has(field)) keys.set(field, { field, direction: direction ?? 'ASC' });
  return [...keys.values()];
}

/** Names an order, so that a cursor can tell under which one it was made: a letter for each key, `A` for descending. */
export function orderFingerprint(order: readonly RowOrder[]): string {
  const letter = ({ field, direction }: RowOrder) => {
    const small = String.fromCodePoint(97 + SORT_FIELDS.indexOf(field));
    return direction === 'ASC' ? small : small.toUpperCase();
  };
  return order.map(letter).join('');
}

/** Throws `RequestError` `BAD_USER_INPUT` for a value that can not be meant. */
export function rowFilter(draft: Nullable<RowFilterDraft>): RowFilter {
  const given = Object.entries(draft ?? {}).filter(([, value]) => value !== null && value !== undefined);
  if (given.length === 0) return EVERY_ROW;
  const filter = Object.fromEntries(given) as RowFilter;
  for (const name of USAGE_FILTERS) checkList(name, filter[name] ?? []);
  checkText('templateUriPrefix', filter.templateUriPrefix);
  checkText('templateUriContains', filter.templateUriContains);
  checkDays(filter);
  return filter.minimum ? { ...filter, minimum: highestMinimum(filter.minimum) } : filter;
}

function checkDays({ dateFrom, dateTo }: RowFilter): void {
  // The calendar of the database has no year 0, that of the scalar has.
  for (const day of [dateFrom, dateTo])
    if (day?.startsWith('0000')) throw bad(`filter: years begin with 0001, not with that of ${day}.`);
  if (dateFrom && dateTo && dateFrom > dateTo)
    throw bad(`filter.dateFrom, ${dateFrom}, lies after filter.dateTo, ${dateTo}: no row could pass.`);
}

function checkList(name: UsageFilterName, values: readonly string[]): void {
  if (values.length > MAX_FILTER_VALUES)
    throw bad(`filter.${name} takes at most ${MAX_FILTER_VALUES} values, not ${values.length}.`);
  for (const value of values) checkText(name, value);
}

/** A text of the database can not hold NUL, and no text of a row half a surrogate pair. */
function checkText(name: string, value: string | undefined): void {
  if (value === undefined) return;
  if (value.length >= 1 && value.length <= MAX_TEXT_LENGTH && !value.includes('\0') && value.isWellFormed())
    return;
  throw bad(
    `filter.${name} takes texts of 1 to ${MAX_TEXT_LENGTH} characters, without NUL or half a surrogate pair.`,
  );
}

/** Several for one metric mean the highest. */
function highestMinimum(minimum: readonly MinimumCount[]): MinimumCount[] {
  const highest = new Map<UsageMetric, number>();
  for (const { metric, value } of minimum)
    highest.set(metric, Math.max(value, highest.get(metric) ?? Number.NEGATIVE_INFINITY));
  return [...highest].map(([metric, value]) => ({ metric, value }));
}

function bad(message: string): RequestError {
  return new RequestError('BAD_USER_INPUT', message);
}
