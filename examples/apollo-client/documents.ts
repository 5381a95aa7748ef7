/** What is asked. `graphql` is generated: it gives each document the types of its variables and its result. */
import { graphql } from './generated/gql.ts';

/** All that this program shows. The same fragment everywhere: a poll then updates what a push has put into the cache. */
export const UsageState = graphql(`
  fragment UsageState on UsageExecution {
    id
    version
    status
    done
    pollCount
    pollAfterMs
    error {
      code
      message
    }
    totals {
      requests
      errorRate
    }
    groups(by: [OAUTH_CLIENT], first: 5) {
      key {
        value
        name
      }
      totals {
        requests
      }
    }
  }
`);

export const StartUsage = graphql(`
  mutation StartUsage($input: QueryOrganizationUsageInput!) {
    queryOrganizationUsage(input: $input) {
      execution {
        ...UsageState
      }
      userErrors {
        code
        message
      }
    }
  }
`);

export const WatchUsage = graphql(`
  subscription WatchUsage($id: ID!) {
    usageExecutionUpdated(id: $id) {
      ...UsageState
    }
  }
`);

export const ReadUsage = graphql(`
  query ReadUsage($id: ID!) {
    usageExecution(id: $id) {
      ...UsageState
    }
  }
`);
