import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';

import { groupsCost, pageCost, passCost } from '../schema/cost.js';
import { UsageDimensionEnum } from '../schema/enums.js';
import { UsageExecution } from '../schema/usage-execution.type.js';
import { UsageGroup } from '../schema/usage-group.type.js';
import { UsageGroupOrder, UsageRowFilter, UsageRowOrder } from '../schema/usage-row.input.js';
import { type UsageRow, UsageRowConnection, UsageTotals } from '../schema/usage-row.type.js';
import type { UsageDimension } from '../src/domain/operation.js';
import { EVERY_ROW, rowOrder } from '../src/domain/row-query.js';
import type { RequestContext } from '../src/services/request-context.js';
import { blocksPage } from './finished-blocks.js';
import { MOST_GROUPS, pageInfoOf, pageSize } from './paging.js';
import { fromRowCursor, toRowCursor } from './row-cursor.js';
import { toUsageRow } from './to-schema.js';
import { toRowFilter, toUsageGroup, toUsageTotals } from './to-table.js';

const MOST_ROWS = 1_000;
/** Fewer are read as quickly one by one. */
const MANY_ROWS = 100;
const FILTER = 'Only these rows; left out: all.';

/** A row and its place. Of a full page mostly two cursors are asked for. */
class Placed {
  constructor(
    readonly node: UsageRow,
    private readonly position: number,
    private readonly cursorAt: (position: number) => string,
  ) {}

  get cursor(): string {
    return this.cursorAt(this.position);
  }
}

@Resolver(() => UsageExecution)
export class UsageExecutionFieldsResolver {
  @FieldResolver(() => UsageRowConnection, {
    complexity: pageCost({ otherwise: 100, most: MOST_ROWS }),
    description:
      'The rows; none until it has succeeded. At most 1,000 on a page, and each page costs the same.',
  })
  async rows(
    @Root() { source }: UsageExecution,
    @Arg('first', () => Int, { nullable: true, defaultValue: 100, description: 'How many, at most 1,000.' })
    first: number | null,
    @Arg('after', () => String, {
      nullable: true,
      description:
        '`endCursor` of the page before, with the same `orderBy`. Another `filter` goes on from the same place.',
    })
    after: string | null,
    @Arg('orderBy', () => [UsageRowOrder], {
      nullable: true,
      description:
        'Keys to sort by, the first one above all; left out: the order in which upstream gave the rows.',
    })
    orderBy: UsageRowOrder[] | null,
    @Arg('filter', () => UsageRowFilter, { nullable: true, description: FILTER })
    filter: UsageRowFilter | null,
    @Ctx() { table, signal, finishedLists }: RequestContext,
  ): Promise<UsageRowConnection> {
    const query = { order: rowOrder(orderBy), filter: toRowFilter(filter) };
    const place = fromRowCursor(source.id, query.order, after);
    const size = pageSize(first ?? 100, MOST_ROWS);
    const cursorAt = (position: number) => toRowCursor(source.id, query.order, position);
    // Once, however often the answer names it.
    let counted: Promise<number> | null = null;
    const count = () => (counted ??= table.countRows(source, query.filter, signal));
    const isRange = query.order.length === 0 && query.filter === EVERY_ROW;
    const inBlocks = finishedLists && isRange && size >= MANY_ROWS;
    const found = inBlocks ? await table.blocks(source, place, size) : null;
    if (found) return { ...blocksPage(found, cursorAt), count };
    const page = await table.rows(source, place, size, query, signal);
    const edges = page.items.map(({ position, row }) => new Placed(toUsageRow(row), position, cursorAt));
    const pageInfo = pageInfoOf(page.hasNextPage, edges[0]?.cursor, edges.at(-1)?.cursor);
    return { edges, blocks: null, pageInfo, count };
  }

  @FieldResolver(() => UsageTotals, {
    complexity: passCost,
    description: 'Sums over the rows; zero rows until it has succeeded.',
  })
  async totals(
    @Root() { source }: UsageExecution,
    @Arg('filter', () => UsageRowFilter, { nullable: true, description: FILTER })
    filter: UsageRowFilter | null,
    @Ctx() { table, signal }: RequestContext,
  ): Promise<UsageTotals> {
    return toUsageTotals(await table.totals(source, toRowFilter(filter), signal));
  }

  @FieldResolver(() => [UsageGroup], {
    complexity: groupsCost({ otherwise: 50, most: MOST_GROUPS }),
    description:
      'The rows added up by what they have in common; none until it has succeeded. By DATE it is a time series in the ' +
      'granularity of the execution.',
  })
  async groups(
    @Root() { source }: UsageExecution,
    @Arg('by', () => [UsageDimensionEnum], {
      description: 'What tells groups apart: at least one dimension, none twice. The rows need not have it.',
    })
    by: UsageDimension[],
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: 'How many, at most 1,000.' })
    first: number | null,
    @Arg('orderBy', () => UsageGroupOrder, {
      nullable: true,
      description:
        'Left out: by DATE from the earliest on when it is among `by`, else the largest first, by requests or by the ' +
        'first metric that was asked for.',
    })
    orderBy: UsageGroupOrder | null,
    @Arg('filter', () => UsageRowFilter, { nullable: true, description: FILTER })
    filter: UsageRowFilter | null,
    @Ctx() { table, signal }: RequestContext,
  ): Promise<readonly UsageGroup[]> {
    const draft = {
      by,
      first: pageSize(first ?? 50, MOST_GROUPS),
      order: orderBy,
      filter: toRowFilter(filter),
    };
    return (await table.groups(source, draft, signal)).map(toUsageGroup);
  }
}
