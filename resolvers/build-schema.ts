import 'reflect-metadata';

import { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';

import { CancelUsageExecutionMutationResolver } from './cancel-usage-execution.mutation.js';
import { CompareUsageExecutionsQueryResolver } from './compare-usage-executions.query.js';
import { OAuthClientFieldsResolver, UserFieldsResolver } from './directory.fields.js';
import { ExportUrlFieldsResolver } from './export-url.fields.js';
import { StartUsageMutationResolver } from './start-usage.mutation.js';
import { UpstreamBudgetQueryResolver } from './upstream-budget.query.js';
import { UsageExecutionFieldsResolver } from './usage-execution.fields.js';
import { UsageExecutionQueryResolver } from './usage-execution.query.js';
import { UsageExecutionSubscriptionResolver } from './usage-execution.subscription.js';
import { UsageGroupKeyFieldsResolver, UsageRowConnectionFieldsResolver } from './usage-table.fields.js';
import { ViewerQueryResolver } from './viewer.query.js';

/** type-graphql wants one, though every subscription here brings its own stream. */
const unusedPubSub = {
  publish(): void {
    throw new Error('subscriptions get their streams from the watch service');
  },
  subscribe(): AsyncIterable<unknown> {
    throw new Error('subscriptions get their streams from the watch service');
  },
};

/** The executable schema. Inputs are checked by the domain, which knows what each operation has. */
export function buildUsageSchema(): GraphQLSchema {
  return buildSchemaSync({
    resolvers: [
      UsageExecutionQueryResolver,
      CompareUsageExecutionsQueryResolver,
      ViewerQueryResolver,
      UpstreamBudgetQueryResolver,
      StartUsageMutationResolver,
      CancelUsageExecutionMutationResolver,
      UsageExecutionSubscriptionResolver,
      UsageExecutionFieldsResolver,
      UsageRowConnectionFieldsResolver,
      UsageGroupKeyFieldsResolver,
      ExportUrlFieldsResolver,
      OAuthClientFieldsResolver,
      UserFieldsResolver,
    ],
    pubSub: unusedPubSub,
    validate: false,
  });
}
