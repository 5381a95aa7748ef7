import type { Granularity } from './wire.js';

/** Milliseconds of a UTC day. */
export const DAY_MS = 86_400_000;

/** A span of UTC days, both ends included, counted from 1970-01-01. */
export interface DayRange {
  firstDay: number;
  lastDay: number;
}

const MOMENT =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?$/;

/**
 * Reads an ISO-8601 interval of the forms seen upstream: days, months, or local date-times. The end counts
 * with its whole day (or month), even when it is a time of midnight.
 *
 * @returns undefined for anything else; the ends may stand in the wrong order
 */
export function parseInterval(text: string): DayRange | undefined {
  const [start, end, rest] = text.split('/');
  const first = parseMoment(start ?? '');
  const last = parseMoment(end ?? '');
  if (rest !== undefined || first === undefined || last === undefined) return undefined;
  return { firstDay: first.firstDay, lastDay: last.lastDay };
}

function parseMoment(text: string): DayRange | undefined {
  const match = MOMENT.exec(text);
  if (match === null) return undefined;
  const [year, month] = [Number(match[1]), Number(match[2])];
  if (month < 1 || month > 12) return undefined;
  const monthStart = Date.UTC(year, month - 1, 1) / DAY_MS;
  const monthEnd = Date.UTC(year, month, 1) / DAY_MS - 1;
  if (match[3] === undefined) return { firstDay: monthStart, lastDay: monthEnd };
  const day = monthStart + Number(match[3]) - 1;
  return day < monthStart || day > monthEnd ? undefined : { firstDay: day, lastDay: day };
}

/** The UTC day that an instant falls into. */
export function dayOf(instant: number): number {
  return Math.floor(instant / DAY_MS);
}

/** `yyyy-MM-dd`. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The first day of the period that a day belongs to; weeks start on Monday, and no granularity is one period. */
export function periodOf(day: number, granularity: Granularity | undefined): number {
  switch (granularity) {
    case undefined:
      return 0;
    case 'Day':
      return day;
    case 'Week':
      return day - ((day + 3) % 7); // day 0 was a Thursday
    case 'Month': {
      const date = new Date(day * DAY_MS);
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / DAY_MS;
    }
  }
}
