import { invalid } from './api-error.js';
import { dayOf, parseInterval, type DayRange } from './days.js';
import { isCounter, type Operation } from './operations.js';
import type { Filters, SortField, UsageRequest } from './request.js';
import type { Counter, Granularity } from './wire.js';
import { isRecord } from '../lib/is-record.js';

const GRANULARITIES = ['Day', 'Week', 'Month'];
const MAX_JOB_DAYS = 90;
const MAX_SUMMARY_DAYS = 366;

/**
 * Reads the body of a start.
 *
 * @param now milliseconds since 1970; a job's interval is measured from it
 * @throws ApiError 400 with the offending field in `details`
 */
export function parseRequest(operation: Operation, body: unknown, now: number): UsageRequest {
  if (!isRecord(body)) throw invalid('bad.request', 'body', 'the body must be a JSON object');
  const days = readInterval(body['interval']);
  const filters = readFilters(operation, body);
  if (operation.generation === 'search') {
    return { days, filters, sortBy: [], ...readSearchMetrics(operation, body) };
  }
  if (operation.generation === 'job') checkJobLimits(days, now);
  return {
    days,
    filters,
    ...readGranularity(body['granularity']),
    counters: toCounters(readEnums(body, 'metrics', operation.metrics), operation.metrics),
    dimensions: readEnums(body, 'groupBy', Object.keys(operation.groupBy)).flatMap(
      (name) => operation.groupBy[name] ?? [],
    ),
    sortBy: operation.generation === 'job' ? readSortBy(operation, body['sortBy']) : [],
  };
}

/** The query behind a summary: the last full UTC days, by day, endpoint and client. */
export function parseSummary(operation: Operation, days: string, now: number): UsageRequest {
  const count = /^\d{1,3}$/.test(days) ? Number(days) : 0;
  if (count < 1 || count > MAX_SUMMARY_DAYS) {
    throw invalid('invalid.value', 'days', `days must be a whole number from 1 to ${MAX_SUMMARY_DAYS}`);
  }
  const lastDay = dayOf(now) - 1;
  return {
    days: { firstDay: lastDay - count + 1, lastDay },
    granularity: 'Day',
    counters: toCounters([], operation.metrics),
    dimensions: ['client', 'templateUri', 'httpMethod'],
    filters: {},
    sortBy: [],
  };
}

function readInterval(value: unknown): DayRange {
  if (typeof value !== 'string') throw invalid('bad.request', 'interval', 'interval is required');
  const days = parseInterval(value);
  if (days === undefined) throw invalid('invalid.date', 'interval', 'interval is not an ISO-8601 interval');
  if (days.lastDay < days.firstDay)
    throw invalid('invalid.date', 'interval', 'interval ends before it starts');
  return days;
}

function checkJobLimits(days: DayRange, now: number): void {
  if (days.firstDay < dayOf(aYearBefore(now))) {
    throw invalid('invalid.date', 'interval', 'interval must not start more than a year ago');
  }
  if (days.lastDay - days.firstDay > MAX_JOB_DAYS) {
    throw invalid(
      'invalid.date',
      'interval',
      `interval must not end more than ${MAX_JOB_DAYS} days after its start`,
    );
  }
}

function aYearBefore(instant: number): number {
  const date = new Date(instant);
  return date.setUTCFullYear(date.getUTCFullYear() - 1);
}

function readGranularity(value: unknown): { granularity?: Granularity } {
  if (value === undefined || value === null) return {};
  const granularity = GRANULARITIES.find((name) => name === value);
  if (granularity === undefined) {
    throw invalid('invalid.value', 'granularity', `granularity must be one of ${GRANULARITIES.join(', ')}`);
  }
  return { granularity: granularity as Granularity };
}

function readStrings(body: Record<string, unknown>, field: string): string[] {
  const value = body[field];
  if (value === undefined || value === null) return [];
  const isList = Array.isArray(value) && value.every((item): item is string => typeof item === 'string');
  if (!isList) throw invalid('bad.request', field, `${field} must be a list of strings`);
  return value;
}

function readEnums(body: Record<string, unknown>, field: string, allowed: readonly string[]): string[] {
  const values = readStrings(body, field);
  const unknown = values.find((value) => !allowed.includes(value));
  if (unknown === undefined) return values;
  throw invalid(
    'invalid.value',
    field,
    `${field} holds ${JSON.stringify(unknown)}; it takes ${allowed.join(', ')}`,
  );
}

function readFilters(operation: Operation, body: Record<string, unknown>): Filters {
  return Object.fromEntries(
    operation.filters.map((field) => [
      field,
      field === 'httpMethods' ? readEnums(body, field, operation.httpMethods) : readStrings(body, field),
    ]),
  );
}

/** Naming no counter at all means every one of them. */
function toCounters(metrics: readonly string[], all: readonly string[]): Counter[] {
  const named = metrics.filter(isCounter);
  return named.length > 0 ? named : all.filter(isCounter);
}

/** A search groups by those of its metrics that are no counters, and by all of them when it names none. */
function readSearchMetrics(
  operation: Operation,
  body: Record<string, unknown>,
): Pick<UsageRequest, 'counters' | 'dimensions' | 'granularity'> {
  const metrics = readEnums(body, 'metrics', operation.metrics);
  const isColumn = (name: string): boolean => !isCounter(name);
  const named = metrics.some(isColumn) ? metrics : operation.metrics;
  return {
    counters: toCounters(metrics, operation.metrics),
    dimensions: named.flatMap((name) => operation.groupBy[name] ?? []),
    ...(named.includes('Date') && { granularity: 'Day' }),
  };
}

function readSortBy(operation: Operation, value: unknown): UsageRequest['sortBy'] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid('bad.request', 'sortBy', 'sortBy must be a list');
  return value.map((item: unknown) => {
    const { fieldName, order } = isRecord(item) ? item : {};
    const field = typeof fieldName === 'string' ? sortField(operation, fieldName) : undefined;
    const known = order === undefined || order === 'Asc' || order === 'Desc';
    if (field === undefined || !known) {
      throw invalid('invalid.value', 'sortBy', 'sortBy takes a metric, a dimension or Date, and Asc or Desc');
    }
    return { field, descending: order === 'Desc' };
  });
}

/** Upstream documents no list of field names: these are the words that the body has for the same things. */
function sortField(operation: Operation, name: string): SortField | undefined {
  const wanted = name.toLowerCase();
  const matches = (candidate: string): boolean => candidate.toLowerCase() === wanted;
  if (wanted === 'date') return 'date';
  if (wanted === 'requestcount') return 'Requests';
  const metric = operation.metrics.find(matches);
  if (metric !== undefined) return metric as Counter;
  const group = Object.keys(operation.groupBy).find(matches);
  return group === undefined ? undefined : operation.groupBy[group];
}
