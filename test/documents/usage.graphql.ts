/** The operations that the tests run, typed by code generation from the contract. */
import { graphql } from '../generated/gql.js';

export const ExecutionState = graphql(`
  fragment ExecutionState on UsageExecution {
    id
    version
    operation
    status
    done
    upstreamId
    createdAt
    submittedAt
    finishedAt
    expiresAt
    asOf
    pollCount
    nextPollAt
    pollAfterMs
    upstreamMayStillRun
    truncated
    delay {
      reason
      message
      retryAfter
      upstreamStatus
      correlationId
    }
    error {
      code
      message
      retryable
      retryAfter
      upstreamStatus
      correlationId
    }
    request {
      interval
      days
      granularity
      metrics
      groupBy
      clientId
      filters {
        oauthClientNames
        httpMethods
        templateUris
        platforms
        userIds
        oauthClientIds
        organizationIds
      }
      sortBy {
        field
        direction
      }
    }
  }
`);

export const Started = graphql(`
  fragment Started on UsageExecutionPayload {
    source
    execution {
      ...ExecutionState
    }
    userErrors {
      code
      message
      field
    }
  }
`);

export const QueryOrganizationUsage = graphql(`
  mutation QueryOrganizationUsage($input: QueryOrganizationUsageInput!) {
    queryOrganizationUsage(input: $input) {
      ...Started
    }
  }
`);

export const QueryOAuthClientUsage = graphql(`
  mutation QueryOAuthClientUsage($input: QueryOAuthClientUsageInput!) {
    queryOAuthClientUsage(input: $input) {
      ...Started
    }
  }
`);

export const SummarizeOAuthClientUsage = graphql(`
  mutation SummarizeOAuthClientUsage($input: SummarizeOAuthClientUsageInput!) {
    summarizeOAuthClientUsage(input: $input) {
      ...Started
    }
  }
`);

export const SearchUsage = graphql(`
  mutation SearchUsage($input: SearchUsageInput!) {
    searchUsage(input: $input) {
      ...Started
    }
  }
`);

export const AggregateOrganizationUsage = graphql(`
  mutation AggregateOrganizationUsage($input: AggregateOrganizationUsageInput!) {
    aggregateOrganizationUsage(input: $input) {
      ...Started
    }
  }
`);

export const AggregateOAuthClientUsage = graphql(`
  mutation AggregateOAuthClientUsage($input: AggregateOAuthClientUsageInput!) {
    aggregateOAuthClientUsage(input: $input) {
      ...Started
    }
  }
`);

export const CancelUsageExecution = graphql(`
  mutation CancelUsageExecution($input: CancelUsageExecutionInput!) {
    cancelUsageExecution(input: $input) {
      execution {
        ...ExecutionState
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`);

export const Execution = graphql(`
  query Execution($id: ID!) {
    usageExecution(id: $id) {
      ...ExecutionState
    }
  }
`);

export const ExecutionRows = graphql(`
  query ExecutionRows($id: ID!, $first: Int, $after: String) {
    usageExecution(id: $id) {
      status
      totals {
        rowCount
        requests
        status200
        status300
        status400
        status429
        status500
        errorRate
        throttledRate
      }
      rows(first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
        nodes {
          date
          oauthClient {
            id
            name
          }
          organizationId
          user {
            id
            name
          }
          platform
          httpMethod
          templateUri
          requests
          status200
          status300
          status400
          status429
          status500
        }
      }
    }
  }
`);

export const NodeById = graphql(`
  query NodeById($id: ID!) {
    node(id: $id) {
      __typename
      id
    }
  }
`);

export const Executions = graphql(`
  query Executions($first: Int, $after: String, $filter: UsageExecutionFilter) {
    usageExecutions(first: $first, after: $after, filter: $filter) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        operation
        status
        createdAt
      }
    }
  }
`);

export const ViewerInfo = graphql(`
  query ViewerInfo {
    viewer {
      organization {
        id
        name
      }
      user {
        id
        name
      }
      client {
        id
        name
      }
      permissions
      operations
    }
  }
`);

export const OAuthClients = graphql(`
  query OAuthClients {
    oauthClients {
      id
      name
    }
  }
`);

export const ExecutionFinished = graphql(`
  subscription ExecutionFinished($id: ID!) {
    usageExecutionFinished(id: $id) {
      id
      version
      status
      done
      totals {
        rowCount
      }
    }
  }
`);

export const ExecutionUpdated = graphql(`
  subscription ExecutionUpdated($id: ID!) {
    usageExecutionUpdated(id: $id) {
      id
      version
      status
      done
    }
  }
`);

export const ExecutionsFinished = graphql(`
  subscription ExecutionsFinished($filter: UsageExecutionFilter) {
    usageExecutionsFinished(filter: $filter) {
      id
      operation
      status
    }
  }
`);

export const Budget = graphql(`
  query Budget {
    upstreamBudget {
      limit
      remaining
      resetAt
      queued
    }
  }
`);

export const ExecutionTable = graphql(`
  query ExecutionTable(
    $id: ID!
    $first: Int
    $after: String
    $orderBy: [UsageRowOrder!]
    $filter: UsageRowFilter
    $by: [UsageDimension!]!
    $groupOrder: UsageGroupOrder
  ) {
    usageExecution(id: $id) {
      rows(first: $first, after: $after, orderBy: $orderBy, filter: $filter) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          date
          oauthClient {
            id
            name
          }
          httpMethod
          requests
          status429
        }
      }
      totals(filter: $filter) {
        rowCount
        requests
        status429
        errorRate
        throttledRate
      }
      groups(by: $by, orderBy: $groupOrder, filter: $filter) {
        key {
          dimension
          value
          name
        }
        share
        totals {
          rowCount
          requests
        }
      }
    }
  }
`);

export const CompareExecutions = graphql(`
  query CompareExecutions($baseline: ID!, $current: ID!, $by: [UsageDimension!]!, $first: Int) {
    compareUsageExecutions(baseline: $baseline, current: $current, by: $by, first: $first) {
      baseline {
        id
      }
      current {
        id
        totals {
          requests
        }
      }
      groups {
        key {
          dimension
          value
          name
        }
        baseline {
          requests
          errorRate
        }
        current {
          requests
          errorRate
        }
        difference {
          requests
          status200
        }
        ratio {
          requests
          status200
        }
      }
    }
  }
`);
