/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Usage of one OAuth client, newer generation: at most a year back, at most 90 days from start to end. */
export type AggregateOAuthClientUsageInput = {
  /** The OAuth client that the query is about. */
  clientId: string | number;
  /** Length of a period; left out: the whole interval. */
  granularity?: UsageGranularity | null | undefined;
  /** What to tell rows apart by; left out: nothing, one row for each period. */
  groupBy?: Array<UsageDimension> | null | undefined;
  /** Only requests with one of these methods. */
  httpMethods?: Array<HttpMethod> | null | undefined;
  /** Your own name for this start, 1 to 256 printable characters: repeated within 24 hours it gives the same execution, whatever became of it, and never starts another one. With another request it is refused. */
  idempotencyKey?: string | null | undefined;
  /** The days asked for. */
  interval: string;
  /** What to count; left out: everything that the operation counts. */
  metrics?: Array<UsageMetric> | null | undefined;
  /** Only requests made in one of these organizations. */
  organizationIds?: Array<string | number> | null | undefined;
  /** Only requests made on one of these platforms. */
  platforms?: Array<string> | null | undefined;
  /** An identical query that runs is joined, and one that has succeeded for the same data day is reused: the same execution, the same id. Identical is what asks the same in the same organization with the same rights, whatever its order, spelling or defaults. */
  reuse?: ReusePolicy | null | undefined;
  /** How upstream is to sort the rows. */
  sortBy?: Array<UsageSort> | null | undefined;
  /** Only requests to one of these endpoints, written without a leading slash. */
  templateUris?: Array<string> | null | undefined;
  /** Wait so many milliseconds, at most 30,000, for the final state, so that a quick query is answered in one round trip; after that the answer is the state that there is. */
  waitMs?: number | null | undefined;
};

/** Usage of the whole organization, newer generation: at most a year back, at most 90 days from start to end. */
export type AggregateOrganizationUsageInput = {
  /** Length of a period; left out: the whole interval. */
  granularity?: UsageGranularity | null | undefined;
  /** What to tell rows apart by; left out: nothing, one row for each period. */
  groupBy?: Array<UsageDimension> | null | undefined;
  /** Only requests with one of these methods. */
  httpMethods?: Array<HttpMethod> | null | undefined;
  /** Your own name for this start, 1 to 256 printable characters: repeated within 24 hours it gives the same execution, whatever became of it, and never starts another one. With another request it is refused. */
  idempotencyKey?: string | null | undefined;
  /** The days asked for. */
  interval: string;
  /** What to count; left out: everything that the operation counts. */
  metrics?: Array<UsageMetric> | null | undefined;
  /** Only requests made by one of these OAuth clients. */
  oauthClientIds?: Array<string | number> | null | undefined;
  /** Only requests made on one of these platforms. */
  platforms?: Array<string> | null | undefined;
  /** An identical query that runs is joined, and one that has succeeded for the same data day is reused: the same execution, the same id. Identical is what asks the same in the same organization with the same rights, whatever its order, spelling or defaults. */
  reuse?: ReusePolicy | null | undefined;
  /** How upstream is to sort the rows. */
  sortBy?: Array<UsageSort> | null | undefined;
  /** Only requests to one of these endpoints, written without a leading slash. */
  templateUris?: Array<string> | null | undefined;
  /** Only requests made on behalf of one of these users. */
  userIds?: Array<string | number> | null | undefined;
  /** Wait so many milliseconds, at most 30,000, for the final state, so that a quick query is answered in one round trip; after that the answer is the state that there is. */
  waitMs?: number | null | undefined;
};

/** Which execution to cancel. */
export type CancelUsageExecutionInput = {
  /** Id of the execution. */
  id: string | number;
};

/** Where the execution of a start came from. */
export type ExecutionSource =
  /** A new query was started upstream for it. */
  | 'FRESH'
  /** An identical one was running, or the one of the same idempotency key was. */
  | 'JOINED'
  /** An identical one had succeeded, or the one of the same idempotency key had ended. */
  | 'REUSED';

/** An HTTP method. The aggregate operations filter by the first six alone. */
export type HttpMethod =
  /** CONNECT */
  | 'CONNECT'
  /** DELETE */
  | 'DELETE'
  /** GET */
  | 'GET'
  /** HEAD */
  | 'HEAD'
  /** OPTIONS */
  | 'OPTIONS'
  /** PATCH */
  | 'PATCH'
  /** POST */
  | 'POST'
  /** PUT */
  | 'PUT'
  /** TRACE */
  | 'TRACE';

/** Usage of one OAuth client. */
export type QueryOAuthClientUsageInput = {
  /** The OAuth client that the query is about. */
  clientId: string | number;
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

/** Usage records by client name, method or endpoint. */
export type SearchUsageInput = {
  /** Columns to show; left out: DATE, OAUTH_CLIENT, HTTP_METHOD and TEMPLATE_URI. */
  groupBy?: Array<UsageDimension> | null | undefined;
  /** Only requests with one of these methods. */
  httpMethods?: Array<HttpMethod> | null | undefined;
  /** Your own name for this start, 1 to 256 printable characters: repeated within 24 hours it gives the same execution, whatever became of it, and never starts another one. With another request it is refused. */
  idempotencyKey?: string | null | undefined;
  /** The days asked for. */
  interval: string;
  /** What to count; left out: everything that the operation counts. */
  metrics?: Array<UsageMetric> | null | undefined;
  /** Only requests made by OAuth clients of one of these names. */
  oauthClientNames?: Array<string> | null | undefined;
  /** An identical query that runs is joined, and one that has succeeded for the same data day is reused: the same execution, the same id. Identical is what asks the same in the same organization with the same rights, whatever its order, spelling or defaults. */
  reuse?: ReusePolicy | null | undefined;
  /** Only requests to one of these endpoints, written without a leading slash. */
  templateUris?: Array<string> | null | undefined;
  /** Wait so many milliseconds, at most 30,000, for the final state, so that a quick query is answered in one round trip; after that the answer is the state that there is. */
  waitMs?: number | null | undefined;
};

/** Which way to sort. */
export type SortDirection =
  /** Smallest, earliest or alphabetically first at the top. */
  | 'ASC'
  /** Largest, latest or alphabetically last at the top. */
  | 'DESC';

/** Usage of one OAuth client over its last days. */
export type SummarizeOAuthClientUsageInput = {
  /** The OAuth client that the query is about. */
  clientId: string | number;
  /** How many days back, from 1 to 365. */
  days?: number | null | undefined;
  /** Your own name for this start, 1 to 256 printable characters: repeated within 24 hours it gives the same execution, whatever became of it, and never starts another one. With another request it is refused. */
  idempotencyKey?: string | null | undefined;
  /** An identical query that runs is joined, and one that has succeeded for the same data day is reused: the same execution, the same id. Identical is what asks the same in the same organization with the same rights, whatever its order, spelling or defaults. */
  reuse?: ReusePolicy | null | undefined;
  /** Wait so many milliseconds, at most 30,000, for the final state, so that a quick query is answered in one round trip; after that the answer is the state that there is. */
  waitMs?: number | null | undefined;
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

/** Why an open execution waits. */
export type UsageExecutionDelayReason =
  /** Our own budget of requests for the token is used up (see `upstreamBudget`). */
  | 'BUDGET_USED_UP'
  /** There is no token that Genesys Cloud accepts. It goes on when whoever may see it comes back with one. */
  | 'CREDENTIALS'
  /** Genesys Cloud has asked to be left alone with the token for a while: 429, or `Retry-After`. */
  | 'UPSTREAM_ASKED_TO_WAIT'
  /** Genesys Cloud could not be asked, or gave no usable answer. It is asked again, ever more rarely while it fails. */
  | 'UPSTREAM_FAILING';

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

/** Which executions are meant; a field left out does not restrict. */
export type UsageExecutionFilter = {
  /** Those about this OAuth client. */
  clientId?: string | number | null | undefined;
  /** Those accepted at or after this instant. */
  createdFrom?: string | null | undefined;
  /** Those accepted before this instant. */
  createdTo?: string | null | undefined;
  /** True: only those that the viewer was the first to start; one that was joined or reused is its first starter’s. */
  mine?: boolean | null | undefined;
  /** Those of one of these kinds. */
  operation?: Array<UsageOperation> | null | undefined;
  /** Those in one of these states. */
  status?: Array<UsageExecutionStatus> | null | undefined;
};

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

/** Any dimension or metric. */
export type UsageField =
  /** See `UsageDimension`. */
  | 'DATE'
  /** See `UsageDimension`. */
  | 'HTTP_METHOD'
  /** See `UsageDimension`. */
  | 'OAUTH_CLIENT'
  /** See `UsageDimension`. */
  | 'ORGANIZATION'
  /** See `UsageDimension`. */
  | 'PLATFORM'
  /** See `UsageMetric`. */
  | 'REQUESTS'
  /** See `UsageMetric`. */
  | 'STATUS_200'
  /** See `UsageMetric`. */
  | 'STATUS_300'
  /** See `UsageMetric`. */
  | 'STATUS_400'
  /** See `UsageMetric`. */
  | 'STATUS_429'
  /** See `UsageMetric`. */
  | 'STATUS_500'
  /** See `UsageDimension`. */
  | 'TEMPLATE_URI'
  /** See `UsageDimension`. */
  | 'USER';

/** Length of the periods into which the interval is cut. Without one, rows cover the whole interval. */
export type UsageGranularity =
  /** UTC days. */
  | 'DAY'
  /** Calendar months. */
  | 'MONTH'
  /** Weeks. */
  | 'WEEK';

/** How to sort groups; what is equal is sorted by the key, in the order of `by`. */
export type UsageGroupOrder = {
  /** Which way. What is null comes last both ways. */
  direction?: SortDirection | null | undefined;
  /** A metric, to sort by its sums, or one of the dimensions in `by`. */
  field: UsageField;
};

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

/** The least that a row must have counted. */
export type UsageMinimum = {
  /** Of which metric. */
  metric: UsageMetric;
  /** How much; that many pass. */
  value: number;
};

/** What kind of usage query an execution carries. */
export type UsageOperation =
  /** Usage of one OAuth client (newer generation). */
  | 'OAUTH_CLIENT_AGGREGATES'
  /** Usage of one OAuth client (older generation). */
  | 'OAUTH_CLIENT_QUERY'
  /** Usage of one OAuth client over its last days (older generation). */
  | 'OAUTH_CLIENT_SUMMARY'
  /** Usage of the whole organization (newer generation; counts rows that the older one hides). */
  | 'ORGANIZATION_AGGREGATES'
  /** Usage of the whole organization (older generation). */
  | 'ORGANIZATION_QUERY'
  /** Usage records found by client name, method or template URI; at most 20,000 of them. */
  | 'SIMPLE_SEARCH';

/** Which rows are meant. A row must pass every field that is given; a field left out does not restrict, a list without values lets no row pass. A row that has null in the place of what is compared does not pass. Texts are compared as they are, upper and lower case apart. At most 200 values in a list, at most 1,000 characters in a text. */
export type UsageRowFilter = {
  /** Periods that begin on this day or later. */
  dateFrom?: string | null | undefined;
  /** Periods that begin on this day or earlier. */
  dateTo?: string | null | undefined;
  /** With one of these methods. */
  httpMethods?: Array<HttpMethod> | null | undefined;
  /** That have counted at least this, each of them. */
  minimum?: Array<UsageMinimum> | null | undefined;
  /** Made by one of these OAuth clients. */
  oauthClientIds?: Array<string | number> | null | undefined;
  /** Made by an OAuth client of one of these names, as upstream gave it with the row. */
  oauthClientNames?: Array<string> | null | undefined;
  /** Made in one of these organizations. */
  organizationIds?: Array<string | number> | null | undefined;
  /** Made on one of these platforms. */
  platforms?: Array<string> | null | undefined;
  /** To endpoints that have this somewhere. */
  templateUriContains?: string | null | undefined;
  /** To endpoints that begin like this, such as `api/v2/users`. */
  templateUriPrefix?: string | null | undefined;
  /** To one of these endpoints, written as in `UsageRow.templateUri`. */
  templateUris?: Array<string> | null | undefined;
  /** Made on behalf of one of these users. */
  userIds?: Array<string | number> | null | undefined;
};

/** One key to sort rows by. OAuth clients and users are sorted by the name that upstream gave with the row, then by id; texts by code point, so upper case comes before lower case. What is equal stays in the order of upstream. */
export type UsageRowOrder = {
  /** Which way. What is null comes last both ways. */
  direction?: SortDirection | null | undefined;
  /** What to sort by. */
  field: UsageField;
};

/** One key to sort by. */
export type UsageSort = {
  /** Which way. */
  direction?: SortDirection | null | undefined;
  /** What to sort by. */
  field: UsageField;
};

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

export type StartReportMutationVariables = Exact<{
  input: QueryOrganizationUsageInput;
}>;


export type StartReportMutation = { queryOrganizationUsage: { source: ExecutionSource | null, execution: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: Array<string> }> } };

export type ReportQueryVariables = Exact<{
  id: string | number;
  first: number;
}>;


export type ReportQuery = { usageExecution: { id: string, status: UsageExecutionStatus, totals: { rowCount: number, requests: number | null }, rows: { nodes: Array<{ date: string | null, requests: number | null }> } } | null };

export type TotalsQueryVariables = Exact<{
  id: string | number;
}>;


export type TotalsQuery = { usageExecution: { totals: { requests: number | null } } | null };

export type StartWithoutIdMutationVariables = Exact<{
  input: QueryOrganizationUsageInput;
}>;


export type StartWithoutIdMutation = { queryOrganizationUsage: { execution: { status: UsageExecutionStatus } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type ExportUrlsQueryVariables = Exact<{
  id: string | number;
}>;


export type ExportUrlsQuery = { usageExecution: { csv: string | null, jsonl: string | null } | null };

export type ExecutionStateFragment = { id: string, version: number, operation: UsageOperation, status: UsageExecutionStatus, done: boolean, upstreamId: string | null, createdAt: string, submittedAt: string | null, finishedAt: string | null, expiresAt: string | null, asOf: string | null, pollCount: number, nextPollAt: string | null, pollAfterMs: number | null, upstreamMayStillRun: boolean, truncated: boolean, delay: { reason: UsageExecutionDelayReason, message: string, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, error: { code: UsageExecutionErrorCode, message: string, retryable: boolean, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, request: { interval: string | null, days: number | null, granularity: UsageGranularity | null, metrics: Array<UsageMetric>, groupBy: Array<UsageDimension>, clientId: string | null, filters: { oauthClientNames: Array<string>, httpMethods: Array<HttpMethod>, templateUris: Array<string>, platforms: Array<string>, userIds: Array<string>, oauthClientIds: Array<string>, organizationIds: Array<string> }, sortBy: Array<{ field: UsageField, direction: SortDirection }> } };

export type StartedFragment = { source: ExecutionSource | null, execution: { id: string, version: number, operation: UsageOperation, status: UsageExecutionStatus, done: boolean, upstreamId: string | null, createdAt: string, submittedAt: string | null, finishedAt: string | null, expiresAt: string | null, asOf: string | null, pollCount: number, nextPollAt: string | null, pollAfterMs: number | null, upstreamMayStillRun: boolean, truncated: boolean, delay: { reason: UsageExecutionDelayReason, message: string, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, error: { code: UsageExecutionErrorCode, message: string, retryable: boolean, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, request: { interval: string | null, days: number | null, granularity: UsageGranularity | null, metrics: Array<UsageMetric>, groupBy: Array<UsageDimension>, clientId: string | null, filters: { oauthClientNames: Array<string>, httpMethods: Array<HttpMethod>, templateUris: Array<string>, platforms: Array<string>, userIds: Array<string>, oauthClientIds: Array<string>, organizationIds: Array<string> }, sortBy: Array<{ field: UsageField, direction: SortDirection }> } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: Array<string> }> };

export type QueryOrganizationUsageMutationVariables = Exact<{
  input: QueryOrganizationUsageInput;
}>;


export type QueryOrganizationUsageMutation = { queryOrganizationUsage: { source: ExecutionSource | null, execution: { id: string, version: number, operation: UsageOperation, status: UsageExecutionStatus, done: boolean, upstreamId: string | null, createdAt: string, submittedAt: string | null, finishedAt: string | null, expiresAt: string | null, asOf: string | null, pollCount: number, nextPollAt: string | null, pollAfterMs: number | null, upstreamMayStillRun: boolean, truncated: boolean, delay: { reason: UsageExecutionDelayReason, message: string, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, error: { code: UsageExecutionErrorCode, message: string, retryable: boolean, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, request: { interval: string | null, days: number | null, granularity: UsageGranularity | null, metrics: Array<UsageMetric>, groupBy: Array<UsageDimension>, clientId: string | null, filters: { oauthClientNames: Array<string>, httpMethods: Array<HttpMethod>, templateUris: Array<string>, platforms: Array<string>, userIds: Array<string>, oauthClientIds: Array<string>, organizationIds: Array<string> }, sortBy: Array<{ field: UsageField, direction: SortDirection }> } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: Array<string> }> } };

export type QueryOAuthClientUsageMutationVariables = Exact<{
  input: QueryOAuthClientUsageInput;
}>;


export type QueryOAuthClientUsageMutation = { queryOAuthClientUsage: { source: ExecutionSource | null, execution: { id: string, version: number, operation: UsageOperation, status: UsageExecutionStatus, done: boolean, upstreamId: string | null, createdAt: string, submittedAt: string | null, finishedAt: string | null, expiresAt: string | null, asOf: string | null, pollCount: number, nextPollAt: string | null, pollAfterMs: number | null, upstreamMayStillRun: boolean, truncated: boolean, delay: { reason: UsageExecutionDelayReason, message: string, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, error: { code: UsageExecutionErrorCode, message: string, retryable: boolean, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, request: { interval: string | null, days: number | null, granularity: UsageGranularity | null, metrics: Array<UsageMetric>, groupBy: Array<UsageDimension>, clientId: string | null, filters: { oauthClientNames: Array<string>, httpMethods: Array<HttpMethod>, templateUris: Array<string>, platforms: Array<string>, userIds: Array<string>, oauthClientIds: Array<string>, organizationIds: Array<string> }, sortBy: Array<{ field: UsageField, direction: SortDirection }> } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: Array<string> }> } };

export type SummarizeOAuthClientUsageMutationVariables = Exact<{
  input: SummarizeOAuthClientUsageInput;
}>;


export type SummarizeOAuthClientUsageMutation = { summarizeOAuthClientUsage: { source: ExecutionSource | null, execution: { id: string, version: number, operation: UsageOperation, status: UsageExecutionStatus, done: boolean, upstreamId: string | null, createdAt: string, submittedAt: string | null, finishedAt: string | null, expiresAt: string | null, asOf: string | null, pollCount: number, nextPollAt: string | null, pollAfterMs: number | null, upstreamMayStillRun: boolean, truncated: boolean, delay: { reason: UsageExecutionDelayReason, message: string, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, error: { code: UsageExecutionErrorCode, message: string, retryable: boolean, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, request: { interval: string | null, days: number | null, granularity: UsageGranularity | null, metrics: Array<UsageMetric>, groupBy: Array<UsageDimension>, clientId: string | null, filters: { oauthClientNames: Array<string>, httpMethods: Array<HttpMethod>, templateUris: Array<string>, platforms: Array<string>, userIds: Array<string>, oauthClientIds: Array<string>, organizationIds: Array<string> }, sortBy: Array<{ field: UsageField, direction: SortDirection }> } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: Array<string> }> } };

export type SearchUsageMutationVariables = Exact<{
  input: SearchUsageInput;
}>;


export type SearchUsageMutation = { searchUsage: { source: ExecutionSource | null, execution: { id: string, version: number, operation: UsageOperation, status: UsageExecutionStatus, done: boolean, upstreamId: string | null, createdAt: string, submittedAt: string | null, finishedAt: string | null, expiresAt: string | null, asOf: string | null, pollCount: number, nextPollAt: string | null, pollAfterMs: number | null, upstreamMayStillRun: boolean, truncated: boolean, delay: { reason: UsageExecutionDelayReason, message: string, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, error: { code: UsageExecutionErrorCode, message: string, retryable: boolean, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, request: { interval: string | null, days: number | null, granularity: UsageGranularity | null, metrics: Array<UsageMetric>, groupBy: Array<UsageDimension>, clientId: string | null, filters: { oauthClientNames: Array<string>, httpMethods: Array<HttpMethod>, templateUris: Array<string>, platforms: Array<string>, userIds: Array<string>, oauthClientIds: Array<string>, organizationIds: Array<string> }, sortBy: Array<{ field: UsageField, direction: SortDirection }> } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: Array<string> }> } };

export type AggregateOrganizationUsageMutationVariables = Exact<{
  input: AggregateOrganizationUsageInput;
}>;


export type AggregateOrganizationUsageMutation = { aggregateOrganizationUsage: { source: ExecutionSource | null, execution: { id: string, version: number, operation: UsageOperation, status: UsageExecutionStatus, done: boolean, upstreamId: string | null, createdAt: string, submittedAt: string | null, finishedAt: string | null, expiresAt: string | null, asOf: string | null, pollCount: number, nextPollAt: string | null, pollAfterMs: number | null, upstreamMayStillRun: boolean, truncated: boolean, delay: { reason: UsageExecutionDelayReason, message: string, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, error: { code: UsageExecutionErrorCode, message: string, retryable: boolean, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, request: { interval: string | null, days: number | null, granularity: UsageGranularity | null, metrics: Array<UsageMetric>, groupBy: Array<UsageDimension>, clientId: string | null, filters: { oauthClientNames: Array<string>, httpMethods: Array<HttpMethod>, templateUris: Array<string>, platforms: Array<string>, userIds: Array<string>, oauthClientIds: Array<string>, organizationIds: Array<string> }, sortBy: Array<{ field: UsageField, direction: SortDirection }> } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: Array<string> }> } };

export type AggregateOAuthClientUsageMutationVariables = Exact<{
  input: AggregateOAuthClientUsageInput;
}>;


export type AggregateOAuthClientUsageMutation = { aggregateOAuthClientUsage: { source: ExecutionSource | null, execution: { id: string, version: number, operation: UsageOperation, status: UsageExecutionStatus, done: boolean, upstreamId: string | null, createdAt: string, submittedAt: string | null, finishedAt: string | null, expiresAt: string | null, asOf: string | null, pollCount: number, nextPollAt: string | null, pollAfterMs: number | null, upstreamMayStillRun: boolean, truncated: boolean, delay: { reason: UsageExecutionDelayReason, message: string, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, error: { code: UsageExecutionErrorCode, message: string, retryable: boolean, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, request: { interval: string | null, days: number | null, granularity: UsageGranularity | null, metrics: Array<UsageMetric>, groupBy: Array<UsageDimension>, clientId: string | null, filters: { oauthClientNames: Array<string>, httpMethods: Array<HttpMethod>, templateUris: Array<string>, platforms: Array<string>, userIds: Array<string>, oauthClientIds: Array<string>, organizationIds: Array<string> }, sortBy: Array<{ field: UsageField, direction: SortDirection }> } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: Array<string> }> } };

export type CancelUsageExecutionMutationVariables = Exact<{
  input: CancelUsageExecutionInput;
}>;


export type CancelUsageExecutionMutation = { cancelUsageExecution: { execution: { id: string, version: number, operation: UsageOperation, status: UsageExecutionStatus, done: boolean, upstreamId: string | null, createdAt: string, submittedAt: string | null, finishedAt: string | null, expiresAt: string | null, asOf: string | null, pollCount: number, nextPollAt: string | null, pollAfterMs: number | null, upstreamMayStillRun: boolean, truncated: boolean, delay: { reason: UsageExecutionDelayReason, message: string, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, error: { code: UsageExecutionErrorCode, message: string, retryable: boolean, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, request: { interval: string | null, days: number | null, granularity: UsageGranularity | null, metrics: Array<UsageMetric>, groupBy: Array<UsageDimension>, clientId: string | null, filters: { oauthClientNames: Array<string>, httpMethods: Array<HttpMethod>, templateUris: Array<string>, platforms: Array<string>, userIds: Array<string>, oauthClientIds: Array<string>, organizationIds: Array<string> }, sortBy: Array<{ field: UsageField, direction: SortDirection }> } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: Array<string> }> } };

export type ExecutionQueryVariables = Exact<{
  id: string | number;
}>;


export type ExecutionQuery = { usageExecution: { id: string, version: number, operation: UsageOperation, status: UsageExecutionStatus, done: boolean, upstreamId: string | null, createdAt: string, submittedAt: string | null, finishedAt: string | null, expiresAt: string | null, asOf: string | null, pollCount: number, nextPollAt: string | null, pollAfterMs: number | null, upstreamMayStillRun: boolean, truncated: boolean, delay: { reason: UsageExecutionDelayReason, message: string, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, error: { code: UsageExecutionErrorCode, message: string, retryable: boolean, retryAfter: string | null, upstreamStatus: number | null, correlationId: string | null } | null, request: { interval: string | null, days: number | null, granularity: UsageGranularity | null, metrics: Array<UsageMetric>, groupBy: Array<UsageDimension>, clientId: string | null, filters: { oauthClientNames: Array<string>, httpMethods: Array<HttpMethod>, templateUris: Array<string>, platforms: Array<string>, userIds: Array<string>, oauthClientIds: Array<string>, organizationIds: Array<string> }, sortBy: Array<{ field: UsageField, direction: SortDirection }> } } | null };

export type ExecutionRowsQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ExecutionRowsQuery = { usageExecution: { status: UsageExecutionStatus, totals: { rowCount: number, requests: number | null, status200: number | null, status300: number | null, status400: number | null, status429: number | null, status500: number | null, errorRate: number | null, throttledRate: number | null }, rows: { totalCount: number, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null }, nodes: Array<{ date: string | null, organizationId: string | null, platform: string | null, httpMethod: HttpMethod | null, templateUri: string | null, requests: number | null, status200: number | null, status300: number | null, status400: number | null, status429: number | null, status500: number | null, oauthClient: { id: string | null, name: string | null } | null, user: { id: string, name: string | null } | null }> } } | null };

export type NodeByIdQueryVariables = Exact<{
  id: string | number;
}>;


export type NodeByIdQuery = { node: { __typename: 'UsageExecution', id: string } | null };

export type ExecutionsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: UsageExecutionFilter | null | undefined;
}>;


export type ExecutionsQuery = { usageExecutions: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, operation: UsageOperation, status: UsageExecutionStatus, createdAt: string }> } };

export type ViewerInfoQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerInfoQuery = { viewer: { permissions: Array<string> | null, operations: Array<UsageOperation>, organization: { id: string, name: string | null }, user: { id: string, name: string | null } | null, client: { id: string | null, name: string | null } } };

export type OAuthClientsQueryVariables = Exact<{ [key: string]: never; }>;


export type OAuthClientsQuery = { oauthClients: Array<{ id: string | null, name: string | null }> };

export type ExecutionFinishedSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type ExecutionFinishedSubscription = { usageExecutionFinished: { id: string, version: number, status: UsageExecutionStatus, done: boolean, totals: { rowCount: number } } };

export type ExecutionUpdatedSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type ExecutionUpdatedSubscription = { usageExecutionUpdated: { id: string, version: number, status: UsageExecutionStatus, done: boolean } };

export type ExecutionsFinishedSubscriptionVariables = Exact<{
  filter?: UsageExecutionFilter | null | undefined;
}>;


export type ExecutionsFinishedSubscription = { usageExecutionsFinished: { id: string, operation: UsageOperation, status: UsageExecutionStatus } };

export type BudgetQueryVariables = Exact<{ [key: string]: never; }>;


export type BudgetQuery = { upstreamBudget: { limit: number, remaining: number, resetAt: string | null, queued: number } };

export type ExecutionTableQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
  orderBy?: Array<UsageRowOrder> | UsageRowOrder | null | undefined;
  filter?: UsageRowFilter | null | undefined;
  by: Array<UsageDimension> | UsageDimension;
  groupOrder?: UsageGroupOrder | null | undefined;
}>;


export type ExecutionTableQuery = { usageExecution: { rows: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ date: string | null, httpMethod: HttpMethod | null, requests: number | null, status429: number | null, oauthClient: { id: string | null, name: string | null } | null }> }, totals: { rowCount: number, requests: number | null, status429: number | null, errorRate: number | null, throttledRate: number | null }, groups: Array<{ share: number | null, key: Array<{ dimension: UsageDimension, value: string | null, name: string | null }>, totals: { rowCount: number, requests: number | null } }> } | null };

export type CompareExecutionsQueryVariables = Exact<{
  baseline: string | number;
  current: string | number;
  by: Array<UsageDimension> | UsageDimension;
  first?: number | null | undefined;
}>;


export type CompareExecutionsQuery = { compareUsageExecutions: { baseline: { id: string }, current: { id: string, totals: { requests: number | null } }, groups: Array<{ key: Array<{ dimension: UsageDimension, value: string | null, name: string | null }>, baseline: { requests: number | null, errorRate: number | null } | null, current: { requests: number | null, errorRate: number | null } | null, difference: { requests: number | null, status200: number | null }, ratio: { requests: number | null, status200: number | null } }> } };

export const ExecutionStateFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ExecutionState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMayStillRun"}},{"kind":"Field","name":{"kind":"Name","value":"truncated"}},{"kind":"Field","name":{"kind":"Name","value":"delay"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"request"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"granularity"}},{"kind":"Field","name":{"kind":"Name","value":"metrics"}},{"kind":"Field","name":{"kind":"Name","value":"groupBy"}},{"kind":"Field","name":{"kind":"Name","value":"clientId"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"oauthClientNames"}},{"kind":"Field","name":{"kind":"Name","value":"httpMethods"}},{"kind":"Field","name":{"kind":"Name","value":"templateUris"}},{"kind":"Field","name":{"kind":"Name","value":"platforms"}},{"kind":"Field","name":{"kind":"Name","value":"userIds"}},{"kind":"Field","name":{"kind":"Name","value":"oauthClientIds"}},{"kind":"Field","name":{"kind":"Name","value":"organizationIds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sortBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"direction"}}]}}]}}]}}]} as unknown as DocumentNode<ExecutionStateFragment, unknown>;
export const StartedFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Started"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecutionPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"execution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ExecutionState"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ExecutionState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMayStillRun"}},{"kind":"Field","name":{"kind":"Name","value":"truncated"}},{"kind":"Field","name":{"kind":"Name","value":"delay"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"request"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"granularity"}},{"kind":"Field","name":{"kind":"Name","value":"metrics"}},{"kind":"Field","name":{"kind":"Name","value":"groupBy"}},{"kind":"Field","name":{"kind":"Name","value":"clientId"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"oauthClientNames"}},{"kind":"Field","name":{"kind":"Name","value":"httpMethods"}},{"kind":"Field","name":{"kind":"Name","value":"templateUris"}},{"kind":"Field","name":{"kind":"Name","value":"platforms"}},{"kind":"Field","name":{"kind":"Name","value":"userIds"}},{"kind":"Field","name":{"kind":"Name","value":"oauthClientIds"}},{"kind":"Field","name":{"kind":"Name","value":"organizationIds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sortBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"direction"}}]}}]}}]}}]} as unknown as DocumentNode<StartedFragment, unknown>;
export const StartReportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartReport"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"QueryOrganizationUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"queryOrganizationUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"execution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<StartReportMutation, StartReportMutationVariables>;
export const ReportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Report"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageExecution"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rowCount"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}}]}},{"kind":"Field","name":{"kind":"Name","value":"rows"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ReportQuery, ReportQueryVariables>;
export const TotalsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Totals"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageExecution"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}}]}}]}}]}}]} as unknown as DocumentNode<TotalsQuery, TotalsQueryVariables>;
export const StartWithoutIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartWithoutId"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"QueryOrganizationUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"queryOrganizationUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"execution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<StartWithoutIdMutation, StartWithoutIdMutationVariables>;
export const ExportUrlsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ExportUrls"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageExecution"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"csv"},"name":{"kind":"Name","value":"exportUrl"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"format"},"value":{"kind":"EnumValue","value":"CSV"}}]},{"kind":"Field","alias":{"kind":"Name","value":"jsonl"},"name":{"kind":"Name","value":"exportUrl"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"format"},"value":{"kind":"EnumValue","value":"JSONL"}}]}]}}]}}]} as unknown as DocumentNode<ExportUrlsQuery, ExportUrlsQueryVariables>;
export const QueryOrganizationUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"QueryOrganizationUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"QueryOrganizationUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"queryOrganizationUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Started"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ExecutionState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMayStillRun"}},{"kind":"Field","name":{"kind":"Name","value":"truncated"}},{"kind":"Field","name":{"kind":"Name","value":"delay"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"request"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"granularity"}},{"kind":"Field","name":{"kind":"Name","value":"metrics"}},{"kind":"Field","name":{"kind":"Name","value":"groupBy"}},{"kind":"Field","name":{"kind":"Name","value":"clientId"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"oauthClientNames"}},{"kind":"Field","name":{"kind":"Name","value":"httpMethods"}},{"kind":"Field","name":{"kind":"Name","value":"templateUris"}},{"kind":"Field","name":{"kind":"Name","value":"platforms"}},{"kind":"Field","name":{"kind":"Name","value":"userIds"}},{"kind":"Field","name":{"kind":"Name","value":"oauthClientIds"}},{"kind":"Field","name":{"kind":"Name","value":"organizationIds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sortBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"direction"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Started"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecutionPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"execution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ExecutionState"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]} as unknown as DocumentNode<QueryOrganizationUsageMutation, QueryOrganizationUsageMutationVariables>;
export const QueryOAuthClientUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"QueryOAuthClientUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"QueryOAuthClientUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"queryOAuthClientUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Started"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ExecutionState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMayStillRun"}},{"kind":"Field","name":{"kind":"Name","value":"truncated"}},{"kind":"Field","name":{"kind":"Name","value":"delay"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"request"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"granularity"}},{"kind":"Field","name":{"kind":"Name","value":"metrics"}},{"kind":"Field","name":{"kind":"Name","value":"groupBy"}},{"kind":"Field","name":{"kind":"Name","value":"clientId"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"oauthClientNames"}},{"kind":"Field","name":{"kind":"Name","value":"httpMethods"}},{"kind":"Field","name":{"kind":"Name","value":"templateUris"}},{"kind":"Field","name":{"kind":"Name","value":"platforms"}},{"kind":"Field","name":{"kind":"Name","value":"userIds"}},{"kind":"Field","name":{"kind":"Name","value":"oauthClientIds"}},{"kind":"Field","name":{"kind":"Name","value":"organizationIds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sortBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"direction"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Started"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecutionPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"execution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ExecutionState"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]} as unknown as DocumentNode<QueryOAuthClientUsageMutation, QueryOAuthClientUsageMutationVariables>;
export const SummarizeOAuthClientUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SummarizeOAuthClientUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SummarizeOAuthClientUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"summarizeOAuthClientUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Started"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ExecutionState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMayStillRun"}},{"kind":"Field","name":{"kind":"Name","value":"truncated"}},{"kind":"Field","name":{"kind":"Name","value":"delay"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"request"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"granularity"}},{"kind":"Field","name":{"kind":"Name","value":"metrics"}},{"kind":"Field","name":{"kind":"Name","value":"groupBy"}},{"kind":"Field","name":{"kind":"Name","value":"clientId"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"oauthClientNames"}},{"kind":"Field","name":{"kind":"Name","value":"httpMethods"}},{"kind":"Field","name":{"kind":"Name","value":"templateUris"}},{"kind":"Field","name":{"kind":"Name","value":"platforms"}},{"kind":"Field","name":{"kind":"Name","value":"userIds"}},{"kind":"Field","name":{"kind":"Name","value":"oauthClientIds"}},{"kind":"Field","name":{"kind":"Name","value":"organizationIds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sortBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"direction"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Started"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecutionPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"execution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ExecutionState"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]} as unknown as DocumentNode<SummarizeOAuthClientUsageMutation, SummarizeOAuthClientUsageMutationVariables>;
export const SearchUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SearchUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SearchUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"searchUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Started"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ExecutionState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMayStillRun"}},{"kind":"Field","name":{"kind":"Name","value":"truncated"}},{"kind":"Field","name":{"kind":"Name","value":"delay"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"request"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"granularity"}},{"kind":"Field","name":{"kind":"Name","value":"metrics"}},{"kind":"Field","name":{"kind":"Name","value":"groupBy"}},{"kind":"Field","name":{"kind":"Name","value":"clientId"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"oauthClientNames"}},{"kind":"Field","name":{"kind":"Name","value":"httpMethods"}},{"kind":"Field","name":{"kind":"Name","value":"templateUris"}},{"kind":"Field","name":{"kind":"Name","value":"platforms"}},{"kind":"Field","name":{"kind":"Name","value":"userIds"}},{"kind":"Field","name":{"kind":"Name","value":"oauthClientIds"}},{"kind":"Field","name":{"kind":"Name","value":"organizationIds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sortBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"direction"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Started"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecutionPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"execution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ExecutionState"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]} as unknown as DocumentNode<SearchUsageMutation, SearchUsageMutationVariables>;
export const AggregateOrganizationUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AggregateOrganizationUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AggregateOrganizationUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"aggregateOrganizationUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Started"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ExecutionState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMayStillRun"}},{"kind":"Field","name":{"kind":"Name","value":"truncated"}},{"kind":"Field","name":{"kind":"Name","value":"delay"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"request"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"granularity"}},{"kind":"Field","name":{"kind":"Name","value":"metrics"}},{"kind":"Field","name":{"kind":"Name","value":"groupBy"}},{"kind":"Field","name":{"kind":"Name","value":"clientId"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"oauthClientNames"}},{"kind":"Field","name":{"kind":"Name","value":"httpMethods"}},{"kind":"Field","name":{"kind":"Name","value":"templateUris"}},{"kind":"Field","name":{"kind":"Name","value":"platforms"}},{"kind":"Field","name":{"kind":"Name","value":"userIds"}},{"kind":"Field","name":{"kind":"Name","value":"oauthClientIds"}},{"kind":"Field","name":{"kind":"Name","value":"organizationIds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sortBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"direction"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Started"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecutionPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"execution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ExecutionState"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]} as unknown as DocumentNode<AggregateOrganizationUsageMutation, AggregateOrganizationUsageMutationVariables>;
export const AggregateOAuthClientUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AggregateOAuthClientUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AggregateOAuthClientUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"aggregateOAuthClientUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Started"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ExecutionState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMayStillRun"}},{"kind":"Field","name":{"kind":"Name","value":"truncated"}},{"kind":"Field","name":{"kind":"Name","value":"delay"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"request"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"granularity"}},{"kind":"Field","name":{"kind":"Name","value":"metrics"}},{"kind":"Field","name":{"kind":"Name","value":"groupBy"}},{"kind":"Field","name":{"kind":"Name","value":"clientId"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"oauthClientNames"}},{"kind":"Field","name":{"kind":"Name","value":"httpMethods"}},{"kind":"Field","name":{"kind":"Name","value":"templateUris"}},{"kind":"Field","name":{"kind":"Name","value":"platforms"}},{"kind":"Field","name":{"kind":"Name","value":"userIds"}},{"kind":"Field","name":{"kind":"Name","value":"oauthClientIds"}},{"kind":"Field","name":{"kind":"Name","value":"organizationIds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sortBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"direction"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Started"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecutionPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"execution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ExecutionState"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]} as unknown as DocumentNode<AggregateOAuthClientUsageMutation, AggregateOAuthClientUsageMutationVariables>;
export const CancelUsageExecutionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelUsageExecution"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CancelUsageExecutionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelUsageExecution"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"execution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ExecutionState"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ExecutionState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMayStillRun"}},{"kind":"Field","name":{"kind":"Name","value":"truncated"}},{"kind":"Field","name":{"kind":"Name","value":"delay"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"request"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"granularity"}},{"kind":"Field","name":{"kind":"Name","value":"metrics"}},{"kind":"Field","name":{"kind":"Name","value":"groupBy"}},{"kind":"Field","name":{"kind":"Name","value":"clientId"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"oauthClientNames"}},{"kind":"Field","name":{"kind":"Name","value":"httpMethods"}},{"kind":"Field","name":{"kind":"Name","value":"templateUris"}},{"kind":"Field","name":{"kind":"Name","value":"platforms"}},{"kind":"Field","name":{"kind":"Name","value":"userIds"}},{"kind":"Field","name":{"kind":"Name","value":"oauthClientIds"}},{"kind":"Field","name":{"kind":"Name","value":"organizationIds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sortBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"direction"}}]}}]}}]}}]} as unknown as DocumentNode<CancelUsageExecutionMutation, CancelUsageExecutionMutationVariables>;
export const ExecutionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Execution"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageExecution"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ExecutionState"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ExecutionState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"pollCount"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMayStillRun"}},{"kind":"Field","name":{"kind":"Name","value":"truncated"}},{"kind":"Field","name":{"kind":"Name","value":"delay"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamStatus"}},{"kind":"Field","name":{"kind":"Name","value":"correlationId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"request"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"granularity"}},{"kind":"Field","name":{"kind":"Name","value":"metrics"}},{"kind":"Field","name":{"kind":"Name","value":"groupBy"}},{"kind":"Field","name":{"kind":"Name","value":"clientId"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"oauthClientNames"}},{"kind":"Field","name":{"kind":"Name","value":"httpMethods"}},{"kind":"Field","name":{"kind":"Name","value":"templateUris"}},{"kind":"Field","name":{"kind":"Name","value":"platforms"}},{"kind":"Field","name":{"kind":"Name","value":"userIds"}},{"kind":"Field","name":{"kind":"Name","value":"oauthClientIds"}},{"kind":"Field","name":{"kind":"Name","value":"organizationIds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sortBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"direction"}}]}}]}}]}}]} as unknown as DocumentNode<ExecutionQuery, ExecutionQueryVariables>;
export const ExecutionRowsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ExecutionRows"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageExecution"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rowCount"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"status200"}},{"kind":"Field","name":{"kind":"Name","value":"status300"}},{"kind":"Field","name":{"kind":"Name","value":"status400"}},{"kind":"Field","name":{"kind":"Name","value":"status429"}},{"kind":"Field","name":{"kind":"Name","value":"status500"}},{"kind":"Field","name":{"kind":"Name","value":"errorRate"}},{"kind":"Field","name":{"kind":"Name","value":"throttledRate"}}]}},{"kind":"Field","name":{"kind":"Name","value":"rows"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"oauthClient"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"platform"}},{"kind":"Field","name":{"kind":"Name","value":"httpMethod"}},{"kind":"Field","name":{"kind":"Name","value":"templateUri"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"status200"}},{"kind":"Field","name":{"kind":"Name","value":"status300"}},{"kind":"Field","name":{"kind":"Name","value":"status400"}},{"kind":"Field","name":{"kind":"Name","value":"status429"}},{"kind":"Field","name":{"kind":"Name","value":"status500"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ExecutionRowsQuery, ExecutionRowsQueryVariables>;
export const NodeByIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NodeById"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<NodeByIdQuery, NodeByIdQueryVariables>;
export const ExecutionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Executions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecutionFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageExecutions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]}}]}}]} as unknown as DocumentNode<ExecutionsQuery, ExecutionsQueryVariables>;
export const ViewerInfoDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ViewerInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"client"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"}},{"kind":"Field","name":{"kind":"Name","value":"operations"}}]}}]}}]} as unknown as DocumentNode<ViewerInfoQuery, ViewerInfoQueryVariables>;
export const OAuthClientsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"OAuthClients"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"oauthClients"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<OAuthClientsQuery, OAuthClientsQueryVariables>;
export const ExecutionFinishedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"ExecutionFinished"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageExecutionFinished"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rowCount"}}]}}]}}]}}]} as unknown as DocumentNode<ExecutionFinishedSubscription, ExecutionFinishedSubscriptionVariables>;
export const ExecutionUpdatedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"ExecutionUpdated"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageExecutionUpdated"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"done"}}]}}]}}]} as unknown as DocumentNode<ExecutionUpdatedSubscription, ExecutionUpdatedSubscriptionVariables>;
export const ExecutionsFinishedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"ExecutionsFinished"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageExecutionFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageExecutionsFinished"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]} as unknown as DocumentNode<ExecutionsFinishedSubscription, ExecutionsFinishedSubscriptionVariables>;
export const BudgetDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"upstreamBudget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"resetAt"}},{"kind":"Field","name":{"kind":"Name","value":"queued"}}]}}]}}]} as unknown as DocumentNode<BudgetQuery, BudgetQueryVariables>;
export const ExecutionTableDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ExecutionTable"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRowOrder"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRowFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageDimension"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"groupOrder"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageGroupOrder"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageExecution"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rows"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"oauthClient"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"httpMethod"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"status429"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rowCount"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"status429"}},{"kind":"Field","name":{"kind":"Name","value":"errorRate"}},{"kind":"Field","name":{"kind":"Name","value":"throttledRate"}}]}},{"kind":"Field","name":{"kind":"Name","value":"groups"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"groupOrder"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dimension"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"share"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rowCount"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ExecutionTableQuery, ExecutionTableQueryVariables>;
export const CompareExecutionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CompareExecutions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"baseline"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"current"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageDimension"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"compareUsageExecutions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"baseline"},"value":{"kind":"Variable","name":{"kind":"Name","value":"baseline"}}},{"kind":"Argument","name":{"kind":"Name","value":"current"},"value":{"kind":"Variable","name":{"kind":"Name","value":"current"}}},{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseline"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"current"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"groups"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dimension"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"baseline"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"errorRate"}}]}},{"kind":"Field","name":{"kind":"Name","value":"current"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"errorRate"}}]}},{"kind":"Field","name":{"kind":"Name","value":"difference"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"status200"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ratio"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"status200"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CompareExecutionsQuery, CompareExecutionsQueryVariables>;