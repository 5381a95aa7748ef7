import { Field, ID, InputType } from 'type-graphql';

import type { HttpMethod, UsageDimension, UsageMetric } from '../src/domain/operation.js';
import { HttpMethodEnum, SortDirectionEnum, UsageFieldEnum, UsageMetricEnum } from './enums.js';
import { DateScalar, SafeIntScalar } from './scalars.js';

const DIRECTION = 'Which way. What is null comes last both ways.';

@InputType({
  description:
    'One key to sort rows by. OAuth clients and users are sorted by the name that upstream gave with the row, then by ' +
    'id; texts by code point, so upper case comes before lower case. What is equal stays in the order of upstream.',
})
export class UsageRowOrder {
  @Field(() => UsageFieldEnum, { description: 'What to sort by.' })
  field!: UsageDimension | UsageMetric;

  @Field(() => SortDirectionEnum, { nullable: true, defaultValue: 'ASC', description: DIRECTION })
  direction?: 'ASC' | 'DESC' | null;
}

@InputType({ description: 'How to sort groups; what is equal is sorted by the key, in the order of `by`.' })
export class UsageGroupOrder {
  @Field(() => UsageFieldEnum, {
    description: 'A metric, to sort by its sums, or one of the dimensions in `by`.',
  })
  field!: UsageDimension | UsageMetric;

  @Field(() => SortDirectionEnum, { nullable: true, defaultValue: 'ASC', description: DIRECTION })
  direction?: 'ASC' | 'DESC' | null;
}

@InputType({ description: 'The least that a row must have counted.' })
export class UsageMinimum {
  @Field(() => UsageMetricEnum, { description: 'Of which metric.' })
  metric!: UsageMetric;

  @Field(() => SafeIntScalar, { description: 'How much; that many pass.' })
  value!: number;
}

@InputType({
  description:
    'Which rows are meant. A row must pass every field that is given; a field left out does not restrict, a list without ' +
    'values lets no row pass. A row that has null in the place of what is compared does not pass. Texts are compared ' +
    'as they are, upper and lower case apart. At most 200 values in a list, at most 1,000 characters in a text.',
})
export class UsageRowFilter {
  @Field(() => DateScalar, { nullable: true, description: 'Periods that begin on this day or later.' })
  dateFrom?: Date | null;

  @Field(() => DateScalar, { nullable: true, description: 'Periods that begin on this day or earlier.' })
  dateTo?: Date | null;

  @Field(() => [ID], { nullable: true, description: 'Made by one of these OAuth clients.' })
  oauthClientIds?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Made by an OAuth client of one of these names, as upstream gave it with the row.',
  })
  oauthClientNames?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Made on behalf of one of these users.' })
  userIds?: string[] | null;

  @Field(() => [HttpMethodEnum], { nullable: true, description: 'With one of these methods.' })
  httpMethods?: HttpMethod[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'To one of these endpoints, written as in `UsageRow.templateUri`.',
  })
  templateUris?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'To endpoints that begin like this, such as `api/v2/users`.',
  })
  templateUriPrefix?: string | null;

  @Field(() => String, { nullable: true, description: 'To endpoints that have this somewhere.' })
  templateUriContains?: string | null;

  @Field(() => [String], { nullable: true, description: 'Made on one of these platforms.' })
  platforms?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Made in one of these organizations.' })
  organizationIds?: string[] | null;

  @Field(() => [UsageMinimum], {
    nullable: true,
    description: 'That have counted at least this, each of them.',
  })
  minimum?: UsageMinimum[] | null;
}
