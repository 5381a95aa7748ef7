export interface PreparedOperation {
  query: string;
  variables?: string;
}

/** Operations whose `$id` the page fills with the execution that was started last. */
export const TAKES_EXECUTION_ID: ReadonlySet<string> = new Set([
  'Step2_Wait',
  'Step3_RowsAndTotals',
  'Step4_GroupByClient',
]);

/**
 * The tabs that every visit begins with: start → wait → read → group, then two to explore from.
 * GraphiQL names a tab after its operation, hence the names.
 */
export function prepareOperations(now: Date): PreparedOperation[] {
  const interval = fourFullWeeks(now);
  return [
    { query: start(interval) },
    { query: WAIT, variables: NO_EXECUTION_YET },
    { query: ROWS_AND_TOTALS, variables: NO_EXECUTION_YET },
    { query: GROUP_BY_CLIENT, variables: NO_EXECUTION_YET },
    { query: RECENT_EXECUTIONS },
    { query: aggregates(interval) },
  ];
}

/**
 * Monday to Sunday, four times; usage intervals include their last day. The last Sunday lies at least
 * two days back, because upstream's numbers for a day may arrive up to 24 hours after its end.
 */
export function fourFullWeeks(now: Date): string {
  const settled = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()) - 2 * DAY_MS;
  const lastSunday = settled - new Date(settled).getUTCDay() * DAY_MS;
  return `${isoDate(lastSunday - 27 * DAY_MS)}/${isoDate(lastSunday)}`;
}

const DAY_MS = 86_400_000;
const isoDate = (time: number): string => new Date(time).toISOString().slice(0, 10);

const NO_EXECUTION_YET = JSON.stringify({ id: '' }, null, 2);

const start = (interval: string): string => `# 1. Start a usage query. The answer comes at once: an
#    execution, which goes on in the background. Press
#    play or Ctrl-Enter, then turn to Step2_Wait. Press it
#    again: what is there already is not asked for twice.
mutation Step1_Start {
  queryOrganizationUsage(
    input: {
      interval: "${interval}"
      granularity: DAY
      groupBy: [OAUTH_CLIENT, HTTP_METHOD]
      metrics: [
        REQUESTS, STATUS_200, STATUS_400
        STATUS_429, STATUS_500
      ]
    }
  ) {
    source
    execution {
      id
      status
      done
      version
      createdAt
      pollAfterMs
    }
    userErrors { code message field }
  }
}
`;

const WAIT = `# 2. Wait for the result: the present state, then every
#    change; with the final state it completes.
#    The page fills in $id: what was started last.
subscription Step2_Wait($id: ID!) {
  usageExecutionUpdated(id: $id) {
    id
    version
    status
    done
    pollCount
    nextPollAt
    error { code message retryable }
  }
}
`;

const ROWS_AND_TOTALS = `# 3. Read the rows as often as you like: they are stored
#    here, and upstream is not asked again.
#    The page fills in $id: what was started last.
query Step3_RowsAndTotals($id: ID!) {
  usageExecution(id: $id) {
    status
    asOf
    totals {
      requests
      status200
      status300
      status400
      status429
      status500
      rowCount
      errorRate
      throttledRate
    }
    rows(first: 100) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        date
        oauthClient { id name }
        httpMethod
        requests
        status200
        status400
        status429
        status500
      }
    }
  }
}
`;

const GROUP_BY_CLIENT = `# 4. Ask the result a question of your own: who makes the
#    requests, and who is throttled? Other dimensions:
#    DATE, HTTP_METHOD. The file behind exportUrl needs
#    the same Authorization header as this query.
query Step4_GroupByClient($id: ID!) {
  usageExecution(id: $id) {
    status
    groups(by: [OAUTH_CLIENT], first: 20) {
      key { dimension value name }
      share
      totals { requests status429 errorRate throttledRate }
    }
    exportUrl(format: CSV)
  }
}
`;

const RECENT_EXECUTIONS = `# Who you are, and the latest executions, newest first.
query RecentExecutions {
  viewer { organization { id name } permissions }
  usageExecutions(first: 20) {
    totalCount
    nodes {
      id
      operation
      status
      createdAt
      finishedAt
      expiresAt
      pollCount
      truncated
      error { code message }
    }
  }
}
`;

const aggregates = (interval: string): string => `# The newer generation of the usage API: weeks, by platform
# and method. Turn to Step2_Wait to see it end, then to
# Step3_RowsAndTotals to read it.
mutation Aggregates {
  aggregateOrganizationUsage(
    input: {
      interval: "${interval}"
      granularity: WEEK
      groupBy: [PLATFORM, HTTP_METHOD]
      metrics: [
        REQUESTS, STATUS_200, STATUS_400
        STATUS_429, STATUS_500
      ]
    }
  ) {
    source
    execution {
      id
      status
      request { interval granularity metrics groupBy }
    }
    userErrors { code message field }
  }
}
`;
