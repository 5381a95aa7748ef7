/** What is asked, as bodies of `POST /graphql`. */
import type { Tenant } from './upstream.ts';

export interface Start {
  readonly field: string;
  readonly body: string;
}

export const EXECUTION = 'id version status done finishedAt rows(first: 1) { totalCount }';
export type FollowField = 'usageExecutionFinished' | 'usageExecutionUpdated';
export const FOLLOW: Readonly<Record<FollowField, string>> = {
  usageExecutionFinished: `subscription Finished($id: ID!) { usageExecutionFinished(id: $id) { ${EXECUTION} } }`,
  usageExecutionUpdated: `subscription Updated($id: ID!) { usageExecutionUpdated(id: $id) { ${EXECUTION} } }`,
};
export const STANDING = 'subscription All { usageExecutionsFinished { id version status done } }';

const ROW = `date oauthClient { id name } organizationId user { id name } platform httpMethod templateUri
  requests status200 status300 status400 status429 status500`;
const STATUS = `query Status($id: ID!) { usageExecution(id: $id) { ${EXECUTION} } }`;
const PAGE = `query Page($id: ID!, $after: String) { usageExecution(id: $id) {
  rows(first: 200, after: $after) { nodes { ${ROW} } pageInfo { hasNextPage endCursor } totalCount } } }`;
const SORTED = `query Sorted($id: ID!) { usageExecution(id: $id) { rows(first: 100, orderBy: [{field: REQUESTS, direction: DESC}],
  filter: {minimum: [{metric: STATUS_200, value: 10}]}) { nodes { ${ROW} } } } }`;
const TOTALS = `query Totals($id: ID!) { usageExecution(id: $id) { totals { rowCount requests errorRate throttledRate } } }`;
const GROUPS = `query Groups($id: ID!) { usageExecution(id: $id) { totals { rowCount }
  groups(by: [TEMPLATE_URI, HTTP_METHOD], first: 1000) { key { dimension value name } share totals { rowCount requests status200 } } } }`;
const LIST = `query List($after: String) { usageExecutions(first: 20, after: $after) {
  nodes { id version operation status createdAt finishedAt } pageInfo { hasNextPage endCursor } } }`;
const CANCEL = `mutation Cancel($id: ID!) { cancelUsageExecution(input: {id: $id}) {
  execution { id status done } userErrors { code message } } }`;

const body = (query: string, variables: object) => JSON.stringify({ query, variables });

export const asks = {
  status: (id: string) => body(STATUS, { id }),
  page: (id: string, after: string | null) => body(PAGE, { id, after }),
  sorted: (id: string) => body(SORTED, { id }),
  totals: (id: string) => body(TOTALS, { id }),
  groups: (id: string) => body(GROUPS, { id }),
  list: (after: string | null) => body(LIST, { after }),
  cancel: (id: string) => body(CANCEL, { id }),
};

const DAY_MS = 86_400_000;
const day = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10);

interface Shape {
  readonly field: string;
  readonly input: string;
  readonly of: (n: number, tenant: Tenant) => object;
}

/** Some tens to some thousands of rows each. */
const SHAPES: readonly Shape[] = [
  {
    field: 'queryOrganizationUsage',
    input: 'QueryOrganizationUsageInput',
    of: (n) => ({ ...days(n, 14), granularity: 'DAY', groupBy: ['OAUTH_CLIENT', 'HTTP_METHOD'] }),
  },
  {
    field: 'queryOAuthClientUsage',
    input: 'QueryOAuthClientUsageInput',
    of: (n, tenant) => ({
      ...days(n, 28),
      clientId: clientOf(n, tenant),
      granularity: 'DAY',
      groupBy: ['TEMPLATE_URI', 'HTTP_METHOD'],
    }),
  },
  {
    field: 'aggregateOrganizationUsage',
    input: 'AggregateOrganizationUsageInput',
    of: (n) => ({ ...days(n, 7), granularity: 'DAY', groupBy: ['OAUTH_CLIENT', 'TEMPLATE_URI', 'PLATFORM'] }),
  },
  {
    field: 'searchUsage',
    input: 'SearchUsageInput',
    of: (n) => ({ ...days(n, 2), httpMethods: ['GET', 'POST'] }),
  },
  {
    field: 'aggregateOAuthClientUsage',
    input: 'AggregateOAuthClientUsageInput',
    of: (n, tenant) => ({
      ...days(n, 60),
      clientId: clientOf(n, tenant),
      granularity: 'WEEK',
      groupBy: ['TEMPLATE_URI', 'HTTP_METHOD', 'PLATFORM'],
    }),
  },
  {
    field: 'summarizeOAuthClientUsage',
    input: 'SummarizeOAuthClientUsageInput',
    // Short and long ones mixed, so that no minute has more rows than another.
    of: (n, tenant) => ({ clientId: clientOf(Math.floor(n / 60), tenant), days: 1 + ((n * 37) % 60) }),
  },
];

/** Another interval for each n, up to some thousands: 280 starts, then another length. */
function days(n: number, about: number): { interval: string } {
  const from = 85 + (n % 280);
  const length = about + (Math.floor(n / 280) % 20);
  return { interval: `${day(from)}/${day(from - length)}` };
}

function clientOf(n: number, { clientIds }: Tenant): string {
  return clientIds[n % clientIds.length] ?? '';
}

/** The n-th start of a tenant; the same n is the same query, another n another one. */
export function startOf(n: number, tenant: Tenant): Start {
  const shape = SHAPES[n % SHAPES.length];
  if (!shape) throw new Error('no shapes');
  const { field, input } = shape;
  const query = `mutation Start($input: ${input}!) { ${field}(input: $input) {
    execution { id status done } source userErrors { code message } } }`;
  return { field, body: body(query, { input: shape.of(Math.floor(n / SHAPES.length), tenant) }) };
}
