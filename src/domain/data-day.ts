/**
 * Upstream computes usage once a day, for whole UTC days. Its documents disagree about when: at UTC midnight or at
 * the region's. The boundary is therefore a setting: milliseconds after UTC midnight at which the day before is served.
 */
import type { UsageRequest } from './request.js';

const DAY_MS = 86_400_000;

/** The instant up to which upstream serves usage at `nowMs`: always a UTC midnight. */
export function dataDayEnd(nowMs: number, boundaryMs: number): Date {
  return new Date(Math.floor((nowMs - boundaryMs) / DAY_MS) * DAY_MS);
}

/** The end of the last day that the rows of a request, started at `startedMs`, can cover. */
export function rowsAsOf(request: UsageRequest, startedMs: number, boundaryMs: number): Date {
  const served = dataDayEnd(startedMs, boundaryMs);
  const lastDay = request.interval?.split('/')[1];
  if (lastDay === undefined) return served;
  return new Date(Math.min(served.getTime(), Date.parse(lastDay) + DAY_MS));
}

/** Days after which upstream's numbers for a day are taken as settled: they may be a day old, in a region that lags. */
const SETTLED_AFTER_MS = 2 * DAY_MS;

/**
 * The day that a result stands for when it is asked for again: the end of its rows for an interval that has passed for
 * good, so that the result serves as long as it is kept; the present data day for one that ended only lately.
 */
export function resultDay(request: UsageRequest, nowMs: number, boundaryMs: number): Date {
  const served = dataDayEnd(nowMs, boundaryMs);
  const asOf = rowsAsOf(request, nowMs, boundaryMs);
  return served.getTime() - asOf.getTime() >= SETTLED_AFTER_MS ? asOf : served;
}
