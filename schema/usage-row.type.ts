import { Field, Float, ID, Int, ObjectType } from 'type-graphql';

import type { HttpMethod } from '../src/domain/operation.js';
import type { RowBlock } from '../src/domain/row-block.js';
import { OAuthClient, User } from './directory.type.js';
import { HttpMethodEnum } from './enums.js';
import { PageInfo } from './node.type.js';
import { DateScalar, SafeIntScalar } from './scalars.js';

/** The six counters, the same on rows and totals. */
@ObjectType()
abstract class Counters {
  @Field(() => SafeIntScalar, { nullable: true, description: 'All requests; null: not asked for.' })
  requests!: number | null;

  @Field(() => SafeIntScalar, { nullable: true, description: 'Answers 200 to 299; null: not asked for.' })
  status200!: number | null;

  @Field(() => SafeIntScalar, { nullable: true, description: 'Answers 300 to 399; null: not asked for.' })
  status300!: number | null;

  @Field(() => SafeIntScalar, { nullable: true, description: 'Answers 400 to 499; null: not asked for.' })
  status400!: number | null;

  @Field(() => SafeIntScalar, { nullable: true, description: 'Answers 429, throttled; null: not asked for.' })
  status429!: number | null;

  @Field(() => SafeIntScalar, { nullable: true, description: 'Answers 500 or more; null: not asked for.' })
  status500!: number | null;
}

@ObjectType({
  description:
    'One line of a result, as upstream counted it. What was not grouped by, or not asked for, is null. Combinations ' +
    'without traffic have no row.',
})
export class UsageRow extends Counters {
  @Field(() => DateScalar, {
    nullable: true,
    description: 'First day of the period; null without a granularity.',
  })
  date!: string | null;

  @Field(() => OAuthClient, { nullable: true, description: 'The client that made the requests.' })
  oauthClient!: OAuthClient | null;

  @Field(() => ID, { nullable: true, description: 'The organization in which they were made.' })
  organizationId!: string | null;

  @Field(() => User, { nullable: true, description: 'The user on whose behalf they were made.' })
  user!: User | null;

  @Field(() => String, { nullable: true, description: 'The platform on which they were made.' })
  platform!: string | null;

  @Field(() => HttpMethodEnum, { nullable: true, description: 'The HTTP method.' })
  httpMethod!: HttpMethod | null;

  @Field(() => String, {
    nullable: true,
    description: 'The endpoint without a leading slash, such as `api/v2/users/{userId}`.',
  })
  templateUri!: string | null;
}

@ObjectType({ description: 'A row and its place.' })
export class UsageRowEdge {
  @Field(() => String, { description: 'Place of the row; valid for this execution and this order alone.' })
  cursor!: string;

  @Field(() => UsageRow, { description: 'The row.' })
  node!: UsageRow;
}

/** Rows by columns, with what makes the cursor of a position. */
export interface RowBlocks {
  readonly blocks: readonly RowBlock[];
  readonly cursorAt: (position: number) => string;
}

@ObjectType({ description: 'A page of rows.' })
export class UsageRowConnection {
  /** Behind the field resolvers of `edges` and `nodes`; none where there are `blocks`. */
  edges!: readonly UsageRowEdge[];

  /** The rows of a page that is handed over as a text; not a field. */
  blocks!: RowBlocks | null;

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;

  /** Counts the rows on all pages, for the field resolver of `totalCount`; not a field. */
  count!: () => Promise<number>;
}

@ObjectType({
  description: 'Sums over rows. Without rows the counters are null; a sum beyond 2^53 - 1 is shown as that.',
})
export class UsageTotals extends Counters {
  @Field(() => Int, { description: 'Number of rows that were added up.' })
  rowCount!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'Share of `requests` that were answered with 400 to 499 or with 500 or more, from 0 to 1. Null when a counter ' +
      'that it needs was not asked for, or when there were no requests.',
  })
  errorRate!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of `requests` that were answered with 429, from 0 to 1. Null as for `errorRate`.',
  })
  throttledRate!: number | null;
}
