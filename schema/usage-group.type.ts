import { Field, Float, ObjectType } from 'type-graphql';

import type { UsageDimension } from '../src/domain/operation.js';
import { UsageDimensionEnum } from './enums.js';
import { UsageTotals } from './usage-row.type.js';

@ObjectType({ description: 'One part of what the rows of a group have in common.' })
export class UsageGroupKey {
  @Field(() => UsageDimensionEnum, { description: 'What the rows were told apart by.' })
  dimension!: UsageDimension;

  @Field(() => String, {
    nullable: true,
    description:
      'The id of a client, user or organization, the day (`yyyy-MM-dd`, the first of the period), or the text. Null: the ' +
      'rows have none, or are from a search that gave the name of the client alone.',
  })
  value!: string | null;

  /** As far as rows have it; the field resolver looks up the rest. */
  name!: string | null;
}

@ObjectType({ description: 'Rows that are equal in every dimension asked for, added up.' })
export class UsageGroup {
  @Field(() => [UsageGroupKey], { description: 'One entry for each dimension, in the order of `by`.' })
  key!: readonly UsageGroupKey[];

  @Field(() => UsageTotals, { description: 'Sums over the rows of the group.' })
  totals!: UsageTotals;

  @Field(() => Float, {
    nullable: true,
    description:
      'Part of this group, from 0 to 1, in the sum over all groups, those beyond `first` included: of the metric that ' +
      'the groups are ordered by, or else of the first one that was asked for. Null when that sum is 0 or unknown.',
  })
  share!: number | null;
}
