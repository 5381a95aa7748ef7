/** The contract's enums. Their values are the domain's own lists, so that neither can drift. */
import { registerEnumType } from 'type-graphql';

import { DELAY_REASONS } from '../src/domain/delay.js';
import { EXECUTION_ERROR_CODES, USER_ERROR_CODES } from '../src/domain/error-codes.js';
import { EXECUTION_STATUSES } from '../src/domain/execution.js';
import { EXPORT_FORMATS } from '../src/domain/export.js';
import {
  HTTP_METHODS,
  USAGE_DIMENSIONS,
  USAGE_GRANULARITIES,
  USAGE_METRICS,
  USAGE_OPERATIONS,
} from '../src/domain/operation.js';

type EnumOf<T extends string> = { readonly [K in T]: K };

function enumOf<T extends string>(values: readonly T[]): EnumOf<T> {
  return Object.fromEntries(values.map((value) => [value, value])) as EnumOf<T>;
}

function describe<T extends object>(
  enumType: T,
  name: string,
  description: string,
  values: Record<keyof T & string, string>,
): T {
  const entries = Object.entries(values) as [string, string][];
  const valuesConfig = Object.fromEntries(entries.map(([value, text]) => [value, { description: text }]));
  registerEnumType(enumType, { name, description, valuesConfig: valuesConfig as never });
  return enumType;
}

export const UsageOperationEnum = describe(
  enumOf(USAGE_OPERATIONS),
  'UsageOperation',
  'What kind of usage query an execution carries.',
  {
    ORGANIZATION_QUERY: 'Usage of the whole organization (older generation).',
    OAUTH_CLIENT_QUERY: 'Usage of one OAuth client (older generation).',
    OAUTH_CLIENT_SUMMARY: 'Usage of one OAuth client over its last days (older generation).',
    SIMPLE_SEARCH: 'Usage records found by client name, method or template URI; at most 20,000 of them.',
    ORGANIZATION_AGGREGATES:
      'Usage of the whole organization (newer generation; counts rows that the older one hides).',
    OAUTH_CLIENT_AGGREGATES: 'Usage of one OAuth client (newer generation).',
  },
);

export const UsageExecutionStatusEnum = describe(
  enumOf(EXECUTION_STATUSES),
  'UsageExecutionStatus',
  'Where an execution stands. The last four are final: once there, it never changes again.',
  {
    QUEUED: 'Accepted and stored here; upstream has not confirmed the start yet.',
    RUNNING: 'Upstream works on it, or has it waiting.',
    SUCCEEDED: 'Done; the rows are here.',
    FAILED: 'Ended without rows; `error` says why.',
    CANCELED: 'Ended by whoever started it; upstream may still be working, since it has no cancel.',
    TIMED_OUT: 'Upstream did not finish in the time that we wait.',
  },
);

export const UsageDimensionEnum = describe(
  enumOf(USAGE_DIMENSIONS),
  'UsageDimension',
  'What rows can be told apart by. Not every operation has every dimension.',
  {
    DATE: 'The period, by the granularity. Set a granularity to get it; only a search takes it in `groupBy`.',
    OAUTH_CLIENT: 'The OAuth client that made the requests.',
    ORGANIZATION: 'The organization in which the requests were made.',
    USER: 'The user on whose behalf the requests were made.',
    TEMPLATE_URI: 'The endpoint, with placeholders in place of ids and without a leading slash.',
    HTTP_METHOD: 'The HTTP method.',
    PLATFORM: 'The platform on which the requests were made.',
  },
);

export const UsageMetricEnum = describe(
  enumOf(USAGE_METRICS),
  'UsageMetric',
  'What is counted. Not every operation has every metric.',
  {
    REQUESTS: 'All requests.',
    STATUS_200: 'Answers with a status from 200 to 299.',
    STATUS_300: 'Answers with a status from 300 to 399.',
    STATUS_400:
      'Answers with a status from 400 to 499. Upstream is not clear about whether 429 is among them.',
    STATUS_429: 'Answers with status 429: throttled.',
    STATUS_500: 'Answers with a status of 500 or more.',
  },
);

export const UsageFieldEnum = describe(
  enumOf([...USAGE_DIMENSIONS, ...USAGE_METRICS]),
  'UsageField',
  'Any dimension or metric.',
  {
    DATE: 'See `UsageDimension`.',
    OAUTH_CLIENT: 'See `UsageDimension`.',
    ORGANIZATION: 'See `UsageDimension`.',
    USER: 'See `UsageDimension`.',
    TEMPLATE_URI: 'See `UsageDimension`.',
    HTTP_METHOD: 'See `UsageDimension`.',
    PLATFORM: 'See `UsageDimension`.',
    REQUESTS: 'See `UsageMetric`.',
    STATUS_200: 'See `UsageMetric`.',
    STATUS_300: 'See `UsageMetric`.',
    STATUS_400: 'See `UsageMetric`.',
    STATUS_429: 'See `UsageMetric`.',
    STATUS_500: 'See `UsageMetric`.',
  },
);

export const UsageGranularityEnum = describe(
  enumOf(USAGE_GRANULARITIES),
  'UsageGranularity',
  'Length of the periods into which the interval is cut. Without one, rows cover the whole interval.',
  { DAY: 'UTC days.', WEEK: 'Weeks.', MONTH: 'Calendar months.' },
);

export const HttpMethodEnum = describe(
  enumOf(HTTP_METHODS),
  'HttpMethod',
  'An HTTP method. The aggregate operations filter by the first six alone.',
  {
    GET: 'GET',
    POST: 'POST',
    PUT: 'PUT',
    PATCH: 'PATCH',
    DELETE: 'DELETE',
    HEAD: 'HEAD',
    CONNECT: 'CONNECT',
    OPTIONS: 'OPTIONS',
    TRACE: 'TRACE',
  },
);

export const SortDirectionEnum = describe(enumOf(['ASC', 'DESC']), 'SortDirection', 'Which way to sort.', {
  ASC: 'Smallest, earliest or alphabetically first at the top.',
  DESC: 'Largest, latest or alphabetically last at the top.',
});

export const ExecutionSourceEnum = describe(
  enumOf(['FRESH', 'JOINED', 'REUSED']),
  'ExecutionSource',
  'Where the execution of a start came from.',
  {
    FRESH: 'A new query was started upstream for it.',
    JOINED: 'An identical one was running, or the one of the same idempotency key was.',
    REUSED: 'An identical one had succeeded, or the one of the same idempotency key had ended.',
  },
);

export const ExportFormatEnum = describe(
  enumOf(EXPORT_FORMATS),
  'ExportFormat',
  'As what all rows of an execution can be downloaded.',
  {
    CSV:
      'Comma-separated values as RFC 4180 has them, UTF-8, with a header line; null is an empty field. A text that ' +
      'a spreadsheet would take for a formula has an apostrophe in front.',
    JSONL: 'JSON Lines: one object a line, with the fields of the CSV header; nulls are kept.',
  },
);

export const UserErrorCodeEnum = describe(
  enumOf(Object.keys(USER_ERROR_CODES) as (keyof typeof USER_ERROR_CODES)[]),
  'UserErrorCode',
  'Why a start or a cancel was refused.',
  USER_ERROR_CODES,
);

export const UsageExecutionDelayReasonEnum = describe(
  enumOf(Object.keys(DELAY_REASONS) as (keyof typeof DELAY_REASONS)[]),
  'UsageExecutionDelayReason',
  'Why an open execution waits.',
  DELAY_REASONS,
);

export const UsageExecutionErrorCodeEnum = describe(
  enumOf(Object.keys(EXECUTION_ERROR_CODES) as (keyof typeof EXECUTION_ERROR_CODES)[]),
  'UsageExecutionErrorCode',
  'Why an execution ended without rows.',
  EXECUTION_ERROR_CODES,
);
