import { Field, Float, ObjectType } from 'type-graphql';

import { comparedGroupsCost } from './cost.js';
import { SafeIntScalar } from './scalars.js';
import { UsageExecution } from './usage-execution.type.js';
import { UsageGroupKey } from './usage-group.type.js';
import { UsageTotals } from './usage-row.type.js';

const REQUESTS = 'Of all requests; null: not asked for.';
const STATUS_200 = 'Of answers 200 to 299; null: not asked for.';
const STATUS_300 = 'Of answers 300 to 399; null: not asked for.';
const STATUS_400 = 'Of answers 400 to 499; null: not asked for.';
const STATUS_429 = 'Of answers 429, throttled; null: not asked for.';
const STATUS_500 = 'Of answers 500 or more; null: not asked for.';

@ObjectType({ description: 'Current minus baseline. A side that is missing counts as 0.' })
export class UsageDifference {
  @Field(() => SafeIntScalar, { nullable: true, description: REQUESTS })
  requests!: number | null;

  @Field(() => SafeIntScalar, { nullable: true, description: STATUS_200 })
  status200!: number | null;

  @Field(() => SafeIntScalar, { nullable: true, description: STATUS_300 })
  status300!: number | null;

  @Field(() => SafeIntScalar, { nullable: true, description: STATUS_400 })
  status400!: number | null;

  @Field(() => SafeIntScalar, { nullable: true, description: STATUS_429 })
  status429!: number | null;

  @Field(() => SafeIntScalar, { nullable: true, description: STATUS_500 })
  status500!: number | null;
}

@ObjectType({
  description:
    'Current divided by baseline: 1 is no change, 2 is twice as many, 0 is nothing left. Null also where the baseline is ' +
    '0 or missing.',
})
export class UsageRatio {
  @Field(() => Float, { nullable: true, description: REQUESTS })
  requests!: number | null;

  @Field(() => Float, { nullable: true, description: STATUS_200 })
  status200!: number | null;

  @Field(() => Float, { nullable: true, description: STATUS_300 })
  status300!: number | null;

  @Field(() => Float, { nullable: true, description: STATUS_400 })
  status400!: number | null;

  @Field(() => Float, { nullable: true, description: STATUS_429 })
  status429!: number | null;

  @Field(() => Float, { nullable: true, description: STATUS_500 })
  status500!: number | null;
}

@ObjectType({ description: 'One key in both results.' })
export class UsageComparisonGroup {
  @Field(() => [UsageGroupKey], { description: 'One entry for each dimension, in the order of `by`.' })
  key!: readonly UsageGroupKey[];

  @Field(() => UsageTotals, {
    nullable: true,
    description: 'Sums in the baseline; null: no row there has this key.',
  })
  baseline!: UsageTotals | null;

  @Field(() => UsageTotals, {
    nullable: true,
    description: 'Sums in the current; null: no row there has this key.',
  })
  current!: UsageTotals | null;

  @Field(() => UsageDifference, { description: 'How much more, or less.' })
  difference!: UsageDifference;

  @Field(() => UsageRatio, { description: 'How many times as much.' })
  ratio!: UsageRatio;
}

@ObjectType({ description: 'Two results side by side.' })
export class UsageComparison {
  @Field(() => UsageExecution, { description: 'What is compared with.' })
  baseline!: UsageExecution;

  @Field(() => UsageExecution, { description: 'What is compared.' })
  current!: UsageExecution;

  @Field(() => [UsageComparisonGroup], {
    complexity: comparedGroupsCost,
    description:
      'The largest change first, up or down: of requests, or of the first metric that was asked for. What is equal is ' +
      'sorted by the key.',
  })
  groups!: readonly UsageComparisonGroup[];
}
