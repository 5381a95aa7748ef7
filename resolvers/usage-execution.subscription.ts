import { Arg, Ctx, ID, Resolver, Root, Subscription } from 'type-graphql';

import { UsageExecution } from '../schema/usage-execution.type.js';
import { UsageExecutionFilter } from '../schema/usage.input.js';
import { visibilityOf } from '../src/domain/caller.js';
import type { Execution } from '../src/domain/execution.js';
import type { RequestContext } from '../src/services/request-context.js';
import { toExecutionFilter, toUsageExecution } from './to-schema.js';

interface Subscribing<Args> {
  readonly args: Args;
  readonly context: RequestContext;
}

type ById = Subscribing<{ readonly id: string }>;
type ByFilter = Subscribing<{ readonly filter?: UsageExecutionFilter | null }>;

const watch = ({ args, context: { caller, visits, watch: service } }: ById, finalOnly: boolean) =>
  service.execution(args.id, visibilityOf(caller), finalOnly, (execution) => visits.saw(caller, execution));

/** Streams come from the watch service; these methods only map what they give. */
@Resolver()
export class UsageExecutionSubscriptionResolver {
  @Subscription(() => UsageExecution, {
    description:
      'The execution in its final state, once, then the end; at once when it is final already. An unknown, foreign or ' +
      'expired id gets one NOT_FOUND error.',
    subscribe: (options: ById) => watch(options, true),
  })
  usageExecutionFinished(
    @Arg('id', () => ID, { description: 'The id that a start has given.' }) _id: string,
    @Root() execution: Execution,
    @Ctx() { now }: RequestContext,
  ): UsageExecution {
    return toUsageExecution(execution, now());
  }

  @Subscription(() => UsageExecution, {
    description:
      'The execution as it is now, then after every change with a higher `version`, then in its final state, then the ' +
      'end. A slow client may miss versions between, never the final one.',
    subscribe: (options: ById) => watch(options, false),
  })
  usageExecutionUpdated(
    @Arg('id', () => ID, { description: 'The id that a start has given.' }) _id: string,
    @Root() execution: Execution,
    @Ctx() { now }: RequestContext,
  ): UsageExecution {
    return toUsageExecution(execution, now());
  }

  @Subscription(() => UsageExecution, {
    description:
      'Every execution that the viewer may see and that ends from now on, each once, until unsubscribed.',
    subscribe: ({ args, context }: ByFilter) =>
      context.watch.finished(visibilityOf(context.caller), toExecutionFilter(args.filter, context.caller)),
  })
  usageExecutionsFinished(
    @Arg('filter', () => UsageExecutionFilter, { nullable: true, description: 'Left out: all.' })
    _filter: UsageExecutionFilter | null,
    @Root() execution: Execution,
    @Ctx() { now }: RequestContext,
  ): UsageExecution {
    return toUsageExecution(execution, now());
  }
}
