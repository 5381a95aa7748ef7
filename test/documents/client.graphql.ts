/** What a frontend writes for the client package: its start, and what it wants to have in the end. */
import { graphql } from '../generated/gql.js';

export const StartReport = graphql(`
  mutation StartReport($input: QueryOrganizationUsageInput!) {
    queryOrganizationUsage(input: $input) {
      source
      execution {
        id
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`);

export const Report = graphql(`
  query Report($id: ID!, $first: Int!) {
    usageExecution(id: $id) {
      id
      status
      totals {
        rowCount
        requests
      }
      rows(first: $first) {
        nodes {
          date
          requests
        }
      }
    }
  }
`);

export const Totals = graphql(`
  query Totals($id: ID!) {
    usageExecution(id: $id) {
      totals {
        requests
      }
    }
  }
`);

/** Nothing can be followed here: there is no id. */
export const StartWithoutId = graphql(`
  mutation StartWithoutId($input: QueryOrganizationUsageInput!) {
    queryOrganizationUsage(input: $input) {
      execution {
        status
      }
      userErrors {
        code
        message
      }
    }
  }
`);
