/** What the command line asks, and what it is answered. The contract is schema/schema.graphql. */
import type { UsageDocument, UsageExecutionState, UsageUserError } from '../../client/src/index.js';

export interface TotalsData {
  readonly rowCount: number;
  readonly requests: number | null;
  readonly errorRate: number | null;
  readonly throttledRate: number | null;
}

export interface RowData {
  readonly date: string | null;
  readonly oauthClient: { readonly id: string | null; readonly name: string | null } | null;
  readonly organizationId: string | null;
  readonly user: { readonly id: string; readonly name: string | null } | null;
  readonly platform: string | null;
  readonly httpMethod: string | null;
  readonly templateUri: string | null;
  readonly requests: number | null;
  readonly status200: number | null;
  readonly status300: number | null;
  readonly status400: number | null;
  readonly status429: number | null;
  readonly status500: number | null;
}

export interface ExecutionData extends Pick<
  UsageExecutionState,
  | 'id'
  | 'status'
  | 'done'
  | 'operation'
  | 'createdAt'
  | 'finishedAt'
  | 'expiresAt'
  | 'asOf'
  | 'pollCount'
  | 'truncated'
  | 'error'
> {
  readonly request: {
    readonly interval: string | null;
    readonly days: number | null;
    readonly granularity: string | null;
    readonly groupBy: readonly string[];
    readonly metrics: readonly string[];
    readonly clientId: string | null;
  };
}

/** With its first rows; none unless it has succeeded. */
export interface TableData extends ExecutionData {
  readonly totals: TotalsData;
  readonly rows: { readonly nodes: readonly RowData[] };
}

export interface StartData {
  readonly start: {
    readonly source: 'FRESH' | 'JOINED' | 'REUSED' | null;
    readonly execution: { readonly id: string } | null;
    readonly userErrors: readonly UsageUserError[];
  };
}

const EXECUTION_FIELDS = `
  id status done operation createdAt finishedAt expiresAt asOf pollCount truncated
  error { code message retryable retryAfter upstreamStatus correlationId }
  request { interval days granularity groupBy metrics clientId }`;

/** Which start is meant: its field and the type of its input. */
const STARTS = {
  organization: ['queryOrganizationUsage', 'QueryOrganizationUsageInput'],
  client: ['queryOAuthClientUsage', 'QueryOAuthClientUsageInput'],
  organizationAggregates: ['aggregateOrganizationUsage', 'AggregateOrganizationUsageInput'],
  clientAggregates: ['aggregateOAuthClientUsage', 'AggregateOAuthClientUsageInput'],
} as const;

export type StartKind = keyof typeof STARTS;

export function startDocument(kind: StartKind): UsageDocument<StartData, { input: object }> {
  const [field, type] = STARTS[kind];
  return `mutation Start($input: ${type}!) {
    start: ${field}(input: $input) { source execution { id } userErrors { code message field } }
  }`;
}

export const EXECUTION: UsageDocument<{ usageExecution: ExecutionData | null }, { id: string }> =
  `query Execution($id: ID!) { usageExecution(id: $id) { ${EXECUTION_FIELDS} } }`;

export const TABLE: UsageDocument<{ usageExecution: TableData | null }, { id: string; first: number }> = `
  query Table($id: ID!, $first: Int!) {
    usageExecution(id: $id) {
      ${EXECUTION_FIELDS}
      totals { rowCount requests errorRate throttledRate }
      # By day, the largest of each first: a table is read from the top.
      rows(first: $first, orderBy: [{ field: DATE }, { field: REQUESTS, direction: DESC }]) {
        nodes {
          date oauthClient { id name } organizationId user { id name } platform httpMethod templateUri
          requests status200 status300 status400 status429 status500
        }
      }
    }
  }`;

export const EXECUTIONS: UsageDocument<
  { usageExecutions: { nodes: readonly ExecutionData[] } },
  { first: number; filter: { status?: readonly string[] } }
> = `
  query Executions($first: Int!, $filter: UsageExecutionFilter) {
    usageExecutions(first: $first, filter: $filter) { nodes { ${EXECUTION_FIELDS} } }
  }`;

export const CANCEL: UsageDocument<
  {
    cancelUsageExecution: {
      execution: { upstreamMayStillRun: boolean } | null;
      userErrors: readonly UsageUserError[];
    };
  },
  { input: { id: string } }
> = `
  mutation Cancel($input: CancelUsageExecutionInput!) {
    cancelUsageExecution(input: $input) {
      execution { id upstreamMayStillRun }
      userErrors { code message field }
    }
  }`;
