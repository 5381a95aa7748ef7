/**
 * From what a caller wrote to the canonical request: lists sorted and without duplicates, defaults filled, the
 * interval in whole days. Two inputs that mean the same give equal requests, and a request that leaves here is
 * one that upstream has no reason to refuse.
 */
import type { UserError, UserErrorCode } from './error-codes.js';
import { type DayInterval, dayCount, formatInterval, utcDay } from './interval.js';
import {
  type HttpMethod,
  OPERATION_TRAITS,
  type OperationTraits,
  USAGE_FILTERS,
  type UsageDimension,
  type UsageFilterName,
  type UsageGranularity,
  type UsageMetric,
  type UsageOperation,
} from './operation.js';

export interface UsageSort {
  readonly field: UsageDimension | UsageMetric;
  readonly direction: 'ASC' | 'DESC';
}

/** The canonical query. `days` is set for the summary alone, `interval` for all the others. */
export interface UsageRequest {
  /** `yyyy-MM-dd/yyyy-MM-dd`, both days included. */
  readonly interval: string | null;
  readonly days: number | null;
  readonly granularity: UsageGranularity | null;
  readonly metrics: readonly UsageMetric[];
  readonly groupBy: readonly UsageDimension[];
  readonly clientId: string | null;
  readonly filters: Readonly<Record<UsageFilterName, readonly string[]>>;
  readonly sortBy: readonly UsageSort[];
}

type Nullable<T> = T | null | undefined;

/** What a caller may give; each operation's input has the part that it understands. */
export interface RequestDraft extends Partial<Record<UsageFilterName, Nullable<readonly string[]>>> {
  readonly interval?: Nullable<DayInterval>;
  readonly days?: Nullable<number>;
  readonly granularity?: Nullable<UsageGranularity>;
  readonly metrics?: Nullable<readonly UsageMetric[]>;
  readonly groupBy?: Nullable<readonly UsageDimension[]>;
  readonly clientId?: Nullable<string>;
  readonly sortBy?: Nullable<readonly SortDraft[]>;
}

/** `direction` left out: ascending. */
export interface SortDraft {
  readonly field: UsageSort['field'];
  readonly direction?: Nullable<UsageSort['direction']>;
}

export type RequestResult =
  | { readonly ok: true; readonly request: UsageRequest }
  | { readonly ok: false; readonly userErrors: readonly UserError[] };

/** Upstream names no limit for the summary; a year is as far back as its newer operations go. */
export const MAX_SUMMARY_DAYS = 365;
const DEFAULT_SUMMARY_DAYS = 7;
/** Three filters of such texts, each character of three bytes, stay under upstream's body limit of 512,000 bytes. */
export const MAX_FILTER_VALUES = 200;
export const MAX_FILTER_LENGTH = 256;
/** Upstream's ids are UUIDs; the looser form keeps older ones usable and keeps paths safe. */
const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;

/** What a client id that can not be one is answered with. */
export const CLIENT_ID_FORM =
  'clientId must be the id of an OAuth client as Genesys Cloud shows it (a UUID), not its name.';

/** True for a text that could be an id of upstream's. */
export function isUpstreamId(text: string): boolean {
  return ID_PATTERN.test(text);
}

/**
 * Checks a draft against what the operation has and gives its canonical form, or every problem at once.
 * `nowMs` decides what lies in the future or too far in the past.
 */
export function canonicalRequest(
  operation: UsageOperation,
  draft: RequestDraft,
  nowMs: number,
): RequestResult {
  const traits = OPERATION_TRAITS[operation];
  const userErrors = [
    ...checkInterval(operation, traits, draft.interval ?? null, nowMs),
    ...checkDays(draft.days ?? null),
    ...checkClientId(traits, draft.clientId ?? null),
    ...checkNames(operation, 'groupBy', draft.groupBy, traits.dimensions, 'UNSUPPORTED_DIMENSION'),
    ...checkNames(operation, 'metrics', draft.metrics, traits.metrics, 'UNSUPPORTED_METRIC'),
    ...checkSort(operation, traits, draft.sortBy ?? []),
    ...USAGE_FILTERS.flatMap((name) => checkFilter(operation, traits, name, draft[name] ?? [])),
  ];
  return userErrors.length > 0
    ? { ok: false, userErrors }
    : { ok: true, request: canonical(operation, traits, draft) };
}

function canonical(operation: UsageOperation, traits: OperationTraits, draft: RequestDraft): UsageRequest {
  const defaultDays = operation === 'OAUTH_CLIENT_SUMMARY' ? DEFAULT_SUMMARY_DAYS : null;
  return {
    interval: draft.interval ? formatInterval(draft.interval) : null,
    days: draft.days ?? defaultDays,
    granularity: draft.granularity ?? null,
    metrics: inOrderOf(traits.metrics, draft.metrics?.length ? draft.metrics : traits.metrics),
    groupBy: inOrderOf(traits.dimensions, draft.groupBy?.length ? draft.groupBy : traits.defaultDimensions),
    clientId: draft.clientId ? canonicalId(draft.clientId) : null,
    filters: canonicalFilters(draft),
    sortBy: canonicalSort(draft.sortBy ?? []),
  };
}

/** UUIDs mean the same in either case; what else an id may be is left alone. */
function canonicalId(id: string): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? id.toLowerCase() : id;
}

function canonicalFilters(draft: RequestDraft): UsageRequest['filters'] {
  const sorted = (name: UsageFilterName) => [...new Set(draft[name] ?? [])].sort();
  const sortedIds = (name: UsageFilterName) => [...new Set(draft[name]?.map(canonicalId))].sort();
  return {
    oauthClientNames: sorted('oauthClientNames'),
    httpMethods: sorted('httpMethods'),
    templateUris: sorted('templateUris'),
    platforms: sorted('platforms'),
    userIds: sortedIds('userIds'),
    oauthClientIds: sortedIds('oauthClientIds'),
    organizationIds: sortedIds('organizationIds'),
  };
}

/** Only the first sort by a field has an effect. */
function canonicalSort(sortBy: readonly SortDraft[]): UsageSort[] {
  const directions = new Map<UsageSort['field'], UsageSort['direction']>();
  for (const { field, direction } of sortBy)
    if (!directions.has(field)) directions.set(field, direction ?? 'ASC');
  return [...directions].map(([field, direction]) => ({ field, direction }));
}

function inOrderOf<T>(all: readonly T[], picked: readonly T[]): T[] {
  return all.filter((value) => picked.includes(value));
}

function refuse(code: UserErrorCode, field: string, message: string): UserError {
  return { code, message, field: ['input', field] };
}

function checkInterval(
  operation: UsageOperation,
  traits: OperationTraits,
  interval: DayInterval | null,
  nowMs: number,
): UserError[] {
  if (!interval) return [];
  const shown = formatInterval(interval);
  const days = dayCount(interval);
  const today = utcDay(nowMs);
  const { maxIntervalDays, maxAgeDays } = traits;
  if (days < 1) return [refuse('INVALID_INTERVAL', 'interval', endsFirst(interval))];
  if (interval.from > today) {
    const message = `The interval ${shown} starts after today, ${today} (UTC). Usage is served for past days: take an earlier start.`;
    return [refuse('INTERVAL_IN_FUTURE', 'interval', message)];
  }
  const errors: UserError[] = [];
  // Upstream counts from the start to the end, so 90 days after the start is the 91st day.
  if (maxIntervalDays !== null && days > maxIntervalDays + 1) {
    const message = `${operation} takes an end at most ${maxIntervalDays} days after the start; ${shown} has ${days - 1}. Take a shorter interval, or several.`;
    errors.push(refuse('INTERVAL_TOO_LONG', 'interval', message));
  }
  if (maxAgeDays !== null && interval.from < utcDay(nowMs, -maxAgeDays)) {
    const message = `${operation} takes a start on or after ${utcDay(nowMs, -maxAgeDays)}, not ${interval.from}.`;
    errors.push(refuse('INTERVAL_TOO_OLD', 'interval', message));
  }
  return errors;
}

function endsFirst({ from, to }: DayInterval): string {
  return `The interval ${from}/${to} ends before it starts. Write the earlier day first: ${to}/${from}.`;
}

function checkDays(days: number | null): UserError[] {
  if (days === null || (Number.isInteger(days) && days >= 1 && days <= MAX_SUMMARY_DAYS)) return [];
  return [refuse('INVALID_DAYS', 'days', `days must be from 1 to ${MAX_SUMMARY_DAYS}, not ${days}.`)];
}

function checkClientId(traits: OperationTraits, clientId: string | null): UserError[] {
  if (!traits.perClient || (clientId !== null && isUpstreamId(clientId))) return [];
  return [refuse('INVALID_ID', 'clientId', CLIENT_ID_FORM)];
}

function checkNames<T extends string>(
  operation: UsageOperation,
  field: string,
  given: Nullable<readonly T[]>,
  supported: readonly T[],
  code: UserErrorCode,
): UserError[] {
  const missing = (given ?? []).filter((name) => !supported.includes(name));
  if (missing.length === 0) return [];
  const list = (names: readonly string[]) => [...new Set(names)].join(', ');
  return [
    refuse(code, field, `${operation} does not have ${list(missing)}. It has: ${list(supported) || 'none'}.`),
  ];
}

function checkSort(
  operation: UsageOperation,
  traits: OperationTraits,
  sortBy: readonly SortDraft[],
): UserError[] {
  const fields = sortBy.map((sort) => sort.field);
  const supported = ['DATE' as const, ...traits.dimensions, ...traits.metrics];
  return checkNames(operation, 'sortBy', fields, supported, 'UNSUPPORTED_SORT_FIELD');
}

function checkFilter(
  operation: UsageOperation,
  traits: OperationTraits,
  name: UsageFilterName,
  values: readonly string[],
): UserError[] {
  if (values.length > MAX_FILTER_VALUES) {
    return [
      refuse(
        'INVALID_FILTER',
        name,
        `${name} takes at most ${MAX_FILTER_VALUES} values, not ${values.length}.`,
      ),
    ];
  }
  if (name === 'httpMethods') {
    const methods = values as readonly HttpMethod[];
    return checkNames(operation, name, methods, traits.httpMethods, 'UNSUPPORTED_HTTP_METHOD');
  }
  const isId = name.endsWith('Ids');
  const fits = (value: string) => (isId ? isUpstreamId(value) : isText(value));
  if (values.every(fits)) return [];
  return isId
    ? [refuse('INVALID_ID', name, `${name} must hold ids as Genesys Cloud shows them (UUIDs), not names.`)]
    : [
        refuse(
          'INVALID_FILTER',
          name,
          `${name} must hold texts of 1 to ${MAX_FILTER_LENGTH} printable characters.`,
        ),
      ];
}

function isText(value: string): boolean {
  return value.length >= 1 && value.length <= MAX_FILTER_LENGTH && !/\p{Cc}|\p{Cs}/u.test(value);
}
