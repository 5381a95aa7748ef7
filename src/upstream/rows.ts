/**
 * Rows of both generations to ours. A counter that was not asked for is null, even where upstream fills it with
 * 0: a zero that nobody counted must not be added up. What upstream counted is passed on as it is, `requests`
 * included. A row that can not be read makes the whole result invalid: leaving it out would falsify the sums.
 */
import type { UsageRow } from '../domain/execution.js';
import type { UsageMetric } from '../domain/operation.js';
import { isJson, type Json, UnreadableAnswer } from './json.js';
import type { WireClientJobRow, WireOrganizationJobRow, WireQueryRow, WireReference } from './wire.js';

export type RowParser = (row: unknown) => UsageRow;
type JobKey = keyof WireOrganizationJobRow | keyof WireClientJobRow;
type Asked = Readonly<Record<UsageMetric, boolean>>;

/** Parser for rows of the older generation; throws `UnreadableAnswer` (`INVALID_RESULT`). */
export function queryRowParser(metrics: readonly UsageMetric[]): RowParser {
  const asked = askedFor(metrics);
  const day = dayReader();
  return (value) => {
    const row = rowOf(value);
    const text = (key: keyof WireQueryRow) => readText(row, key);
    return {
      date: day(row),
      oauthClientId: text('clientId'),
      oauthClientName: text('clientName'),
      organizationId: text('organizationId'),
      userId: text('userId'),
      userName: null,
      platform: null,
      httpMethod: text('httpMethod'),
      templateUri: text('templateUri'),
      requests: readCounter(row, 'requests' satisfies keyof WireQueryRow, asked.REQUESTS),
      ...readStatusCounters(row, asked),
    };
  };
}

/** Parser for rows of either job; throws `UnreadableAnswer` (`INVALID_RESULT`). */
export function jobRowParser(metrics: readonly UsageMetric[]): RowParser {
  const asked = askedFor(metrics);
  const day = dayReader();
  return (value) => {
    const row = rowOf(value);
    const text = (key: JobKey) => readText(row, key);
    const client = referenceOf(row['oauthClient' satisfies JobKey]);
    const user = referenceOf(row['user' satisfies JobKey]);
    return {
      date: day(row),
      oauthClientId: readText(client, 'id' satisfies keyof WireReference),
      oauthClientName: readText(client, 'name' satisfies keyof WireReference),
      organizationId: text('organizationId'),
      userId: readText(user, 'id' satisfies keyof WireReference),
      userName: readText(user, 'name' satisfies keyof WireReference),
      platform: text('platform'),
      httpMethod: text('httpMethod'),
      templateUri: text('templateUri'),
      requests: readCounter(row, 'requestCount' satisfies JobKey, asked.REQUESTS),
      ...readStatusCounters(row, asked),
    };
  };
}

function askedFor(metrics: readonly UsageMetric[]): Asked {
  const has = (metric: UsageMetric) => metrics.includes(metric);
  return {
    REQUESTS: has('REQUESTS'),
    STATUS_200: has('STATUS_200'),
    STATUS_300: has('STATUS_300'),
    STATUS_400: has('STATUS_400'),
    STATUS_429: has('STATUS_429'),
    STATUS_500: has('STATUS_500'),
  };
}

function readStatusCounters(row: Json, asked: Asked) {
  return {
    status200: readCounter(row, 'status200', asked.STATUS_200),
    status300: readCounter(row, 'status300', asked.STATUS_300),
    status400: readCounter(row, 'status400', asked.STATUS_400),
    status429: readCounter(row, 'status429', asked.STATUS_429),
    status500: readCounter(row, 'status500', asked.STATUS_500),
  };
}

function rowOf(value: unknown): Json {
  if (isJson(value)) return value;
  throw unreadable('a row is not an object');
}

function referenceOf(value: unknown): Json {
  return value === undefined || value === null ? {} : rowOf(value);
}

function readText(row: Json, key: string): string | null {
  const value = row[key];
  if (value === undefined || value === null || value === '') return null;
  // A database's text can not hold the NUL character.
  // Nor half a surrogate pair: it is shown as the replacement character, as any output in UTF-8 would show it.
  if (typeof value === 'string' && !value.includes('\0')) return value.toWellFormed();
  throw unreadable(`${key} is not a text`);
}

function readCounter(row: Json, key: string, asked: boolean): number | null {
  const value = row[key];
  if (!asked || value === undefined || value === null) return null;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw unreadable(`${key} is not a count`);
}

/**
 * Reads the day as upstream wrote it: it names a period by its first day, whatever the time behind it. A result
 * has few days and many rows, so each is checked once.
 */
function dayReader(): (row: Json) => string | null {
  const days = new Map<string, string>();
  return (row) => {
    const text = readText(row, 'date' satisfies JobKey & keyof WireQueryRow);
    if (text === null) return null;
    const day = days.get(text) ?? parseDay(text);
    days.set(text, day);
    return day;
  };
}

function parseDay(text: string): string {
  const day = text.slice(0, 10);
  const at = /^\d{4}-\d{2}-\d{2}(?:T|$)/.test(text) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // Date.parse takes 30 February for 2 March.
  if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(day)) return day;
  throw unreadable('date is not a day');
}

function unreadable(what: string): UnreadableAnswer {
  return new UnreadableAnswer('INVALID_RESULT', `Upstream's result can not be read: ${what}.`);
}
