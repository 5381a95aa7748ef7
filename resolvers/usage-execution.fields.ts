import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';

import { UsageExecution } from '../schema/usage-execution.type.js';
import { UsageRowConnection, UsageTotals } from '../schema/usage-row.type.js';
import type { UsageTotals as StoredTotals } from '../src/domain/execution.js';
import type { RequestContext } from '../src/services/request-context.js';
import { fromCursor, pageSize, toConnection, toCursor } from './paging.js';
import { toUsageRow } from './to-schema.js';

const MOST_ROWS = 1_000;

@Resolver(() => UsageExecution)
export class UsageExecutionFieldsResolver {
  @FieldResolver(() => UsageRowConnection, {
    description:
      'The rows, in the order in which upstream gave them; none until it has succeeded. At most 1,000 on a page.',
  })
  async rows(
    @Root() { source }: UsageExecution,
    @Arg('first', () => Int, { nullable: true, defaultValue: 100, description: 'How many, at most 1,000.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: '`endCursor` of the page before.' })
    after: string | null,
    @Ctx() { executions }: RequestContext,
  ): Promise<UsageRowConnection> {
    const place = fromCursor(source.id, after, /^\d{1,9}$/);
    const page = await executions.rows(source, Number(place ?? 0), pageSize(first ?? 100, MOST_ROWS));
    const edges = page.items.map(({ position, row }) => ({
      cursor: toCursor(source.id, String(position)),
      node: toUsageRow(row),
    }));
    return toConnection(edges, page.hasNextPage, source.rowCount);
  }

  @FieldResolver(() => UsageTotals, { description: 'Sums over all rows; zero rows until it has succeeded.' })
  async totals(
    @Root() { source }: UsageExecution,
    @Ctx() { executions }: RequestContext,
  ): Promise<UsageTotals> {
    const totals = await executions.totals(source);
    return {
      ...totals,
      errorRate: errorRate(totals),
      throttledRate: share(totals.status429, totals.requests),
    };
  }
}

function errorRate({ status400, status500, requests }: StoredTotals): number | null {
  return status400 === null || status500 === null ? null : share(status400 + status500, requests);
}

function share(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : part / whole;
}
