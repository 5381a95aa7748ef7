/* eslint-disable */
import * as types from './graphql.js';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  mutation StartReport($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      source\n      execution {\n        id\n      }\n      userErrors {\n        code\n        message\n        field\n      }\n    }\n  }\n": typeof types.StartReportDocument,
    "\n  query Report($id: ID!, $first: Int!) {\n    usageExecution(id: $id) {\n      id\n      status\n      totals {\n        rowCount\n        requests\n      }\n      rows(first: $first) {\n        nodes {\n          date\n          requests\n        }\n      }\n    }\n  }\n": typeof types.ReportDocument,
    "\n  query Totals($id: ID!) {\n    usageExecution(id: $id) {\n      totals {\n        requests\n      }\n    }\n  }\n": typeof types.TotalsDocument,
    "\n  mutation StartWithoutId($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      execution {\n        status\n      }\n      userErrors {\n        code\n        message\n      }\n    }\n  }\n": typeof types.StartWithoutIdDocument,
    "\n  query ExportUrls($id: ID!) {\n    usageExecution(id: $id) {\n      csv: exportUrl(format: CSV)\n      jsonl: exportUrl(format: JSONL)\n    }\n  }\n": typeof types.ExportUrlsDocument,
    "\n  fragment ExecutionState on UsageExecution {\n    id\n    version\n    operation\n    status\n    done\n    upstreamId\n    createdAt\n    submittedAt\n    finishedAt\n    expiresAt\n    asOf\n    pollCount\n    nextPollAt\n    pollAfterMs\n    upstreamMayStillRun\n    truncated\n    delay {\n      reason\n      message\n      retryAfter\n      upstreamStatus\n      correlationId\n    }\n    error {\n      code\n      message\n      retryable\n      retryAfter\n      upstreamStatus\n      correlationId\n    }\n    request {\n      interval\n      days\n      granularity\n      metrics\n      groupBy\n      clientId\n      filters {\n        oauthClientNames\n        httpMethods\n        templateUris\n        platforms\n        userIds\n        oauthClientIds\n        organizationIds\n      }\n      sortBy {\n        field\n        direction\n      }\n    }\n  }\n": typeof types.ExecutionStateFragmentDoc,
    "\n  fragment Started on UsageExecutionPayload {\n    source\n    execution {\n      ...ExecutionState\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n": typeof types.StartedFragmentDoc,
    "\n  mutation QueryOrganizationUsage($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      ...Started\n    }\n  }\n": typeof types.QueryOrganizationUsageDocument,
    "\n  mutation QueryOAuthClientUsage($input: QueryOAuthClientUsageInput!) {\n    queryOAuthClientUsage(input: $input) {\n      ...Started\n    }\n  }\n": typeof types.QueryOAuthClientUsageDocument,
    "\n  mutation SummarizeOAuthClientUsage($input: SummarizeOAuthClientUsageInput!) {\n    summarizeOAuthClientUsage(input: $input) {\n      ...Started\n    }\n  }\n": typeof types.SummarizeOAuthClientUsageDocument,
    "\n  mutation SearchUsage($input: SearchUsageInput!) {\n    searchUsage(input: $input) {\n      ...Started\n    }\n  }\n": typeof types.SearchUsageDocument,
    "\n  mutation AggregateOrganizationUsage($input: AggregateOrganizationUsageInput!) {\n    aggregateOrganizationUsage(input: $input) {\n      ...Started\n    }\n  }\n": typeof types.AggregateOrganizationUsageDocument,
    "\n  mutation AggregateOAuthClientUsage($input: AggregateOAuthClientUsageInput!) {\n    aggregateOAuthClientUsage(input: $input) {\n      ...Started\n    }\n  }\n": typeof types.AggregateOAuthClientUsageDocument,
    "\n  mutation CancelUsageExecution($input: CancelUsageExecutionInput!) {\n    cancelUsageExecution(input: $input) {\n      execution {\n        ...ExecutionState\n      }\n      userErrors {\n        code\n        message\n        field\n      }\n    }\n  }\n": typeof types.CancelUsageExecutionDocument,
    "\n  query Execution($id: ID!) {\n    usageExecution(id: $id) {\n      ...ExecutionState\n    }\n  }\n": typeof types.ExecutionDocument,
    "\n  query ExecutionRows($id: ID!, $first: Int, $after: String) {\n    usageExecution(id: $id) {\n      status\n      totals {\n        rowCount\n        requests\n        status200\n        status300\n        status400\n        status429\n        status500\n        errorRate\n        throttledRate\n      }\n      rows(first: $first, after: $after) {\n        totalCount\n        pageInfo {\n          hasNextPage\n          hasPreviousPage\n          startCursor\n          endCursor\n        }\n        nodes {\n          date\n          oauthClient {\n            id\n            name\n          }\n          organizationId\n          user {\n            id\n            name\n          }\n          platform\n          httpMethod\n          templateUri\n          requests\n          status200\n          status300\n          status400\n          status429\n          status500\n        }\n      }\n    }\n  }\n": typeof types.ExecutionRowsDocument,
    "\n  query NodeById($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n    }\n  }\n": typeof types.NodeByIdDocument,
    "\n  query Executions($first: Int, $after: String, $filter: UsageExecutionFilter) {\n    usageExecutions(first: $first, after: $after, filter: $filter) {\n      totalCount\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      nodes {\n        id\n        operation\n        status\n        createdAt\n      }\n    }\n  }\n": typeof types.ExecutionsDocument,
    "\n  query ViewerInfo {\n    viewer {\n      organization {\n        id\n        name\n      }\n      user {\n        id\n        name\n      }\n      client {\n        id\n        name\n      }\n      permissions\n      operations\n    }\n  }\n": typeof types.ViewerInfoDocument,
    "\n  query OAuthClients {\n    oauthClients {\n      id\n      name\n    }\n  }\n": typeof types.OAuthClientsDocument,
    "\n  subscription ExecutionFinished($id: ID!) {\n    usageExecutionFinished(id: $id) {\n      id\n      version\n      status\n      done\n      totals {\n        rowCount\n      }\n    }\n  }\n": typeof types.ExecutionFinishedDocument,
    "\n  subscription ExecutionUpdated($id: ID!) {\n    usageExecutionUpdated(id: $id) {\n      id\n      version\n      status\n      done\n    }\n  }\n": typeof types.ExecutionUpdatedDocument,
    "\n  subscription ExecutionsFinished($filter: UsageExecutionFilter) {\n    usageExecutionsFinished(filter: $filter) {\n      id\n      operation\n      status\n    }\n  }\n": typeof types.ExecutionsFinishedDocument,
    "\n  query Budget {\n    upstreamBudget {\n      limit\n      remaining\n      resetAt\n      queued\n    }\n  }\n": typeof types.BudgetDocument,
    "\n  query ExecutionTable(\n    $id: ID!\n    $first: Int\n    $after: String\n    $orderBy: [UsageRowOrder!]\n    $filter: UsageRowFilter\n    $by: [UsageDimension!]!\n    $groupOrder: UsageGroupOrder\n  ) {\n    usageExecution(id: $id) {\n      rows(first: $first, after: $after, orderBy: $orderBy, filter: $filter) {\n        totalCount\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        nodes {\n          date\n          oauthClient {\n            id\n            name\n          }\n          httpMethod\n          requests\n          status429\n        }\n      }\n      totals(filter: $filter) {\n        rowCount\n        requests\n        status429\n        errorRate\n        throttledRate\n      }\n      groups(by: $by, orderBy: $groupOrder, filter: $filter) {\n        key {\n          dimension\n          value\n          name\n        }\n        share\n        totals {\n          rowCount\n          requests\n        }\n      }\n    }\n  }\n": typeof types.ExecutionTableDocument,
    "\n  query CompareExecutions($baseline: ID!, $current: ID!, $by: [UsageDimension!]!, $first: Int) {\n    compareUsageExecutions(baseline: $baseline, current: $current, by: $by, first: $first) {\n      baseline {\n        id\n      }\n      current {\n        id\n        totals {\n          requests\n        }\n      }\n      groups {\n        key {\n          dimension\n          value\n          name\n        }\n        baseline {\n          requests\n          errorRate\n        }\n        current {\n          requests\n          errorRate\n        }\n        difference {\n          requests\n          status200\n        }\n        ratio {\n          requests\n          status200\n        }\n      }\n    }\n  }\n": typeof types.CompareExecutionsDocument,
};
const documents: Documents = {
    "\n  mutation StartReport($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      source\n      execution {\n        id\n      }\n      userErrors {\n        code\n        message\n        field\n      }\n    }\n  }\n": types.StartReportDocument,
    "\n  query Report($id: ID!, $first: Int!) {\n    usageExecution(id: $id) {\n      id\n      status\n      totals {\n        rowCount\n        requests\n      }\n      rows(first: $first) {\n        nodes {\n          date\n          requests\n        }\n      }\n    }\n  }\n": types.ReportDocument,
    "\n  query Totals($id: ID!) {\n    usageExecution(id: $id) {\n      totals {\n        requests\n      }\n    }\n  }\n": types.TotalsDocument,
    "\n  mutation StartWithoutId($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      execution {\n        status\n      }\n      userErrors {\n        code\n        message\n      }\n    }\n  }\n": types.StartWithoutIdDocument,
    "\n  query ExportUrls($id: ID!) {\n    usageExecution(id: $id) {\n      csv: exportUrl(format: CSV)\n      jsonl: exportUrl(format: JSONL)\n    }\n  }\n": types.ExportUrlsDocument,
    "\n  fragment ExecutionState on UsageExecution {\n    id\n    version\n    operation\n    status\n    done\n    upstreamId\n    createdAt\n    submittedAt\n    finishedAt\n    expiresAt\n    asOf\n    pollCount\n    nextPollAt\n    pollAfterMs\n    upstreamMayStillRun\n    truncated\n    delay {\n      reason\n      message\n      retryAfter\n      upstreamStatus\n      correlationId\n    }\n    error {\n      code\n      message\n      retryable\n      retryAfter\n      upstreamStatus\n      correlationId\n    }\n    request {\n      interval\n      days\n      granularity\n      metrics\n      groupBy\n      clientId\n      filters {\n        oauthClientNames\n        httpMethods\n        templateUris\n        platforms\n        userIds\n        oauthClientIds\n        organizationIds\n      }\n      sortBy {\n        field\n        direction\n      }\n    }\n  }\n": types.ExecutionStateFragmentDoc,
    "\n  fragment Started on UsageExecutionPayload {\n    source\n    execution {\n      ...ExecutionState\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n": types.StartedFragmentDoc,
    "\n  mutation QueryOrganizationUsage($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      ...Started\n    }\n  }\n": types.QueryOrganizationUsageDocument,
    "\n  mutation QueryOAuthClientUsage($input: QueryOAuthClientUsageInput!) {\n    queryOAuthClientUsage(input: $input) {\n      ...Started\n    }\n  }\n": types.QueryOAuthClientUsageDocument,
    "\n  mutation SummarizeOAuthClientUsage($input: SummarizeOAuthClientUsageInput!) {\n    summarizeOAuthClientUsage(input: $input) {\n      ...Started\n    }\n  }\n": types.SummarizeOAuthClientUsageDocument,
    "\n  mutation SearchUsage($input: SearchUsageInput!) {\n    searchUsage(input: $input) {\n      ...Started\n    }\n  }\n": types.SearchUsageDocument,
    "\n  mutation AggregateOrganizationUsage($input: AggregateOrganizationUsageInput!) {\n    aggregateOrganizationUsage(input: $input) {\n      ...Started\n    }\n  }\n": types.AggregateOrganizationUsageDocument,
    "\n  mutation AggregateOAuthClientUsage($input: AggregateOAuthClientUsageInput!) {\n    aggregateOAuthClientUsage(input: $input) {\n      ...Started\n    }\n  }\n": types.AggregateOAuthClientUsageDocument,
    "\n  mutation CancelUsageExecution($input: CancelUsageExecutionInput!) {\n    cancelUsageExecution(input: $input) {\n      execution {\n        ...ExecutionState\n      }\n      userErrors {\n        code\n        message\n        field\n      }\n    }\n  }\n": types.CancelUsageExecutionDocument,
    "\n  query Execution($id: ID!) {\n    usageExecution(id: $id) {\n      ...ExecutionState\n    }\n  }\n": types.ExecutionDocument,
    "\n  query ExecutionRows($id: ID!, $first: Int, $after: String) {\n    usageExecution(id: $id) {\n      status\n      totals {\n        rowCount\n        requests\n        status200\n        status300\n        status400\n        status429\n        status500\n        errorRate\n        throttledRate\n      }\n      rows(first: $first, after: $after) {\n        totalCount\n        pageInfo {\n          hasNextPage\n          hasPreviousPage\n          startCursor\n          endCursor\n        }\n        nodes {\n          date\n          oauthClient {\n            id\n            name\n          }\n          organizationId\n          user {\n            id\n            name\n          }\n          platform\n          httpMethod\n          templateUri\n          requests\n          status200\n          status300\n          status400\n          status429\n          status500\n        }\n      }\n    }\n  }\n": types.ExecutionRowsDocument,
    "\n  query NodeById($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n    }\n  }\n": types.NodeByIdDocument,
    "\n  query Executions($first: Int, $after: String, $filter: UsageExecutionFilter) {\n    usageExecutions(first: $first, after: $after, filter: $filter) {\n      totalCount\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      nodes {\n        id\n        operation\n        status\n        createdAt\n      }\n    }\n  }\n": types.ExecutionsDocument,
    "\n  query ViewerInfo {\n    viewer {\n      organization {\n        id\n        name\n      }\n      user {\n        id\n        name\n      }\n      client {\n        id\n        name\n      }\n      permissions\n      operations\n    }\n  }\n": types.ViewerInfoDocument,
    "\n  query OAuthClients {\n    oauthClients {\n      id\n      name\n    }\n  }\n": types.OAuthClientsDocument,
    "\n  subscription ExecutionFinished($id: ID!) {\n    usageExecutionFinished(id: $id) {\n      id\n      version\n      status\n      done\n      totals {\n        rowCount\n      }\n    }\n  }\n": types.ExecutionFinishedDocument,
    "\n  subscription ExecutionUpdated($id: ID!) {\n    usageExecutionUpdated(id: $id) {\n      id\n      version\n      status\n      done\n    }\n  }\n": types.ExecutionUpdatedDocument,
    "\n  subscription ExecutionsFinished($filter: UsageExecutionFilter) {\n    usageExecutionsFinished(filter: $filter) {\n      id\n      operation\n      status\n    }\n  }\n": types.ExecutionsFinishedDocument,
    "\n  query Budget {\n    upstreamBudget {\n      limit\n      remaining\n      resetAt\n      queued\n    }\n  }\n": types.BudgetDocument,
    "\n  query ExecutionTable(\n    $id: ID!\n    $first: Int\n    $after: String\n    $orderBy: [UsageRowOrder!]\n    $filter: UsageRowFilter\n    $by: [UsageDimension!]!\n    $groupOrder: UsageGroupOrder\n  ) {\n    usageExecution(id: $id) {\n      rows(first: $first, after: $after, orderBy: $orderBy, filter: $filter) {\n        totalCount\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        nodes {\n          date\n          oauthClient {\n            id\n            name\n          }\n          httpMethod\n          requests\n          status429\n        }\n      }\n      totals(filter: $filter) {\n        rowCount\n        requests\n        status429\n        errorRate\n        throttledRate\n      }\n      groups(by: $by, orderBy: $groupOrder, filter: $filter) {\n        key {\n          dimension\n          value\n          name\n        }\n        share\n        totals {\n          rowCount\n          requests\n        }\n      }\n    }\n  }\n": types.ExecutionTableDocument,
    "\n  query CompareExecutions($baseline: ID!, $current: ID!, $by: [UsageDimension!]!, $first: Int) {\n    compareUsageExecutions(baseline: $baseline, current: $current, by: $by, first: $first) {\n      baseline {\n        id\n      }\n      current {\n        id\n        totals {\n          requests\n        }\n      }\n      groups {\n        key {\n          dimension\n          value\n          name\n        }\n        baseline {\n          requests\n          errorRate\n        }\n        current {\n          requests\n          errorRate\n        }\n        difference {\n          requests\n          status200\n        }\n        ratio {\n          requests\n          status200\n        }\n      }\n    }\n  }\n": types.CompareExecutionsDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartReport($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      source\n      execution {\n        id\n      }\n      userErrors {\n        code\n        message\n        field\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation StartReport($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      source\n      execution {\n        id\n      }\n      userErrors {\n        code\n        message\n        field\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Report($id: ID!, $first: Int!) {\n    usageExecution(id: $id) {\n      id\n      status\n      totals {\n        rowCount\n        requests\n      }\n      rows(first: $first) {\n        nodes {\n          date\n          requests\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Report($id: ID!, $first: Int!) {\n    usageExecution(id: $id) {\n      id\n      status\n      totals {\n        rowCount\n        requests\n      }\n      rows(first: $first) {\n        nodes {\n          date\n          requests\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Totals($id: ID!) {\n    usageExecution(id: $id) {\n      totals {\n        requests\n      }\n    }\n  }\n"): (typeof documents)["\n  query Totals($id: ID!) {\n    usageExecution(id: $id) {\n      totals {\n        requests\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartWithoutId($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      execution {\n        status\n      }\n      userErrors {\n        code\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation StartWithoutId($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      execution {\n        status\n      }\n      userErrors {\n        code\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ExportUrls($id: ID!) {\n    usageExecution(id: $id) {\n      csv: exportUrl(format: CSV)\n      jsonl: exportUrl(format: JSONL)\n    }\n  }\n"): (typeof documents)["\n  query ExportUrls($id: ID!) {\n    usageExecution(id: $id) {\n      csv: exportUrl(format: CSV)\n      jsonl: exportUrl(format: JSONL)\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ExecutionState on UsageExecution {\n    id\n    version\n    operation\n    status\n    done\n    upstreamId\n    createdAt\n    submittedAt\n    finishedAt\n    expiresAt\n    asOf\n    pollCount\n    nextPollAt\n    pollAfterMs\n    upstreamMayStillRun\n    truncated\n    delay {\n      reason\n      message\n      retryAfter\n      upstreamStatus\n      correlationId\n    }\n    error {\n      code\n      message\n      retryable\n      retryAfter\n      upstreamStatus\n      correlationId\n    }\n    request {\n      interval\n      days\n      granularity\n      metrics\n      groupBy\n      clientId\n      filters {\n        oauthClientNames\n        httpMethods\n        templateUris\n        platforms\n        userIds\n        oauthClientIds\n        organizationIds\n      }\n      sortBy {\n        field\n        direction\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment ExecutionState on UsageExecution {\n    id\n    version\n    operation\n    status\n    done\n    upstreamId\n    createdAt\n    submittedAt\n    finishedAt\n    expiresAt\n    asOf\n    pollCount\n    nextPollAt\n    pollAfterMs\n    upstreamMayStillRun\n    truncated\n    delay {\n      reason\n      message\n      retryAfter\n      upstreamStatus\n      correlationId\n    }\n    error {\n      code\n      message\n      retryable\n      retryAfter\n      upstreamStatus\n      correlationId\n    }\n    request {\n      interval\n      days\n      granularity\n      metrics\n      groupBy\n      clientId\n      filters {\n        oauthClientNames\n        httpMethods\n        templateUris\n        platforms\n        userIds\n        oauthClientIds\n        organizationIds\n      }\n      sortBy {\n        field\n        direction\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Started on UsageExecutionPayload {\n    source\n    execution {\n      ...ExecutionState\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n"): (typeof documents)["\n  fragment Started on UsageExecutionPayload {\n    source\n    execution {\n      ...ExecutionState\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation QueryOrganizationUsage($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      ...Started\n    }\n  }\n"): (typeof documents)["\n  mutation QueryOrganizationUsage($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      ...Started\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation QueryOAuthClientUsage($input: QueryOAuthClientUsageInput!) {\n    queryOAuthClientUsage(input: $input) {\n      ...Started\n    }\n  }\n"): (typeof documents)["\n  mutation QueryOAuthClientUsage($input: QueryOAuthClientUsageInput!) {\n    queryOAuthClientUsage(input: $input) {\n      ...Started\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SummarizeOAuthClientUsage($input: SummarizeOAuthClientUsageInput!) {\n    summarizeOAuthClientUsage(input: $input) {\n      ...Started\n    }\n  }\n"): (typeof documents)["\n  mutation SummarizeOAuthClientUsage($input: SummarizeOAuthClientUsageInput!) {\n    summarizeOAuthClientUsage(input: $input) {\n      ...Started\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SearchUsage($input: SearchUsageInput!) {\n    searchUsage(input: $input) {\n      ...Started\n    }\n  }\n"): (typeof documents)["\n  mutation SearchUsage($input: SearchUsageInput!) {\n    searchUsage(input: $input) {\n      ...Started\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AggregateOrganizationUsage($input: AggregateOrganizationUsageInput!) {\n    aggregateOrganizationUsage(input: $input) {\n      ...Started\n    }\n  }\n"): (typeof documents)["\n  mutation AggregateOrganizationUsage($input: AggregateOrganizationUsageInput!) {\n    aggregateOrganizationUsage(input: $input) {\n      ...Started\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AggregateOAuthClientUsage($input: AggregateOAuthClientUsageInput!) {\n    aggregateOAuthClientUsage(input: $input) {\n      ...Started\n    }\n  }\n"): (typeof documents)["\n  mutation AggregateOAuthClientUsage($input: AggregateOAuthClientUsageInput!) {\n    aggregateOAuthClientUsage(input: $input) {\n      ...Started\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CancelUsageExecution($input: CancelUsageExecutionInput!) {\n    cancelUsageExecution(input: $input) {\n      execution {\n        ...ExecutionState\n      }\n      userErrors {\n        code\n        message\n        field\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation CancelUsageExecution($input: CancelUsageExecutionInput!) {\n    cancelUsageExecution(input: $input) {\n      execution {\n        ...ExecutionState\n      }\n      userErrors {\n        code\n        message\n        field\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Execution($id: ID!) {\n    usageExecution(id: $id) {\n      ...ExecutionState\n    }\n  }\n"): (typeof documents)["\n  query Execution($id: ID!) {\n    usageExecution(id: $id) {\n      ...ExecutionState\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ExecutionRows($id: ID!, $first: Int, $after: String) {\n    usageExecution(id: $id) {\n      status\n      totals {\n        rowCount\n        requests\n        status200\n        status300\n        status400\n        status429\n        status500\n        errorRate\n        throttledRate\n      }\n      rows(first: $first, after: $after) {\n        totalCount\n        pageInfo {\n          hasNextPage\n          hasPreviousPage\n          startCursor\n          endCursor\n        }\n        nodes {\n          date\n          oauthClient {\n            id\n            name\n          }\n          organizationId\n          user {\n            id\n            name\n          }\n          platform\n          httpMethod\n          templateUri\n          requests\n          status200\n          status300\n          status400\n          status429\n          status500\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ExecutionRows($id: ID!, $first: Int, $after: String) {\n    usageExecution(id: $id) {\n      status\n      totals {\n        rowCount\n        requests\n        status200\n        status300\n        status400\n        status429\n        status500\n        errorRate\n        throttledRate\n      }\n      rows(first: $first, after: $after) {\n        totalCount\n        pageInfo {\n          hasNextPage\n          hasPreviousPage\n          startCursor\n          endCursor\n        }\n        nodes {\n          date\n          oauthClient {\n            id\n            name\n          }\n          organizationId\n          user {\n            id\n            name\n          }\n          platform\n          httpMethod\n          templateUri\n          requests\n          status200\n          status300\n          status400\n          status429\n          status500\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query NodeById($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n    }\n  }\n"): (typeof documents)["\n  query NodeById($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Executions($first: Int, $after: String, $filter: UsageExecutionFilter) {\n    usageExecutions(first: $first, after: $after, filter: $filter) {\n      totalCount\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      nodes {\n        id\n        operation\n        status\n        createdAt\n      }\n    }\n  }\n"): (typeof documents)["\n  query Executions($first: Int, $after: String, $filter: UsageExecutionFilter) {\n    usageExecutions(first: $first, after: $after, filter: $filter) {\n      totalCount\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      nodes {\n        id\n        operation\n        status\n        createdAt\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ViewerInfo {\n    viewer {\n      organization {\n        id\n        name\n      }\n      user {\n        id\n        name\n      }\n      client {\n        id\n        name\n      }\n      permissions\n      operations\n    }\n  }\n"): (typeof documents)["\n  query ViewerInfo {\n    viewer {\n      organization {\n        id\n        name\n      }\n      user {\n        id\n        name\n      }\n      client {\n        id\n        name\n      }\n      permissions\n      operations\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OAuthClients {\n    oauthClients {\n      id\n      name\n    }\n  }\n"): (typeof documents)["\n  query OAuthClients {\n    oauthClients {\n      id\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ExecutionFinished($id: ID!) {\n    usageExecutionFinished(id: $id) {\n      id\n      version\n      status\n      done\n      totals {\n        rowCount\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription ExecutionFinished($id: ID!) {\n    usageExecutionFinished(id: $id) {\n      id\n      version\n      status\n      done\n      totals {\n        rowCount\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ExecutionUpdated($id: ID!) {\n    usageExecutionUpdated(id: $id) {\n      id\n      version\n      status\n      done\n    }\n  }\n"): (typeof documents)["\n  subscription ExecutionUpdated($id: ID!) {\n    usageExecutionUpdated(id: $id) {\n      id\n      version\n      status\n      done\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ExecutionsFinished($filter: UsageExecutionFilter) {\n    usageExecutionsFinished(filter: $filter) {\n      id\n      operation\n      status\n    }\n  }\n"): (typeof documents)["\n  subscription ExecutionsFinished($filter: UsageExecutionFilter) {\n    usageExecutionsFinished(filter: $filter) {\n      id\n      operation\n      status\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Budget {\n    upstreamBudget {\n      limit\n      remaining\n      resetAt\n      queued\n    }\n  }\n"): (typeof documents)["\n  query Budget {\n    upstreamBudget {\n      limit\n      remaining\n      resetAt\n      queued\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ExecutionTable(\n    $id: ID!\n    $first: Int\n    $after: String\n    $orderBy: [UsageRowOrder!]\n    $filter: UsageRowFilter\n    $by: [UsageDimension!]!\n    $groupOrder: UsageGroupOrder\n  ) {\n    usageExecution(id: $id) {\n      rows(first: $first, after: $after, orderBy: $orderBy, filter: $filter) {\n        totalCount\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        nodes {\n          date\n          oauthClient {\n            id\n            name\n          }\n          httpMethod\n          requests\n          status429\n        }\n      }\n      totals(filter: $filter) {\n        rowCount\n        requests\n        status429\n        errorRate\n        throttledRate\n      }\n      groups(by: $by, orderBy: $groupOrder, filter: $filter) {\n        key {\n          dimension\n          value\n          name\n        }\n        share\n        totals {\n          rowCount\n          requests\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ExecutionTable(\n    $id: ID!\n    $first: Int\n    $after: String\n    $orderBy: [UsageRowOrder!]\n    $filter: UsageRowFilter\n    $by: [UsageDimension!]!\n    $groupOrder: UsageGroupOrder\n  ) {\n    usageExecution(id: $id) {\n      rows(first: $first, after: $after, orderBy: $orderBy, filter: $filter) {\n        totalCount\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        nodes {\n          date\n          oauthClient {\n            id\n            name\n          }\n          httpMethod\n          requests\n          status429\n        }\n      }\n      totals(filter: $filter) {\n        rowCount\n        requests\n        status429\n        errorRate\n        throttledRate\n      }\n      groups(by: $by, orderBy: $groupOrder, filter: $filter) {\n        key {\n          dimension\n          value\n          name\n        }\n        share\n        totals {\n          rowCount\n          requests\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompareExecutions($baseline: ID!, $current: ID!, $by: [UsageDimension!]!, $first: Int) {\n    compareUsageExecutions(baseline: $baseline, current: $current, by: $by, first: $first) {\n      baseline {\n        id\n      }\n      current {\n        id\n        totals {\n          requests\n        }\n      }\n      groups {\n        key {\n          dimension\n          value\n          name\n        }\n        baseline {\n          requests\n          errorRate\n        }\n        current {\n          requests\n          errorRate\n        }\n        difference {\n          requests\n          status200\n        }\n        ratio {\n          requests\n          status200\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query CompareExecutions($baseline: ID!, $current: ID!, $by: [UsageDimension!]!, $first: Int) {\n    compareUsageExecutions(baseline: $baseline, current: $current, by: $by, first: $first) {\n      baseline {\n        id\n      }\n      current {\n        id\n        totals {\n          requests\n        }\n      }\n      groups {\n        key {\n          dimension\n          value\n          name\n        }\n        baseline {\n          requests\n          errorRate\n        }\n        current {\n          requests\n          errorRate\n        }\n        difference {\n          requests\n          status200\n        }\n        ratio {\n          requests\n          status200\n        }\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;