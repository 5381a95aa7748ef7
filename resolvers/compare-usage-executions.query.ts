import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';

import { comparisonCost } from '../schema/cost.js';
import { UsageDimensionEnum } from '../schema/enums.js';
import { UsageComparison } from '../schema/usage-comparison.type.js';
import type { UsageDimension } from '../src/domain/operation.js';
import type { RequestContext } from '../src/services/request-context.js';
import { MOST_GROUPS, pageSize } from './paging.js';
import { toUsageComparison } from './to-table.js';

@Resolver()
export class CompareUsageExecutionsQueryResolver {
  @Query(() => UsageComparison, {
    complexity: comparisonCost({ otherwise: 50, most: MOST_GROUPS }),
    description:
      'Two results of the same operation and the same metrics, key by key: what has changed most comes first. Both must ' +
      'have succeeded.',
  })
  async compareUsageExecutions(
    @Arg('baseline', () => ID, { description: 'The execution to compare with, such as last month.' })
    baseline: string,
    @Arg('current', () => ID, { description: 'The execution to compare, such as this month.' })
    current: string,
    @Arg('by', () => [UsageDimensionEnum], { description: 'What tells keys apart; at least one dimension.' })
    by: UsageDimension[],
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: 50,
      description: 'How many keys, at most 1,000.',
    })
    first: number | null,
    @Ctx() { caller, table, now, signal }: RequestContext,
  ): Promise<UsageComparison> {
    const draft = { baseline, current, by, first: pageSize(first ?? 50, MOST_GROUPS) };
    return toUsageComparison(await table.compare(caller, draft, signal), now());
  }
}
