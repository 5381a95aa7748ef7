/**
 * Intervals of whole UTC days. Upstream's documentation leaves open whether a month's or an instant's end is
 * included, so we never send it one: every form is turned into the days that it touches, `from/to` with both
 * ends included, and that is what upstream is asked and what clients are shown.
 */
import { DateTime, Interval } from 'luxon';

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
    ? fromDuration(text)
    : fromEnds(parseEnd(start, 'first'), parseEnd(end, 'last'));
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

function fromEnds(from: string | null, to: string | null): DayInterval | null {
  return from && to ? { from, to } : null;
}

function parseEnd(text: string, which: 'first' | 'last'): string | null {
  if (!/^\d{4}-\d{2}/.test(text)) return null;
  const at = DateTime.fromISO(text, { zone: 'utc' });
  if (!at.isValid) return null;
  if (which === 'first' || isBareDay(text)) return at.toISODate();
  return isBareMonth(text) ? at.endOf('month').toISODate() : lastDayBefore(at);
}

function fromDuration(text: string): DayInterval | null {
  const interval = Interval.fromISO(text, { zone: 'utc' });
  const { start, end } = interval;
  if (!interval.isValid || !start || !end || interval.isEmpty()) return null;
  return fromEnds(start.toISODate(), lastDayBefore(end));
}

function isBareDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}

function isBareMonth(text: string): boolean {
  return /^\d{4}-\d{2}$/.test(text);
}

/** An end at midnight leaves that day out; any later instant takes it in. */
function lastDayBefore(end: DateTime<true>): string {
  return end.minus({ milliseconds: 1 }).toISODate();
}
