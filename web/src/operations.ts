export interface PreparedOperation {
  query: string;
  variables?: string;
}

/**
 * The tabs that every visit begins with, a story: start → wait → read → group → find who was throttled →
 * compare two weeks → export; then two to explore from. GraphiQL names a tab after its operation, hence
 * the names. The page fills in `$id`, `$baseline` and `$current`.
 */
export function prepareOperations(now: Date): PreparedOperation[] {
  const interval = fourFullWeeks(now);
  return [
    { query: start(interval) },
    { query: WAIT, variables: NO_EXECUTION_YET },
    { query: OVER_TIME, variables: NO_EXECUTION_YET },
    { query: GROUP_BY_CLIENT, variables: NO_EXECUTION_YET },
    { query: WHO_WAS_THROTTLED, variables: NO_EXECUTION_YET },
    { query: startTwoWeeks(...lastTwoWeeks(now)) },
    { query: COMPARE_WEEKS, variables: NO_WEEKS_YET },
    { query: EXPORT, variables: NO_EXECUTION_YET },
    { query: RECENT_EXECUTIONS },
    { query: aggregates(interval) },
  ];
}

/**
 * Monday to Sunday, four times; usage intervals include their last day. The last Sunday lies at least
 * two days back, because upstream's numbers for a day may arrive up to 24 hours after its end.
 */
export function fourFullWeeks(now: Date): string {
  const last = lastFullSunday(now);
  return `${isoDate(last - 27 * DAY_MS)}/${isoDate(last)}`;
}

/** The last two of the four: the earlier one first. */
export function lastTwoWeeks(now: Date): [baseline: string, current: string] {
  const last = lastFullSunday(now);
  return [
    `${isoDate(last - 13 * DAY_MS)}/${isoDate(last - 7 * DAY_MS)}`,
    `${isoDate(last - 6 * DAY_MS)}/${isoDate(last)}`,
  ];
}

function lastFullSunday(now: Date): number {
  const settled = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()) - 2 * DAY_MS;
  return settled - new Date(settled).getUTCDay() * DAY_MS;
}

const DAY_MS = 86_400_000;
const isoDate = (time: number): string => new Date(time).toISOString().slice(0, 10);

const NO_EXECUTION_YET = JSON.stringify({ id: '' }, null, 2);
const NO_WEEKS_YET = JSON.stringify({ baseline: '', current: '' }, null, 2);

const start = (interval: string): string => `# 1. Start a usage query: press play or Ctrl-Enter.
#    The answer comes at once: an execution, which
#    goes on in the background. Turn to Step2_Wait.
#    Press it again: nothing is asked for twice.
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
      finishedAt
      pollCount
      nextPollAt
      pollAfterMs
    }
    userErrors { code message field }
  }
}
`;

const WAIT = `# 2. Wait: the present state, then every change;
#    with the final state it completes, and the days
#    are drawn. The page fills in $id by itself.
subscription Step2_Wait($id: ID!) {
  usageExecutionUpdated(id: $id) {
    id
    version
    status
    done
    createdAt
    finishedAt
    pollCount
    nextPollAt
    delay { reason message retryAfter }
    error { code message retryable }
    totals { rowCount requests errorRate throttledRate }
    groups(by: [DATE], first: 100) {
      key { dimension value }
      totals {
        requests
        status400
        status429
        status500
      }
    }
  }
}
`;

const OVER_TIME = `# 3. Read the rows as often as you like: they are
#    stored here, and upstream is not asked again.
#    byDay adds up all of them; rows is one page.
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
    byDay: groups(by: [DATE], first: 100) {
      key { dimension value }
      totals {
        requests
        status200
        status400
        status429
        status500
      }
    }
    rows(
      first: 1000
      orderBy: [{ field: REQUESTS, direction: DESC }]
    ) {
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

const GROUP_BY_CLIENT = `# 4. Ask the result a question of your own: who
#    makes the requests, and with which methods?
query Step4_GroupByClient($id: ID!) {
  usageExecution(id: $id) {
    status
    clients: groups(by: [OAUTH_CLIENT], first: 20) {
      key { dimension value name }
      share
      totals {
        requests
        status400
        status429
        status500
        errorRate
      }
    }
    methods: groups(by: [HTTP_METHOD]) {
      key { dimension value }
      share
      totals { requests status429 errorRate }
    }
  }
}
`;

const WHO_WAS_THROTTLED = `# 5. Who was throttled (429), and on which days?
#    Only rows with at least one such answer count.
query Step5_WhoWasThrottled(
  $id: ID!
  $throttled: UsageRowFilter = {
    minimum: [{ metric: STATUS_429, value: 1 }]
  }
) {
  usageExecution(id: $id) {
    status
    clients: groups(
      by: [OAUTH_CLIENT]
      orderBy: { field: STATUS_429, direction: DESC }
      filter: $throttled
    ) {
      key { dimension value name }
      share
      totals { requests status429 throttledRate }
    }
    days: groups(by: [DATE], filter: $throttled) {
      key { dimension value }
      totals { requests status429 throttledRate }
    }
  }
}
`;

const startTwoWeeks = (
  baseline: string,
  current: string,
): string => `# 6. Two weeks to compare. Both are started, and
#    the second is waited for, at most 30 seconds:
#    mostly both are done when the answer comes.
mutation Step6_StartTwoWeeks {
  baseline: queryOrganizationUsage(
    input: {
      interval: "${baseline}"
      groupBy: [OAUTH_CLIENT]
    }
  ) {
    ...Started
  }
  current: queryOrganizationUsage(
    input: {
      interval: "${current}"
      groupBy: [OAUTH_CLIENT]
      waitMs: 30000
    }
  ) {
    ...Started
  }
}

fragment Started on UsageExecutionPayload {
  source
  execution {
    id
    status
    done
    createdAt
    finishedAt
    pollCount
    nextPollAt
    request { interval }
  }
  userErrors { code message field }
}
`;

const COMPARE_WEEKS = `# 7. What has changed from one week to the next?
#    Both must have succeeded: ask again while one
#    still runs.
query Step7_CompareWeeks(
  $baseline: ID!
  $current: ID!
) {
  compareUsageExecutions(
    baseline: $baseline
    current: $current
    by: [OAUTH_CLIENT]
    first: 20
  ) {
    groups {
      key { dimension value name }
      baseline { ...Side }
      current { ...Side }
      difference {
        requests
        status400
        status429
        status500
      }
      ratio { requests }
    }
  }
}

fragment Side on UsageTotals {
  requests
  status400
  status429
  status500
}
`;

const EXPORT = `# 8. All rows as a file: press Export in the panel,
#    or ask for these addresses with the same
#    Authorization header as for this query.
query Step8_Export($id: ID!) {
  usageExecution(id: $id) {
    id
    status
    done
    expiresAt
    truncated
    totals { rowCount requests }
    csv: exportUrl(format: CSV)
    jsonLines: exportUrl(format: JSONL)
  }
}
`;

const RECENT_EXECUTIONS = `# Who you are, and the executions, newest first.
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
      totals { requests }
    }
  }
}
`;

const aggregates = (interval: string): string => `# The newer generation of the usage API: weeks, by
# platform and method. Turn to Step2_Wait to see it
# end, then to Step3_RowsAndTotals to read it.
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
