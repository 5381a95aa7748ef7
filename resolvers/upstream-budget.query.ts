import { Ctx, Query, Resolver } from 'type-graphql';

import { UpstreamBudget } from '../schema/upstream-budget.type.js';
import type { RequestContext } from '../src/services/request-context.js';

@Resolver()
export class UpstreamBudgetQueryResolver {
  @Query(() => UpstreamBudget, {
    description: 'What is left of the requests to Genesys Cloud that all executions of the viewer share.',
  })
  async upstreamBudget(@Ctx() { caller, budget }: RequestContext): Promise<UpstreamBudget> {
    return budget.of(caller);
  }
}
