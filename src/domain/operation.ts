/**
 * The six upstream operations and what each of them has. This table is the only place that knows which
 * dimension, metric, filter or permission belongs to which operation; validation, the wire mapping and the
 * GraphQL descriptions read it.
 */

export const USAGE_OPERATIONS = [
  'ORGANIZATION_QUERY',
  'OAUTH_CLIENT_QUERY',
  'OAUTH_CLIENT_SUMMARY',
  'SIMPLE_SEARCH',
  'ORGANIZATION_AGGREGATES',
  'OAUTH_CLIENT_AGGREGATES',
] as const;
export type UsageOperation = (typeof USAGE_OPERATIONS)[number];

export const USAGE_DIMENSIONS = [
  'DATE',
  'OAUTH_CLIENT',
  'ORGANIZATION',
  'USER',
  'TEMPLATE_URI',
  'HTTP_METHOD',
  'PLATFORM',
] as const;
export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];

export const USAGE_METRICS = [
  'REQUESTS',
  'STATUS_200',
  'STATUS_300',
  'STATUS_400',
  'STATUS_429',
  'STATUS_500',
] as const;
export type UsageMetric = (typeof USAGE_METRICS)[number];

export const USAGE_GRANULARITIES = ['DAY', 'WEEK', 'MONTH'] as const;
export type UsageGranularity = (typeof USAGE_GRANULARITIES)[number];

export const HTTP_METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'CONNECT',
  'OPTIONS',
  'TRACE',
] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];

/** The lists of values by which an operation can narrow its rows. */
export const USAGE_FILTERS = [
  'oauthClientNames',
  'httpMethods',
  'templateUris',
  'platforms',
  'userIds',
  'oauthClientIds',
  'organizationIds',
] as const;
export type UsageFilterName = (typeof USAGE_FILTERS)[number];

export interface OperationTraits {
  /** Dimensions that `groupBy` takes. */
  readonly dimensions: readonly UsageDimension[];
  /** What `groupBy` means when it is left out. */
  readonly defaultDimensions: readonly UsageDimension[];
  readonly metrics: readonly UsageMetric[];
  readonly filters: readonly UsageFilterName[];
  readonly httpMethods: readonly HttpMethod[];
  /** Is asked about one OAuth client, named by `clientId`. */
  readonly perClient: boolean;
  /** ANY of these lets a caller start the operation and read what it found. */
  readonly permissions: readonly string[];
  /** Days from the start of the interval to its end at most; null: upstream names no limit. */
  readonly maxIntervalDays: number | null;
  /** How long ago the interval may start, in days; null: upstream names no limit. */
  readonly maxAgeDays: number | null;
}

const JOB_HTTP_METHODS = HTTP_METHODS.slice(0, 6);
const JOB_LIMITS = { maxIntervalDays: 90, maxAgeDays: 365 } as const;
const NO_LIMITS = { maxIntervalDays: null, maxAgeDays: null } as const;

/** Source: the operations table and the enums of Genesys' usage API. */
export const OPERATION_TRAITS: Readonly<Record<UsageOperation, OperationTraits>> = {
  ORGANIZATION_QUERY: {
    dimensions: ['OAUTH_CLIENT', 'ORGANIZATION', 'USER', 'TEMPLATE_URI', 'HTTP_METHOD'],
    defaultDimensions: [],
    metrics: USAGE_METRICS,
    filters: [],
    httpMethods: [],
    perClient: false,
    permissions: ['oauth:client:view', 'usage:organization:view'],
    ...NO_LIMITS,
  },
  OAUTH_CLIENT_QUERY: {
    dimensions: ['OAUTH_CLIENT', 'ORGANIZATION', 'TEMPLATE_URI', 'HTTP_METHOD'],
    defaultDimensions: [],
    metrics: USAGE_METRICS,
    filters: [],
    httpMethods: [],
    perClient: true,
    permissions: ['oauth:client:view', 'usage:client:view'],
    ...NO_LIMITS,
  },
  OAUTH_CLIENT_SUMMARY: {
    dimensions: [],
    defaultDimensions: [],
    metrics: USAGE_METRICS,
    filters: [],
    httpMethods: [],
    perClient: true,
    permissions: ['oauth:client:view', 'usage:client:view'],
    ...NO_LIMITS,
  },
  SIMPLE_SEARCH: {
    dimensions: ['DATE', 'OAUTH_CLIENT', 'HTTP_METHOD', 'TEMPLATE_URI'],
    // A search lists records, so it shows every column unless some are picked.
    defaultDimensions: ['DATE', 'OAUTH_CLIENT', 'HTTP_METHOD', 'TEMPLATE_URI'],
    metrics: USAGE_METRICS.slice(1),
    filters: ['oauthClientNames', 'httpMethods', 'templateUris'],
    httpMethods: HTTP_METHODS,
    perClient: false,
    permissions: ['oauth:client:view', 'usage:simpleSearch:view'],
    ...NO_LIMITS,
  },
  ORGANIZATION_AGGREGATES: {
    dimensions: ['OAUTH_CLIENT', 'USER', 'TEMPLATE_URI', 'HTTP_METHOD', 'PLATFORM'],
    defaultDimensions: [],
    metrics: USAGE_METRICS,
    filters: ['httpMethods', 'templateUris', 'platforms', 'userIds', 'oauthClientIds'],
    httpMethods: JOB_HTTP_METHODS,
    perClient: false,
    permissions: ['usage:organization:view'],
    ...JOB_LIMITS,
  },
  OAUTH_CLIENT_AGGREGATES: {
    dimensions: ['ORGANIZATION', 'TEMPLATE_URI', 'HTTP_METHOD', 'PLATFORM'],
    defaultDimensions: [],
    metrics: USAGE_METRICS,
    filters: ['httpMethods', 'templateUris', 'platforms', 'organizationIds'],
    httpMethods: JOB_HTTP_METHODS,
    perClient: true,
    permissions: ['usage:client:view'],
    ...JOB_LIMITS,
  },
};
