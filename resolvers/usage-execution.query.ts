import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';

import { pageCost } from '../schema/cost.js';
import { Node } from '../schema/node.type.js';
import { UsageExecution, UsageExecutionConnection } from '../schema/usage-execution.type.js';
import { UsageExecutionFilter } from '../schema/usage.input.js';
import type { RequestContext } from '../src/services/request-context.js';
import { fromCursor, pageSize, toConnection, toCursor } from './paging.js';
import { toExecutionFilter, toUsageExecution } from './to-schema.js';

const LIST = 'executions';
const MOST_EXECUTIONS = 100;

@Resolver()
export class UsageExecutionQueryResolver {
  @Query(() => Node, {
    nullable: true,
    description: 'Any node by its id; null when unknown, foreign or expired.',
  })
  async node(
    @Arg('id', () => ID, { description: 'The id that a start has given.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<UsageExecution | null> {
    return this.usageExecution(id, context);
  }

  @Query(() => UsageExecution, {
    nullable: true,
    description: 'An execution by its id; null when unknown, foreign or expired.',
  })
  async usageExecution(
    @Arg('id', () => ID, { description: 'The id that a start has given.' }) id: string,
    @Ctx() { caller, executions, now }: RequestContext,
  ): Promise<UsageExecution | null> {
    const execution = await executions.get(caller, id);
    return execution && toUsageExecution(execution, now());
  }

  @Query(() => UsageExecutionConnection, {
    complexity: pageCost({ otherwise: 20, most: MOST_EXECUTIONS }),
    description: 'Executions that the viewer may see, newest first; at most 100 on a page.',
  })
  async usageExecutions(
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'How many, at most 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: '`endCursor` of the page before.' })
    after: string | null,
    @Arg('filter', () => UsageExecutionFilter, { nullable: true, description: 'Left out: all.' })
    filter: UsageExecutionFilter | null,
    @Ctx() { caller, executions, now }: RequestContext,
  ): Promise<UsageExecutionConnection> {
    const wanted = toExecutionFilter(filter, caller);
    const page = { first: pageSize(first ?? 20, MOST_EXECUTIONS), after: toPlace(after) };
    const { items, hasNextPage } = await executions.list(caller, wanted, page);
    const edges = items.map((execution) => ({
      cursor: toCursor(LIST, `${execution.createdAt.getTime()} ${execution.id}`),
      node: toUsageExecution(execution, now()),
    }));
    // Once, however often the answer names it.
    let counted: Promise<number> | null = null;
    return {
      ...toConnection(edges, hasNextPage, 0),
      get totalCount() {
        return (counted ??= executions.count(caller, wanted));
      },
    };
  }
}

function toPlace(after: string | null): { createdAt: Date; id: string } | null {
  const place = fromCursor(LIST, after, /^\d{1,15} exe_[0-9a-f]{32}$/);
  if (place === null) return null;
  const [createdAt = '', id = ''] = place.split(' ');
  return { createdAt: new Date(Number(createdAt)), id };
}
