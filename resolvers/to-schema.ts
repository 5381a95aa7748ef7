/** From the domain to the contract's classes. */
import type { OAuthClient } from '../schema/directory.type.js';
import { UsageExecution } from '../schema/usage-execution.type.js';
import type { UsageExecutionFilter } from '../schema/usage.input.js';
import type { UsageRow } from '../schema/usage-row.type.js';
import type { Caller } from '../src/domain/caller.js';
import { delayOf } from '../src/domain/delay.js';
import { type Execution, isFinal, type UsageRow as StoredRow } from '../src/domain/execution.js';
import type { ExecutionFilter } from '../src/domain/execution-filter.js';
import { RequestError } from '../src/domain/error-codes.js';
import { CLIENT_ID_FORM, isUpstreamId } from '../src/domain/request.js';
import { HTTP_METHODS, type HttpMethod } from '../src/domain/operation.js';

/** After upstream was asked, its answer needs a moment to be stored; asking us sooner would find nothing new. */
const POLL_MARGIN_MS = 250;
/** While a poll is under way, or just due. */
const POLL_AFTER_MIN_MS = 500;
/** Nothing happens until somebody brings a token; then the first poll follows at once. */
const POLL_AWAITING_MS = 5_000;

/** An instance, not a plain object: the `Node` interface is resolved by class. */
export function toUsageExecution(execution: Execution, nowMs: number): UsageExecution {
  const done = isFinal(execution.status);
  return Object.assign(new UsageExecution(), {
    id: execution.id,
    version: execution.version,
    operation: execution.operation,
    status: execution.status,
    done,
    request: execution.request,
    upstreamId: execution.upstreamId,
    createdAt: execution.createdAt,
    submittedAt: execution.submittedAt,
    finishedAt: execution.finishedAt,
    expiresAt: execution.expiresAt,
    asOf: execution.asOf,
    pollCount: execution.pollCount,
    nextPollAt: execution.nextPollAt,
    pollAfterMs: done ? null : pollAfterMs(execution, nowMs),
    delay: delayOf(execution),
    upstreamMayStillRun: execution.upstreamMayStillRun,
    error: execution.error,
    truncated: execution.truncated,
    source: execution,
  });
}

function pollAfterMs({ nextPollAt, awaitsCredentials }: Execution, nowMs: number): number {
  if (!nextPollAt && awaitsCredentials) return POLL_AWAITING_MS;
  const untilPoll = nextPollAt ? nextPollAt.getTime() - nowMs + POLL_MARGIN_MS : 0;
  return Math.max(POLL_AFTER_MIN_MS, untilPoll);
}

/** Names that upstream gave with the row are kept; the others are looked up when they are asked for. */
export function toUsageRow(row: StoredRow): UsageRow {
  const { oauthClientId, oauthClientName, userId, userName, httpMethod } = row;
  // Key by key, which is four times as fast as the rest of them at once: there are a thousand on a page.
  return {
    date: row.date,
    organizationId: row.organizationId,
    platform: row.platform,
    templateUri: row.templateUri,
    requests: row.requests,
    status200: row.status200,
    status300: row.status300,
    status400: row.status400,
    status429: row.status429,
    status500: row.status500,
    httpMethod: isHttpMethod(httpMethod) ? httpMethod : null,
    oauthClient: toClient(oauthClientId, oauthClientName),
    user: userId === null ? null : { id: userId, name: userName },
  };
}

function toClient(id: string | null, name: string | null): OAuthClient | null {
  return id === null && name === null ? null : { id, name };
}

const KNOWN_METHODS: ReadonlySet<string> = new Set(HTTP_METHODS);

function isHttpMethod(method: string | null): method is HttpMethod {
  return method !== null && KNOWN_METHODS.has(method);
}

export function toExecutionFilter(
  filter: UsageExecutionFilter | null | undefined,
  caller: Caller,
): ExecutionFilter {
  const clientId = filter?.clientId ?? undefined;
  if (clientId !== undefined && !isUpstreamId(clientId)) {
    throw new RequestError('BAD_USER_INPUT', CLIENT_ID_FORM);
  }
  return {
    statuses: filter?.status ?? undefined,
    operations: filter?.operation ?? undefined,
    clientId,
    createdFrom: filter?.createdFrom ?? undefined,
    createdTo: filter?.createdTo ?? undefined,
    subjectId: filter?.mine ? caller.subject.id : undefined,
  };
}
