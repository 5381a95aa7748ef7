/* eslint-disable */
import * as types from './graphql.ts';
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
    "\n  fragment UsageState on UsageExecution {\n    id\n    version\n    status\n    done\n    pollCount\n    pollAfterMs\n    error {\n      code\n      message\n    }\n    totals {\n      requests\n      errorRate\n    }\n    groups(by: [OAUTH_CLIENT], first: 5) {\n      key {\n        value\n        name\n      }\n      totals {\n        requests\n      }\n    }\n  }\n": typeof types.UsageStateFragmentDoc,
    "\n  mutation StartUsage($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      execution {\n        ...UsageState\n      }\n      userErrors {\n        code\n        message\n      }\n    }\n  }\n": typeof types.StartUsageDocument,
    "\n  subscription WatchUsage($id: ID!) {\n    usageExecutionUpdated(id: $id) {\n      ...UsageState\n    }\n  }\n": typeof types.WatchUsageDocument,
    "\n  query ReadUsage($id: ID!) {\n    usageExecution(id: $id) {\n      ...UsageState\n    }\n  }\n": typeof types.ReadUsageDocument,
};
const documents: Documents = {
    "\n  fragment UsageState on UsageExecution {\n    id\n    version\n    status\n    done\n    pollCount\n    pollAfterMs\n    error {\n      code\n      message\n    }\n    totals {\n      requests\n      errorRate\n    }\n    groups(by: [OAUTH_CLIENT], first: 5) {\n      key {\n        value\n        name\n      }\n      totals {\n        requests\n      }\n    }\n  }\n": types.UsageStateFragmentDoc,
    "\n  mutation StartUsage($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      execution {\n        ...UsageState\n      }\n      userErrors {\n        code\n        message\n      }\n    }\n  }\n": types.StartUsageDocument,
    "\n  subscription WatchUsage($id: ID!) {\n    usageExecutionUpdated(id: $id) {\n      ...UsageState\n    }\n  }\n": types.WatchUsageDocument,
    "\n  query ReadUsage($id: ID!) {\n    usageExecution(id: $id) {\n      ...UsageState\n    }\n  }\n": types.ReadUsageDocument,
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
export function graphql(source: "\n  fragment UsageState on UsageExecution {\n    id\n    version\n    status\n    done\n    pollCount\n    pollAfterMs\n    error {\n      code\n      message\n    }\n    totals {\n      requests\n      errorRate\n    }\n    groups(by: [OAUTH_CLIENT], first: 5) {\n      key {\n        value\n        name\n      }\n      totals {\n        requests\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment UsageState on UsageExecution {\n    id\n    version\n    status\n    done\n    pollCount\n    pollAfterMs\n    error {\n      code\n      message\n    }\n    totals {\n      requests\n      errorRate\n    }\n    groups(by: [OAUTH_CLIENT], first: 5) {\n      key {\n        value\n        name\n      }\n      totals {\n        requests\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartUsage($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      execution {\n        ...UsageState\n      }\n      userErrors {\n        code\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation StartUsage($input: QueryOrganizationUsageInput!) {\n    queryOrganizationUsage(input: $input) {\n      execution {\n        ...UsageState\n      }\n      userErrors {\n        code\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription WatchUsage($id: ID!) {\n    usageExecutionUpdated(id: $id) {\n      ...UsageState\n    }\n  }\n"): (typeof documents)["\n  subscription WatchUsage($id: ID!) {\n    usageExecutionUpdated(id: $id) {\n      ...UsageState\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadUsage($id: ID!) {\n    usageExecution(id: $id) {\n      ...UsageState\n    }\n  }\n"): (typeof documents)["\n  query ReadUsage($id: ID!) {\n    usageExecution(id: $id) {\n      ...UsageState\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;