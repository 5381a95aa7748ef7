/** The six counters, and what follows from sums of them. A counter that was not asked for is null and stays null. */
import type { UsageTotals } from './execution.js';
import type { UsageMetric } from './operation.js';

/** Where a row and a total bear what a metric counts. */
export const COUNTER_OF = {
  REQUESTS: 'requests',
  STATUS_200: 'status200',
  STATUS_300: 'status300',
  STATUS_400: 'status400',
  STATUS_429: 'status429',
  STATUS_500: 'status500',
} as const satisfies Record<UsageMetric, keyof UsageTotals>;
export type UsageCounter = (typeof COUNTER_OF)[UsageMetric];
export type UsageCounters = Readonly<Record<UsageCounter, number | null>>;

/** Sums over no row at all. */
export const NO_TOTALS: UsageTotals = { rowCount: 0, ...mapCounters(() => null) };

/** One value for each counter. */
export function mapCounters(valueOf: (counter: UsageCounter) => number | null): UsageCounters {
  return {
    requests: valueOf('requests'),
    status200: valueOf('status200'),
    status300: valueOf('status300'),
    status400: valueOf('status400'),
    status429: valueOf('status429'),
    status500: valueOf('status500'),
  };
}

/** Share of the requests that were answered with 4xx or 5xx. */
export function errorRate({ status400, status500, requests }: UsageTotals): number | null {
  return status400 === null || status500 === null ? null : share(status400 + status500, requests);
}

/** Share of the requests that were answered with 429. */
export function throttledRate({ status429, requests }: UsageTotals): number | null {
  return share(status429, requests);
}

/** Null when one of them is unknown, or when there is nothing to have a share in. */
export function share(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : part / whole;
}
