import { Field, ID, InputType, Int } from 'type-graphql';

import type { ExecutionStatus } from '../src/domain/execution.js';
import type { DayInterval } from '../src/domain/interval.js';
import type {
  HttpMethod,
  UsageDimension,
  UsageGranularity,
  UsageMetric,
  UsageOperation,
} from '../src/domain/operation.js';
import {
  HttpMethodEnum,
  SortDirectionEnum,
  UsageDimensionEnum,
  UsageExecutionStatusEnum,
  UsageFieldEnum,
  UsageGranularityEnum,
  UsageMetricEnum,
  UsageOperationEnum,
} from './enums.js';
import { DateTimeScalar, UsageIntervalScalar } from './scalars.js';

const METRICS = 'What to count; left out: everything that the operation counts.';
const GROUP_BY = 'What to tell rows apart by; left out: nothing, one row for each period.';
const CLIENT_ID = 'The OAuth client that the query is about.';
const HTTP_METHODS = 'Only requests with one of these methods.';
const TEMPLATE_URIS = 'Only requests to one of these endpoints, written without a leading slash.';
const PLATFORMS = 'Only requests made on one of these platforms.';

@InputType({ description: 'One key to sort by.' })
export class UsageSort {
  @Field(() => UsageFieldEnum, { description: 'What to sort by.' })
  field!: UsageDimension | UsageMetric;

  @Field(() => SortDirectionEnum, { nullable: true, defaultValue: 'ASC', description: 'Which way.' })
  direction?: 'ASC' | 'DESC' | null;
}

@InputType({ description: 'When a result that is here already will do.' })
export class ReusePolicy {
  @Field(() => Int, {
    nullable: true,
    description:
      'Only results that are at most so many seconds old; null: any of the same data day. 0: always a new query, ' +
      'even beside an identical one that runs.',
  })
  maxAgeSeconds?: number | null;
}

/** What every start has. */
@InputType()
abstract class StartInput {
  @Field(() => ReusePolicy, {
    nullable: true,
    defaultValue: { maxAgeSeconds: null },
    description:
      'An identical query that runs is joined, and one that has succeeded for the same data day is reused: the same ' +
      'execution, the same id. Identical is what asks the same in the same organization with the same rights, ' +
      'whatever its order, spelling or defaults.',
  })
  reuse?: ReusePolicy | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Your own name for this start, 1 to 256 printable characters: repeated within 24 hours it gives the same ' +
      'execution, whatever became of it, and never starts another one. With another request it is refused.',
  })
  idempotencyKey?: string | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 0,
    description:
      'Wait so many milliseconds, at most 30,000, for the final state, so that a quick query is answered in one ' +
      'round trip; after that the answer is the state that there is.',
  })
  waitMs?: number | null;
}

/** What every start but the summary has. */
@InputType()
abstract class IntervalInput extends StartInput {
  @Field(() => UsageIntervalScalar, { description: 'The days asked for.' })
  interval!: DayInterval;

  @Field(() => [UsageMetricEnum], { nullable: true, description: METRICS })
  metrics?: UsageMetric[] | null;
}

@InputType()
abstract class QueryInput extends IntervalInput {
  @Field(() => UsageGranularityEnum, {
    nullable: true,
    description: 'Length of a period; left out: the whole interval.',
  })
  granularity?: UsageGranularity | null;

  @Field(() => [UsageDimensionEnum], { nullable: true, description: GROUP_BY })
  groupBy?: UsageDimension[] | null;
}

@InputType()
abstract class AggregateInput extends QueryInput {
  @Field(() => [HttpMethodEnum], { nullable: true, description: HTTP_METHODS })
  httpMethods?: HttpMethod[] | null;

  @Field(() => [String], { nullable: true, description: TEMPLATE_URIS })
  templateUris?: string[] | null;

  @Field(() => [String], { nullable: true, description: PLATFORMS })
  platforms?: string[] | null;

  @Field(() => [UsageSort], { nullable: true, description: 'How upstream is to sort the rows.' })
  sortBy?: UsageSort[] | null;
}

@InputType({ description: 'Usage of the whole organization.' })
export class QueryOrganizationUsageInput extends QueryInput {}

@InputType({ description: 'Usage of one OAuth client.' })
export class QueryOAuthClientUsageInput extends QueryInput {
  @Field(() => ID, { description: CLIENT_ID })
  clientId!: string;
}

@InputType({ description: 'Usage of one OAuth client over its last days.' })
export class SummarizeOAuthClientUsageInput extends StartInput {
  @Field(() => ID, { description: CLIENT_ID })
  clientId!: string;

  @Field(() => Int, { nullable: true, defaultValue: 7, description: 'How many days back, from 1 to 365.' })
  days?: number | null;
}

@InputType({ description: 'Usage records by client name, method or endpoint.' })
export class SearchUsageInput extends IntervalInput {
  @Field(() => [UsageDimensionEnum], {
    nullable: true,
    description: 'Columns to show; left out: DATE, OAUTH_CLIENT, HTTP_METHOD and TEMPLATE_URI.',
  })
  groupBy?: UsageDimension[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Only requests made by OAuth clients of one of these names.',
  })
  oauthClientNames?: string[] | null;

  @Field(() => [HttpMethodEnum], { nullable: true, description: HTTP_METHODS })
  httpMethods?: HttpMethod[] | null;

  @Field(() => [String], { nullable: true, description: TEMPLATE_URIS })
  templateUris?: string[] | null;
}

@InputType({
  description:
    'Usage of the whole organization, newer generation: at most a year back, at most 90 days from start to end.',
})
export class AggregateOrganizationUsageInput extends AggregateInput {
  @Field(() => [ID], { nullable: true, description: 'Only requests made on behalf of one of these users.' })
  userIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Only requests made by one of these OAuth clients.' })
  oauthClientIds?: string[] | null;
}

@InputType({
  description:
    'Usage of one OAuth client, newer generation: at most a year back, at most 90 days from start to end.',
})
export class AggregateOAuthClientUsageInput extends AggregateInput {
  @Field(() => ID, { description: CLIENT_ID })
  clientId!: string;

  @Field(() => [ID], { nullable: true, description: 'Only requests made in one of these organizations.' })
  organizationIds?: string[] | null;
}

@InputType({ description: 'Which execution to cancel.' })
export class CancelUsageExecutionInput {
  @Field(() => ID, { description: 'Id of the execution.' })
  id!: string;
}

@InputType({ description: 'Which executions are meant; a field left out does not restrict.' })
export class UsageExecutionFilter {
  @Field(() => [UsageExecutionStatusEnum], { nullable: true, description: 'Those in one of these states.' })
  status?: ExecutionStatus[] | null;

  @Field(() => [UsageOperationEnum], { nullable: true, description: 'Those of one of these kinds.' })
  operation?: UsageOperation[] | null;

  @Field(() => ID, { nullable: true, description: 'Those about this OAuth client.' })
  clientId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Those accepted at or after this instant.' })
  createdFrom?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Those accepted before this instant.' })
  createdTo?: Date | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: only those that the viewer was the first to start; one that was joined or reused is its first starter’s.',
  })
  mine?: boolean | null;
}
