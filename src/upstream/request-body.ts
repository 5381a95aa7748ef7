/**
 * From a canonical request to what upstream is sent. An empty list is left out: for upstream, absent means all.
 */
import type { UsageDimension, UsageGranularity, UsageMetric } from '../domain/operation.js';
import type { UsageRequest } from '../domain/request.js';
import type { WireClientJobBody, WireJobBody, WireOrganizationJobBody } from './wire.js';
import type { WireQueryBody, WireSearchBody, WireSort } from './wire.js';

type Names<T extends string> = Readonly<Record<T, string>>;

const GRANULARITIES: Names<UsageGranularity> = { DAY: 'Day', WEEK: 'Week', MONTH: 'Month' };

const METRICS: Names<UsageMetric> = {
  REQUESTS: 'Requests',
  STATUS_200: 'Status200',
  STATUS_300: 'Status300',
  STATUS_400: 'Status400',
  STATUS_429: 'Status429',
  STATUS_500: 'Status500',
};

const QUERY_DIMENSIONS: Names<UsageDimension> = {
  DATE: 'Date',
  OAUTH_CLIENT: 'OAuthClientId',
  ORGANIZATION: 'OrganizationId',
  USER: 'UserId',
  TEMPLATE_URI: 'TemplateUri',
  HTTP_METHOD: 'HttpMethod',
  PLATFORM: 'Platform',
};

/** The newer generation spells one name differently. */
const JOB_DIMENSIONS: Names<UsageDimension> = { ...QUERY_DIMENSIONS, OAUTH_CLIENT: 'OauthClientId' };
/** The simple search knows clients by name, and its dimensions are columns among its metrics. */
const SEARCH_DIMENSIONS: Names<UsageDimension> = { ...QUERY_DIMENSIONS, OAUTH_CLIENT: 'ClientName' };

/** Organization query and OAuth client query. */
export function toQueryBody(request: UsageRequest): WireQueryBody {
  return toBody(request, QUERY_DIMENSIONS);
}

export function toSearchBody(request: UsageRequest): WireSearchBody {
  const { groupBy, metrics, filters } = request;
  return {
    interval: intervalOf(request),
    ...list('metrics', [...wireNames(groupBy, SEARCH_DIMENSIONS), ...wireNames(metrics, METRICS)]),
    ...list('oauthClientNames', filters.oauthClientNames),
    ...list('httpMethods', filters.httpMethods),
    ...list('templateUris', filters.templateUris),
  };
}

export function toOrganizationJobBody(request: UsageRequest): WireOrganizationJobBody {
  return {
    ...toJobBody(request),
    ...list('userIds', request.filters.userIds),
    ...list('oauthClientIds', request.filters.oauthClientIds),
  };
}

export function toClientJobBody(request: UsageRequest): WireClientJobBody {
  return { ...toJobBody(request), ...list('organizationIds', request.filters.organizationIds) };
}

function toJobBody(request: UsageRequest): WireJobBody {
  const { filters, sortBy } = request;
  return {
    ...toBody(request, JOB_DIMENSIONS),
    ...(sortBy.length > 0 ? { sortBy: sortBy.map(toWireSort) } : {}),
    ...list('templateUris', filters.templateUris),
    ...list('httpMethods', filters.httpMethods),
    ...list('platforms', filters.platforms),
  };
}

function toBody(request: UsageRequest, dimensions: Names<UsageDimension>): WireQueryBody {
  const { granularity, metrics, groupBy } = request;
  return {
    interval: intervalOf(request),
    ...(granularity ? { granularity: GRANULARITIES[granularity] } : {}),
    ...list('metrics', wireNames(metrics, METRICS)),
    ...list('groupBy', wireNames(groupBy, dimensions)),
  };
}

function toWireSort({ field, direction }: UsageRequest['sortBy'][number]): WireSort {
  const fieldName = { ...JOB_DIMENSIONS, ...METRICS }[field];
  return { fieldName, order: direction === 'ASC' ? 'Asc' : 'Desc' };
}

function wireNames<T extends string>(values: readonly T[], names: Names<T>): string[] {
  return values.map((value) => names[value]);
}

function list<Key extends string>(key: Key, values: readonly string[]): { [K in Key]?: string[] } {
  return values.length > 0 ? ({ [key]: [...values] } as { [K in Key]: string[] }) : {};
}

function intervalOf({ interval }: UsageRequest): string {
  if (interval === null) throw new TypeError('Only the summary goes without an interval.');
  return interval;
}
