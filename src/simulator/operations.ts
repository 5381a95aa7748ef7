import { HTTP_METHODS } from './catalog.js';
import type { Counter } from './wire.js';

/** The six ways to start a usage query upstream. */
export type OperationName =
  'organizationQuery' | 'clientQuery' | 'clientSummary' | 'simpleSearch' | 'organizationJob' | 'clientJob';

export type Dimension =
  'client' | 'clientName' | 'organization' | 'user' | 'templateUri' | 'httpMethod' | 'platform';

/** What sets one operation apart: where it lives, who may use it and which words it takes. */
export interface Operation {
  name: OperationName;
  generation: 'query' | 'search' | 'job';
  start: { method: 'GET' | 'POST'; path: string };
  resultsPath: string;
  /** Any one of them is enough. */
  permissions: readonly string[];
  metrics: readonly string[];
  /** What it can group by, in its own words; the simple search has them among its metrics. */
  groupBy: Readonly<Record<string, Dimension>>;
  httpMethods: readonly string[];
  /** Body keys that hold lists of strings to filter by. */
  filters: readonly string[];
}

/** The five buckets that `Requests` is the sum of, in the order in which they are stored. */
export const BUCKETS: readonly Counter[] = ['Status200', 'Status300', 'Status400', 'Status429', 'Status500'];
const COUNTERS: readonly Counter[] = ['Requests', ...BUCKETS];
const CLIENT_QUERY_GROUPS = {
  OAuthClientId: 'client',
  OrganizationId: 'organization',
  TemplateUri: 'templateUri',
  HttpMethod: 'httpMethod',
} as const;
const JOB_FILTERS = ['templateUris', 'httpMethods', 'platforms'];

const clientQuery: Operation = {
  name: 'clientQuery',
  generation: 'query',
  start: { method: 'POST', path: '/api/v2/oauth/clients/{clientId}/usage/query' },
  resultsPath: '/api/v2/oauth/clients/{clientId}/usage/query/results/{jobId}',
  permissions: ['oauth:client:view', 'usage:client:view'],
  metrics: COUNTERS,
  groupBy: CLIENT_QUERY_GROUPS,
  httpMethods: [],
  filters: [],
};

/** Every operation by name. The summary shares the client query's results endpoint. */
export const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  organizationQuery: {
    name: 'organizationQuery',
    generation: 'query',
    start: { method: 'POST', path: '/api/v2/usage/query' },
    resultsPath: '/api/v2/usage/query/{jobId}/results',
    permissions: ['oauth:client:view', 'usage:organization:view'],
    metrics: COUNTERS,
    groupBy: { ...CLIENT_QUERY_GROUPS, UserId: 'user' },
    httpMethods: [],
    filters: [],
  },
  clientQuery,
  clientSummary: {
    ...clientQuery,
    name: 'clientSummary',
    start: { method: 'GET', path: '/api/v2/oauth/clients/{clientId}/usage/summary' },
  },
  simpleSearch: {
    name: 'simpleSearch',
    generation: 'search',
    start: { method: 'POST', path: '/api/v2/usage/simplesearch' },
    resultsPath: '/api/v2/usage/simplesearch/{jobId}/results',
    permissions: ['oauth:client:view', 'usage:simpleSearch:view'],
    metrics: ['Date', 'ClientName', 'HttpMethod', 'TemplateUri', ...BUCKETS],
    groupBy: { ClientName: 'clientName', HttpMethod: 'httpMethod', TemplateUri: 'templateUri' },
    httpMethods: [...HTTP_METHODS, 'CONNECT', 'OPTIONS', 'TRACE'],
    filters: ['oauthClientNames', 'httpMethods', 'templateUris'],
  },
  organizationJob: {
    name: 'organizationJob',
    generation: 'job',
    start: { method: 'POST', path: '/api/v2/usage/aggregates/query/jobs' },
    resultsPath: '/api/v2/usage/aggregates/query/jobs/{jobId}',
    permissions: ['usage:organization:view'],
    metrics: COUNTERS,
    groupBy: {
      OauthClientName: 'clientName',
      OauthClientId: 'client',
      UserId: 'user',
      HttpMethod: 'httpMethod',
      TemplateUri: 'templateUri',
      Platform: 'platform',
    },
    httpMethods: HTTP_METHODS,
    filters: [...JOB_FILTERS, 'userIds', 'oauthClientIds'],
  },
  clientJob: {
    name: 'clientJob',
    generation: 'job',
    start: { method: 'POST', path: '/api/v2/usage/client/{clientId}/aggregates/query/jobs' },
    resultsPath: '/api/v2/usage/client/{clientId}/aggregates/query/jobs/{jobId}',
    permissions: ['usage:client:view'],
    metrics: COUNTERS,
    groupBy: {
      OrganizationId: 'organization',
      HttpMethod: 'httpMethod',
      TemplateUri: 'templateUri',
      Platform: 'platform',
    },
    httpMethods: HTTP_METHODS,
    filters: [...JOB_FILTERS, 'organizationIds'],
  },
};

/** The path of one job's results, with a leading slash and no query. */
export function resultsUriOf(operation: Operation, jobId: string, clientId: string | undefined): string {
  return operation.resultsPath
    .replace('{clientId}', encodeURIComponent(clientId ?? ''))
    .replace('{jobId}', jobId);
}

/** Tells a counter from the other words that a query may name: its dimensions and `Date`. */
export function isCounter(name: string): name is Counter {
  return COUNTERS.some((counter) => counter === name);
}
