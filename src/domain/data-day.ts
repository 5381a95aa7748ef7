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

/** Upstream's numbers for the latest day that it serves may still be those of a region that lags; older ones stand. */
const SETTLED_AFTER_MS = DAY_MS;
/** No data day: a result of the day itself must not pass for one that was asked for when the day had settled. */
const SETTLED = new Date(0);

/**
 * The day that a result stands for when it is asked for again: always the same for an interval that ended before the
 * data day, so that the result serves as long as it is kept; the end of the data day for any other.
 */
export function resultDay(request: UsageRequest, nowMs: number, boundaryMs: number): Date {
  const served = dataDayEnd(nowMs, boundaryMs);
  const asOf = rowsAsOf(request, nowMs, boundaryMs);
  return served.getTime() - asOf.getTime() >= SETTLED_AFTER_MS ? SETTLED : served;
}
