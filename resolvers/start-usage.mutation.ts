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
import type { StartOptions } from '../src/domain/start-options.js';
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
  { caller, executions, now, signal }: RequestContext,
  operation: UsageOperation,
  draft: RequestDraft & StartOptions,
): Promise<UsageExecutionPayload> {
  const { execution, source, userErrors } = await executions.start(caller, operation, draft, signal);
  return { execution: execution && toUsageExecution(execution, now()), source, userErrors };
}
