/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Usage of the whole organization. */
export type QueryOrganizationUsageInput = {
  /** Length of a period; left out: the whole interval. */
  granularity?: UsageGranularity | null | undefined;
  /** What to tell rows apart by; left out: nothing, one row for each period. */
  groupBy?: Array<UsageDimension> | null | undefined;
  /** Your own name for this start, 1 to 256 printable characters: repeated within 24 hours it gives the same execution, whatever became of it, and never starts another one. With another request it is refused. */
  idempotencyKey?: string | null | undefined;
  /** The days asked for. */
  interval: string;
  /** What to count; left out: everything that the operation counts. */
  metrics?: Array<UsageMetric> | null | undefined;
  /** An identical query that runs is joined, and one that has succeeded for the same data day is reused: the same execution, the same id. Identical is what asks the same in the same organization with the same rights, whatever its order, spelling or defaults. */
  reuse?: ReusePolicy | null | undefined;
  /** Wait so many milliseconds, at most 30,000, for the final state, so that a quick query is answered in one round trip; after that the answer is the state that there is. */
  waitMs?: number | null | undefined;
};

/** When a result that is here already will do. */
export type ReusePolicy = {
  /** Only results that are at most so many seconds old; null: any of the same data day. 0: always a new query, even beside an identical one that runs. */
  maxAgeSeconds?: number | null | undefined;
};

/** What rows can be told apart by. Not every operation has every dimension. */
export type UsageDimension =
  /** The period, by the granularity. Set a granularity to get it; only a search takes it in `groupBy`. */
  | 'DATE'
  /** The HTTP method. */
  | 'HTTP_METHOD'
  /** The OAuth client that made the requests. */
  | 'OAUTH_CLIENT'
  /** The organization in which the requests were made. */
  | 'ORGANIZATION'
  /** The platform on which the requests were made. */
  | 'PLATFORM'
  /** The endpoint, with placeholders in place of ids and without a leading slash. */
  | 'TEMPLATE_URI'
  /** The user on whose behalf the requests were made. */
  | 'USER';

/** Why an execution ended without rows. */
export type UsageExecutionErrorCode =
  /** The token with which it was asked was held in memory alone and is lost, and nobody brought another one in time. */
  | 'CREDENTIALS_MISSING'
  /** Upstream refused the token with which it was asked, and nobody brought a good one in time. */
  | 'CREDENTIALS_REJECTED'
  /** Upstream did not finish within the time that we wait. */
  | 'DEADLINE_EXCEEDED'
  /** Upstream ended the query as canceled. */
  | 'UPSTREAM_CANCELED'
  /** Upstream ended the query as failed. */
  | 'UPSTREAM_FAILED'
  /** Upstream refused the query: the credential lacks a permission. */
  | 'UPSTREAM_FORBIDDEN'
  /** Upstream answered with a result that can not be read. */
  | 'UPSTREAM_INVALID_RESULT'
  /** Upstream does not know the query or its OAuth client, or has dropped its result. */
  | 'UPSTREAM_NOT_FOUND'
  /** Upstream refused the query as invalid. */
  | 'UPSTREAM_REJECTED';

/** Where an execution stands. The last four are final: once there, it never changes again. */
export type UsageExecutionStatus =
  /** Ended by whoever started it; upstream may still be working, since it has no cancel. */
  | 'CANCELED'
  /** Ended without rows; `error` says why. */
  | 'FAILED'
  /** Accepted and stored here; upstream has not confirmed the start yet. */
  | 'QUEUED'
  /** Upstream works on it, or has it waiting. */
  | 'RUNNING'
  /** Done; the rows are here. */
  | 'SUCCEEDED'
  /** Upstream did not finish in the time that we wait. */
  | 'TIMED_OUT';

/** Length of the periods into which the interval is cut. Without one, rows cover the whole interval. */
export type UsageGranularity =
  /** UTC days. */
  | 'DAY'
  /** Calendar months. */
  | 'MONTH'
  /** Weeks. */
  | 'WEEK';

/** What is counted. Not every operation has every metric. */
export type UsageMetric =
  /** All requests. */
  | 'REQUESTS'
  /** Answers with a status from 200 to 299. */
  | 'STATUS_200'
  /** Answers with a status from 300 to 399. */
  | 'STATUS_300'
  /** Answers with a status from 400 to 499. Upstream is not clear about whether 429 is among them. */
  | 'STATUS_400'
  /** Answers with status 429: throttled. */
  | 'STATUS_429'
  /** Answers with a status of 500 or more. */
  | 'STATUS_500';

/** Why a start or a cancel was refused. */
export type UserErrorCode =
  /** The execution had ended before; nothing was changed. */
  | 'ALREADY_FINAL'
  /** The caller lacks the permission for this operation; the message lists those that would do. */
  | 'FORBIDDEN'
  /** The idempotency key was used for another request within the last 24 hours. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** The interval starts in the future; usage is served for whole past UTC days. */
  | 'INTERVAL_IN_FUTURE'
  /** The interval is longer than the operation allows. */
  | 'INTERVAL_TOO_LONG'
  /** The interval starts longer ago than the operation allows. */
  | 'INTERVAL_TOO_OLD'
  /** The number of days is out of range. */
  | 'INVALID_DAYS'
  /** A filter holds too many values, or one that is empty or too long. */
  | 'INVALID_FILTER'
  /** An id is not of the form that upstream uses. */
  | 'INVALID_ID'
  /** An idempotency key has 1 to 256 printable characters. */
  | 'INVALID_IDEMPOTENCY_KEY'
  /** The interval ends before it starts. */
  | 'INVALID_INTERVAL'
  /** The age of a result to be reused is negative. */
  | 'INVALID_MAX_AGE'
  /** The time to wait is out of range. */
  | 'INVALID_WAIT'
  /** There is no such execution for this caller, or upstream knows no such OAuth client. */
  | 'NOT_FOUND'
  /** The operation does not have this dimension; the message lists those it has. */
  | 'UNSUPPORTED_DIMENSION'
  /** The operation does not have this HTTP method; the message lists those it has. */
  | 'UNSUPPORTED_HTTP_METHOD'
  /** The operation does not have this metric; the message lists those it has. */
  | 'UNSUPPORTED_METRIC'
  /** The operation can not sort by this field; the message lists those it can. */
  | 'UNSUPPORTED_SORT_FIELD'
  /** Upstream refused the query as invalid. */
  | 'UPSTREAM_REJECTED';

export type UsageStateFragment = { id: string, version: number, status: UsageExecutionStatus, done: boolean, pollCount: number, pollAfterMs: number | null, error: { code: UsageExecutionErrorCode, message: string } | null, totals: { requests: number | null, errorRate: number | null }, groups: Array<{ key: Array<{ value: string | null, name: string | null }>, totals: { requests: number | null } }> };

export type StartUsageMutationVariables = Exact<{
  input: QueryOrganizationUsageInput;
}>;


export type StartUsageMutation = { queryOrganizationUsage: { execution: { id: string, version: number, status: UsageExecutionStatus, done: boolean, pollCount: number, pollAfterMs: number | null, error: { code: UsageExecutionErrorCode, message: string } | null, totals: { requests: number | null, errorRate: number | null }, groups: Array<{ key: Array<{ value: string | null, name: string | null }>, totals: { requests: number | null } }> } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type WatchUsageSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type WatchUsageSubscription = { usageExecutionUpdated: { id: string, version: number, status: UsageExecutionStatus, done: boolean, pollCount: number, pollAfterMs: number | null, error: { code: UsageExecutionErrorCode, message: string } | null, totals: { requests: number | null, errorRate: number | null }, groups: Array<{ key: Array<{ value: string | null, name: string | null }>, totals: { requests: number | null } }> } };

export type ReadUsageQueryVariables = Exact<{
  id: string | number;
}>;


export type ReadUsageQuery = { usageExecution: { id: string, version: number, status: UsageExecutionStatus, done: boolean, pollCount: number, pollAfterMs: number | null, error: { code: UsageExecutionErrorCode, message: string } | null, totals: { requests: number | null, errorRate: number | null }, groups: Array<{ key: Array<{ value: string | null, name: string | null }>, totals: { requests: number | null } }> } | null };

export const UsageStateFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UsageState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"errorRate"}}]}},{"kind":"Field","name":{"kind":"Name","value":"groups"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"OAUTH_CLIENT"}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"5"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}}]}}]}}]}}]} as unknown as DocumentNode<UsageStateFragment, unknown>;
export const StartUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"QueryOrganizationUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"queryOrganizationUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"execution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UsageState"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UsageState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"errorRate"}}]}},{"kind":"Field","name":{"kind":"Name","value":"groups"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"OAUTH_CLIENT"}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"5"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}}]}}]}}]}}]} as unknown as DocumentNode<StartUsageMutation, StartUsageMutationVariables>;
export const WatchUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageExecutionUpdated"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UsageState"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UsageState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"errorRate"}}]}},{"kind":"Field","name":{"kind":"Name","value":"groups"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"OAUTH_CLIENT"}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"5"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}}]}}]}}]}}]} as unknown as DocumentNode<WatchUsageSubscription, WatchUsageSubscriptionVariables>;
export const ReadUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ReadUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageExecution"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UsageState"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UsageState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"errorRate"}}]}},{"kind":"Field","name":{"kind":"Name","value":"groups"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"OAUTH_CLIENT"}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"5"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}}]}}]}}]}}]} as unknown as DocumentNode<ReadUsageQuery, ReadUsageQueryVariables>;