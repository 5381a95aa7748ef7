import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';

import { UsageExecutionPayload } from '../schema/usage-execution.type.js';
import {
  AggregateOAuthClientUsageInput,
  AggregateOrganizationUsageInput,
  QueryOAuthClientUsageInput,
  QueryOrganizationUsageInput,
  SearchUsageInput,
  SummarizeOAuthClientUsageInput,
} from '../schema/usage.input.js';
import type { UsageOperation } from '../src/domain/operation.js';
import type { RequestDraft } from '../src/domain/request.js';
import { MAX_WAIT_MS, type StartOptions } from '../src/domain/start-options.js';
import type { RequestContext } from '../src/services/request-context.js';
import { toUsageExecution } from './to-schema.js';

/** The six starts: each input is a draft of the request that its operation makes. */
@Resolver()
export class StartUsageMutationResolver {
  @Mutation(() => UsageExecutionPayload, {
    description: 'Starts a query of the usage of the whole organization.',
  })
  queryOrganizationUsage(
    @Arg('input', { description: 'What to ask upstream.' }) input: QueryOrganizationUsageInput,
    @Ctx() context: RequestContext,
  ): Promise<UsageExecutionPayload> {
    return start(context, 'ORGANIZATION_QUERY', input);
  }

  @Mutation(() => UsageExecutionPayload, { description: 'Starts a query of the usage of one OAuth client.' })
  queryOAuthClientUsage(
    @Arg('input', { description: 'What to ask upstream.' }) input: QueryOAuthClientUsageInput,
    @Ctx() context: RequestContext,
  ): Promise<UsageExecutionPayload> {
    return start(context, 'OAUTH_CLIENT_QUERY', input);
  }

  @Mutation(() => UsageExecutionPayload, {
    description: 'Starts a summary of the last days of one OAuth client.',
  })
  summarizeOAuthClientUsage(
    @Arg('input', { description: 'What to ask upstream.' }) input: SummarizeOAuthClientUsageInput,
    @Ctx() context: RequestContext,
  ): Promise<UsageExecutionPayload> {
    return start(context, 'OAUTH_CLIENT_SUMMARY', input);
  }

  @Mutation(() => UsageExecutionPayload, {
    description: 'Starts a search for usage records; upstream lists at most 20,000.',
  })
  searchUsage(
    @Arg('input', { description: 'What to ask upstream.' }) input: SearchUsageInput,
    @Ctx() context: RequestContext,
  ): Promise<UsageExecutionPayload> {
    return start(context, 'SIMPLE_SEARCH', input);
  }

  @Mutation(() => UsageExecutionPayload, {
    description: 'Starts an aggregation of the usage of the whole organization (newer generation).',
  })
  aggregateOrganizationUsage(
    @Arg('input', { description: 'What to ask upstream.' }) input: AggregateOrganizationUsageInput,
    @Ctx() context: RequestContext,
  ): Promise<UsageExecutionPayload> {
    return start(context, 'ORGANIZATION_AGGREGATES', input);
  }

  @Mutation(() => UsageExecutionPayload, {
    description: 'Starts an aggregation of the usage of one OAuth client (newer generation).',
  })
  aggregateOAuthClientUsage(
    @Arg('input', { description: 'What to ask upstream.' }) input: AggregateOAuthClientUsageInput,
    @Ctx() context: RequestContext,
  ): Promise<UsageExecutionPayload> {
    return start(context, 'OAUTH_CLIENT_AGGREGATES', input);
  }
}

async function start(
  context: RequestContext,
  operation: UsageOperation,
  { waitMs, ...draft }: RequestDraft & StartOptions,
): Promise<UsageExecutionPayload> {
  const { caller, executions, now, signal } = context;
  const waiting = { ...draft, waitMs: Math.min(waitMs ?? 0, waitLeft(context, waitMs)) };
  const { execution, source, userErrors } = await executions.start(caller, operation, waiting, signal);
  return { execution: execution && toUsageExecution(execution, now()), source, userErrors };
}

/** When the first start of a request began. */
const begun = new WeakMap<RequestContext, number>();

/** The starts of one request happen one after the other, and wait no longer in all than one may by itself. */
function waitLeft(context: RequestContext, asked: number | null | undefined): number {
  const nowMs = context.now();
  const since = begun.get(context) ?? nowMs;
  begun.set(context, since);
  // Too long a wait is refused as such.
  if ((asked ?? 0) > MAX_WAIT_MS) return Infinity;
  return Math.max(0, MAX_WAIT_MS - (nowMs - since));
}
