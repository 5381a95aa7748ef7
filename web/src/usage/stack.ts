/** Stacks to draw: over time, or one bar a key. */
import {
  type Counters,
  PARTS,
  type Part,
  sumCounters,
  sum,
  throttledAmongClientErrors,
  toParts,
} from './counters.js';
import { type UsageRecord, dateOf, nameOf } from './records.js';

/** More bars than this are no picture any more; the table has them all. */
export const MOST_BARS = 15;

export type Period = 'day' | 'week' | 'month';

export interface Stack {
  /** ISO days of a time series in their order, else names. */
  readonly categories: readonly string[];
  /** Those that were asked for, from the bottom to the top; each has a value for each category. */
  readonly layers: readonly { readonly part: Part; readonly values: readonly (number | null)[] }[];
  /** Null: not over time. */
  readonly period: Period | null;
}

/** Over time when every record has a date, else one bar for each name. */
export function toStack(records: readonly UsageRecord[]): Stack {
  const overTime = records.length > 0 && records.every((record) => dateOf(record) !== null);
  return overTime ? timeStack(records) : nameStack(records);
}

function timeStack(records: readonly UsageRecord[]): Stack {
  const byDate = groupBy(records, (record) => dateOf(record) ?? '');
  const dates = [...byDate.keys()].sort();
  const period = periodOf(dates);
  // A day without a row is a day without requests: left out, it would draw time too short.
  const categories = withoutGaps(dates, period);
  return { ...layersOf(records, categories, byDate), period };
}

function nameStack(records: readonly UsageRecord[]): Stack {
  const byName = groupBy(records, nameOf);
  return { ...layersOf(records, [...byName.keys()], byName), period: null };
}

function layersOf(
  records: readonly UsageRecord[],
  categories: readonly string[],
  grouped: ReadonlyMap<string, readonly Counters[]>,
): Omit<Stack, 'period'> {
  const inside = throttledAmongClientErrors(records.map(({ counters }) => counters));
  const parts = categories.map((category) => toParts(sumCounters(grouped.get(category) ?? []), inside));
  const layers = PARTS.map((part) => ({ part, values: parts.map((one) => one[part]) })).filter(({ values }) =>
    values.some((value) => value !== null),
  );
  return { categories, layers };
}

function groupBy(records: readonly UsageRecord[], keyOf: (record: UsageRecord) => string) {
  const groups = new Map<string, Counters[]>();
  for (const record of records) {
    const group = groups.get(keyOf(record));
    if (group) group.push(record.counters);
    else groups.set(keyOf(record), [record.counters]);
  }
  return groups;
}

const DAY_MS = 86_400_000;
/** A time series of years: past this, gaps stay. */
const MAX_CATEGORIES = 800;

/** By the smallest distance between two dates; a single one is a day. */
export function periodOf(dates: readonly string[]): Period {
  const steps = dates.slice(1).map((date, index) => Date.parse(date) - Date.parse(dates[index] ?? date));
  const smallest = Math.min(...steps) / DAY_MS;
  if (steps.length > 0 && smallest >= 28) return 'month';
  return steps.length > 0 && smallest % 7 === 0 ? 'week' : 'day';
}

function withoutGaps(dates: readonly string[], period: Period): string[] {
  const [first, last] = [dates[0], dates.at(-1)];
  if (period === 'month' || first === undefined || last === undefined) return [...dates];
  const step = (period === 'week' ? 7 : 1) * DAY_MS;
  const count = (Date.parse(last) - Date.parse(first)) / step + 1;
  if (!Number.isInteger(count) || count > MAX_CATEGORIES) return [...dates];
  const all = Array.from({ length: count }, (_, index) => isoDay(Date.parse(first) + index * step));
  // Periods cut off by the interval need not be apart by whole steps.
  return dates.every((date) => all.includes(date)) ? all : [...dates];
}

const isoDay = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Only these parts. */
export function onlyParts(stack: Stack, shown: ReadonlySet<Part>): Stack {
  return { ...stack, layers: stack.layers.filter(({ part }) => shown.has(part)) };
}

/** The largest bars first, and no more than `most` of them. */
export function largest(stack: Stack, most: number): Stack {
  const order = stack.categories
    .map((_, index) => ({ index, size: sizeAt(stack, index) }))
    .sort((a, b) => b.size - a.size)
    .slice(0, most);
  return {
    ...stack,
    categories: order.map(({ index }) => stack.categories[index] ?? ''),
    layers: stack.layers.map(({ part, values }) => ({
      part,
      values: order.map(({ index }) => values[index] ?? null),
    })),
  };
}

export const sizeAt = ({ layers }: Stack, index: number): number =>
  sum(layers.map(({ values }) => values[index] ?? null)) ?? 0;

/**
 * Which parts are worth showing at first: all, unless the list was asked for in the order of one of the
 * smaller ones, which would not be seen beside the rest.
 */
export function partsInFront(stack: Stack): Part[] {
  const parts = stack.layers.map(({ part }) => part);
  if (stack.period !== null || stack.categories.length < 2 || falls(totals(stack))) return parts;
  const asked = stack.layers.find(
    ({ part, values }) => part !== 'rest' && falls(values.map((one) => one ?? 0)),
  );
  return asked ? [asked.part] : parts;
}

const totals = (stack: Stack): number[] => stack.categories.map((_, index) => sizeAt(stack, index));

const falls = (values: readonly number[]): boolean =>
  (values[0] ?? 0) > 0 && values.every((value, index) => index === 0 || value <= (values[index - 1] ?? 0));
