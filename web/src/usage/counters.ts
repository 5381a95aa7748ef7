/** The counters of rows, groups and totals, and the parts that requests are stacked from. */
import { type ResponseNode, numberOf, fieldOf } from './response-tree.js';

export const COUNTERS = [
  'requests',
  'status200',
  'status300',
  'status400',
  'status429',
  'status500',
] as const;
export type Counter = (typeof COUNTERS)[number];
/** Null: not asked for. */
export type Counters = Readonly<Record<Counter, number | null>>;

export const COUNTER_NAMES: Readonly<Record<Counter, string>> = {
  requests: 'Requests',
  status200: 'Succeeded (2xx)',
  status300: 'Redirected (3xx)',
  status400: 'Client errors (4xx)',
  status429: 'Throttled (429)',
  status500: 'Server errors (5xx)',
};

/** Where room is short. */
export const SHORT_NAMES: Readonly<Record<Counter, string>> = {
  requests: 'Requests',
  status200: '2xx',
  status300: '3xx',
  status400: '4xx',
  status429: 'Throttled',
  status500: '5xx',
};

/** From the bottom of a stack to its top. `rest` is what is none of the others. */
export const PARTS = ['rest', 'status400', 'status429', 'status500'] as const;
export type Part = (typeof PARTS)[number];
export type Parts = Readonly<Record<Part, number | null>>;

export const NO_COUNTERS: Counters = mapCounters(() => null);

export function mapCounters(valueOf: (counter: Counter) => number | null): Counters {
  return Object.fromEntries(COUNTERS.map((counter) => [counter, valueOf(counter)])) as Record<
    Counter,
    number | null
  >;
}

export const hasCounters = (node: ResponseNode): boolean =>
  COUNTERS.some((counter) => fieldOf(node, counter) !== undefined);

export const toCounters = (node: ResponseNode): Counters => mapCounters((counter) => numberOf(node, counter));

/** Null only where no summand is known. */
export function sumCounters(all: readonly Counters[]): Counters {
  return mapCounters((counter) => sum(all.map((counters) => counters[counter])));
}

export function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

/**
 * Upstream is not clear about whether the answers with 429 are counted among those with 4xx as well. Where
 * the other counters tell, they are believed; else the two are taken to be apart.
 */
export function throttledAmongClientErrors(all: readonly Counters[]): boolean {
  const { requests, status200, status300, status400, status429, status500 } = sumCounters(all);
  if (requests === null || status200 === null || status400 === null || status500 === null) return false;
  return Boolean(status429) && status200 + (status300 ?? 0) + status400 + status500 === requests;
}

/** Parts that add up to the requests, as far as these are known. */
export function toParts(counters: Counters, throttledInside: boolean): Parts {
  const { requests, status200, status300, status400, status429, status500 } = counters;
  const clientErrors =
    throttledInside && status400 !== null ? Math.max(0, status400 - (status429 ?? 0)) : status400;
  const errors = sum([clientErrors, status429, status500]) ?? 0;
  return {
    rest: requests === null ? sum([status200, status300]) : Math.max(0, requests - errors),
    status400: clientErrors,
    status429,
    status500,
  };
}

/** What `rest` is called depends on what has been taken out of it. */
export function partName(part: Part, present: readonly Part[]): string {
  if (part === 'status400' && present.includes('status429')) return 'Other 4xx';
  if (part !== 'rest') return SHORT_NAMES[part];
  if (present.length === 1) return 'Requests';
  return present.length === PARTS.length ? 'Succeeded' : 'Other requests';
}
