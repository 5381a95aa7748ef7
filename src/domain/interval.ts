/**
 * Intervals of whole UTC days. Upstream's documentation leaves open whether a month's or an instant's end is
 * included, so we never send it one: every form is turned into the days that it touches, `from/to` with both
 * ends included, and that is what upstream is asked and what clients are shown.
 */
import { DateTime, Duration } from 'luxon';

/** First and last day, both included, as `yyyy-MM-dd`. */
export interface DayInterval {
  readonly from: string;
  readonly to: string;
}

/** No ISO-8601 interval is longer; a guard, so that a long string costs nothing. */
const MAX_LENGTH = 80;
const DAY_MS = 86_400_000;

/**
 * Reads an ISO-8601 interval in any of its forms: two dates, two months, two instants, or one of them and a
 * duration. A bare date or month as the end is included; an instant as the end is not. Instants without an
 * offset are UTC. Returns null for anything else; the end may still lie before the start (see `dayCount`).
 */
export function parseInterval(text: string): DayInterval | null {
  if (text.length > MAX_LENGTH) return null;
  const parts = text.split('/');
  if (parts.length !== 2) return null;
  const [start, end] = parts as [string, string];
  return start.startsWith('P') || end.startsWith('P')
    ? fromDuration(start, end)
    : daysOf(parsePoint(start, 'start'), parsePoint(end, 'end'));
}

/** Number of days in the interval; zero or less when it ends before it starts. */
export function dayCount({ from, to }: DayInterval): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}

/** `yyyy-MM-dd/yyyy-MM-dd`. */
export function formatInterval({ from, to }: DayInterval): string {
  return `${from}/${to}`;
}

/** The UTC day of an instant in milliseconds, moved by a number of days. */
export function utcDay(instantMs: number, offsetDays = 0): string {
  return new Date(instantMs + offsetDays * DAY_MS).toISOString().slice(0, 10);
}

/** A month, a day or an instant, and nothing shorter: a bare time would mean today. */
const POINT = /^\d{4}-\d{2}(?:-\d{2}(?:T.+)?)?$/;

/** The instant at which the interval starts or ends: a bare day or month ends where the next one starts. */
function parsePoint(text: string, which: 'start' | 'end'): DateTime<true> | null {
  if (!POINT.test(text)) return null;
  const at = DateTime.fromISO(text, { zone: 'utc' });
  if (!at.isValid) return null;
  if (which === 'start' || text.includes('T')) return at;
  return at.plus(text.length === 'yyyy-MM'.length ? { months: 1 } : { days: 1 });
}

function fromDuration(start: string, end: string): DayInterval | null {
  const isFirst = start.startsWith('P');
  const duration = Duration.fromISO(isFirst ? start : end);
  const point = isFirst ? parsePoint(end, 'end') : parsePoint(start, 'start');
  if (!duration.isValid || !point) return null;
  const [from, until] = isFirst ? [point.minus(duration), point] : [point, point.plus(duration)];
  return from.isValid && until.isValid && until > from ? daysOf(from, until) : null;
}

function daysOf(start: DateTime<true> | null, end: DateTime<true> | null): DayInterval | null {
  if (!start || !end) return null;
  const interval = { from: start.toISODate(), to: lastDayBefore(end) };
  return isPlainDay(interval.from) && isPlainDay(interval.to) ? interval : null;
}

/** A duration may lead to years that four digits can not name. */
function isPlainDay(day: string): boolean {
  return /^\d{4}-/.test(day);
}

/** An end at midnight leaves that day out; any later instant takes it in. */
function lastDayBefore(end: DateTime<true>): string {
  return end.minus({ milliseconds: 1 }).toISODate();
}
