/** All that a program needs which has no GraphQL library; adapters for those that have one are entries of their own. */
export type { AnyDocument, DocumentNodeLike, UsageDocument } from './document.js';
export {
  USAGE_DOCUMENTS,
  type UsageExecutionSource,
  type UsageExecutionState,
  type UsageExecutionStatus,
  type UsageUserError,
} from './execution-state.js';
export { type FetchOptions, fromFetch } from './from-fetch.js';
export type { HttpOptions, UsageHeaders } from './http.js';
export {
  followUsageExecution,
  requestUsage,
  type ResultData,
  type ResultOptions,
  runUsageQuery,
  type SelectedExecution,
  startUsageQuery,
} from './run-usage-query.js';
export type { StartDocument, StartedQuery, StartPayload } from './start.js';
export type {
  GraphQLErrorLike,
  UsageClient,
  UsageRequest,
  UsageResponse,
  UsageSink,
} from './usage-client.js';
export { UsageQueryError, type UsageQueryErrorKind } from './usage-query-error.js';
export type { UsageProgress, WaitOptions } from './wait-options.js';
