import { Field, ID, Int, ObjectType } from 'type-graphql';

import type { DelayReason } from '../src/domain/delay.js';
import type { ExecutionErrorCode, UserErrorCode } from '../src/domain/error-codes.js';
import type { Execution, ExecutionStatus } from '../src/domain/execution.js';
import { MOST_COUNTED } from '../src/domain/execution-filter.js';
import type {
  HttpMethod,
  UsageDimension,
  UsageGranularity,
  UsageMetric,
  UsageOperation,
} from '../src/domain/operation.js';
import {
  ExecutionSourceEnum,
  HttpMethodEnum,
  SortDirectionEnum,
  UsageDimensionEnum,
  UsageExecutionDelayReasonEnum,
  UsageExecutionErrorCodeEnum,
  UsageExecutionStatusEnum,
  UsageFieldEnum,
  UsageGranularityEnum,
  UsageMetricEnum,
  UsageOperationEnum,
  UserErrorCodeEnum,
} from './enums.js';
import { itemCost } from './cost.js';
import { Node, PageInfo } from './node.type.js';
import { DateTimeScalar, UsageIntervalScalar } from './scalars.js';

@ObjectType({ description: 'How upstream was asked to sort.' })
export class UsageRequestSort {
  @Field(() => UsageFieldEnum, { description: 'What is sorted by.' })
  field!: UsageDimension | UsageMetric;

  @Field(() => SortDirectionEnum, { description: 'Which way.' })
  direction!: 'ASC' | 'DESC';
}

@ObjectType({ description: 'Values by which the rows were narrowed; an empty list does not restrict.' })
export class UsageRequestFilters {
  @Field(() => [String], { description: 'Names of OAuth clients.' })
  oauthClientNames!: readonly string[];

  @Field(() => [HttpMethodEnum], { description: 'HTTP methods.' })
  httpMethods!: readonly HttpMethod[];

  @Field(() => [String], { description: 'Endpoints, as in `UsageRow.templateUri`.' })
  templateUris!: readonly string[];

  @Field(() => [String], { description: 'Platforms.' })
  platforms!: readonly string[];

  @Field(() => [ID], { description: 'Users.' })
  userIds!: readonly string[];

  @Field(() => [ID], { description: 'OAuth clients.' })
  oauthClientIds!: readonly string[];

  @Field(() => [ID], { description: 'Organizations.' })
  organizationIds!: readonly string[];
}

@ObjectType({
  description:
    'The query of an execution in canonical form: defaults filled, lists sorted, the interval in whole days. Inputs ' +
    'that mean the same have the same request.',
})
export class UsageRequest {
  @Field(() => UsageIntervalScalar, {
    nullable: true,
    description: 'The days asked for; null for a summary.',
  })
  interval!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of last days of a summary; null for all others.',
  })
  days!: number | null;

  @Field(() => UsageGranularityEnum, {
    nullable: true,
    description: 'Length of a period; null: one for the whole.',
  })
  granularity!: UsageGranularity | null;

  @Field(() => [UsageMetricEnum], { description: 'What is counted.' })
  metrics!: readonly UsageMetric[];

  @Field(() => [UsageDimensionEnum], { description: 'What rows are told apart by.' })
  groupBy!: readonly UsageDimension[];

  @Field(() => ID, {
    nullable: true,
    description: 'The OAuth client that the query is about, if it is about one.',
  })
  clientId!: string | null;

  @Field(() => UsageRequestFilters, { description: 'What the rows were narrowed to.' })
  filters!: UsageRequestFilters;

  @Field(() => [UsageRequestSort], { description: 'How upstream was asked to sort.' })
  sortBy!: readonly UsageRequestSort[];
}

@ObjectType({ description: 'Why an execution ended without rows.' })
export class UsageExecutionError {
  @Field(() => UsageExecutionErrorCodeEnum, { description: 'For programs.' })
  code!: ExecutionErrorCode;

  @Field(() => String, { description: 'For people; safe to show.' })
  message!: string;

  @Field(() => Boolean, { description: 'Starting the same query again may succeed.' })
  retryable!: boolean;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Not before this instant; null: whenever.' })
  retryAfter!: Date | null;

  @Field(() => Int, {
    nullable: true,
    description: "HTTP status of upstream's last answer, if there was one.",
  })
  upstreamStatus!: number | null;

  @Field(() => String, { nullable: true, description: "Names the request for Genesys' support." })
  correlationId!: string | null;
}

@ObjectType({
  description:
    'Why Genesys Cloud is asked later than usual for an execution that is still open. Nothing has failed: it goes on ' +
    'by itself at `nextPollAt`, and ends as TIMED_OUT when its time is over before that.',
})
export class UsageExecutionDelay {
  @Field(() => UsageExecutionDelayReasonEnum, { description: 'For programs.' })
  reason!: DelayReason;

  @Field(() => String, { description: 'For people; safe to show.' })
  message!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Until when Genesys Cloud asked to be left alone, in its answer to this execution. May lie behind the time ' +
      'that we wait at all; `nextPollAt` never does.',
  })
  retryAfter!: Date | null;

  @Field(() => Int, {
    nullable: true,
    description: 'HTTP status of the last attempt, if it failed with one.',
  })
  upstreamStatus!: number | null;

  @Field(() => String, {
    nullable: true,
    description: "Names the last attempt that failed, for Genesys' support.",
  })
  correlationId!: string | null;
}

@ObjectType({
  implements: Node,
  description:
    'One usage query, from its start to its final state. Wait for it with `usageExecutionFinished`, follow it with ' +
    '`usageExecutionUpdated`, or ask again after `pollAfterMs`.',
})
export class UsageExecution extends Node {
  @Field(() => Int, { description: '1 at first; rises with every change.' })
  version!: number;

  @Field(() => UsageOperationEnum, { description: 'What kind of query.' })
  operation!: UsageOperation;

  @Field(() => UsageExecutionStatusEnum, { description: 'Where it stands.' })
  status!: ExecutionStatus;

  @Field(() => Boolean, { description: 'The status is final.' })
  done!: boolean;

  @Field(() => UsageRequest, { description: 'What was asked, in canonical form.' })
  request!: UsageRequest;

  @Field(() => String, {
    nullable: true,
    description: "Upstream's own id for the query, for support; null until upstream has confirmed the start.",
  })
  upstreamId!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was accepted here.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When upstream confirmed the start.' })
  submittedAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it became final.' })
  finishedAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it and its rows are deleted; null until final.',
  })
  expiresAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'End of the last day that the rows can cover; upstream computes usage once a day. Null until succeeded.',
  })
  asOf!: Date | null;

  @Field(() => Int, { description: 'How often upstream was asked for results and answered.' })
  pollCount!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When upstream is asked next, or the time is over; null when done, and while it waits for credentials.',
  })
  nextPollAt!: Date | null;

  @Field(() => Int, {
    nullable: true,
    description: 'For clients without subscriptions: ask again after this many milliseconds. Null when done.',
  })
  pollAfterMs!: number | null;

  @Field(() => UsageExecutionDelay, {
    nullable: true,
    description:
      'Why it waits; null when nothing is in the way, and when done. Like `nextPollAt`, it may change without a new ' +
      '`version` when upstream was not asked at all.',
  })
  delay!: UsageExecutionDelay | null;

  @Field(() => Boolean, {
    description: 'Ended here (canceled, timed out) while upstream may go on: upstream has no cancel.',
  })
  upstreamMayStillRun!: boolean;

  @Field(() => UsageExecutionError, {
    nullable: true,
    description: 'Why there are no rows; null unless it failed.',
  })
  error!: UsageExecutionError | null;

  @Field(() => Boolean, {
    description:
      "There were more rows than are kept: upstream's own cap (20,000 for a search) or ours was met.",
  })
  truncated!: boolean;

  /** What the field resolvers work on; not a field. */
  source!: Execution;
}

@ObjectType({ description: 'An execution and its place.' })
export class UsageExecutionEdge {
  @Field(() => String, { description: 'Place in the list.' })
  cursor!: string;

  @Field(() => UsageExecution, { description: 'The execution.' })
  node!: UsageExecution;
}

@ObjectType({ description: 'A page of executions, newest first.' })
export class UsageExecutionConnection {
  @Field(() => [UsageExecutionEdge], { complexity: itemCost, description: 'Executions with their cursors.' })
  edges!: readonly UsageExecutionEdge[];

  @Field(() => [UsageExecution], { complexity: itemCost, description: 'Executions without their cursors.' })
  nodes!: readonly UsageExecution[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;

  /** A promise that is made when the field is selected: counting takes longer than a page. */
  @Field(() => Int, {
    description:
      `Executions on all pages together; counted only when it is asked for. Counting stops at ${MOST_COUNTED}: then there ` +
      'are as many or more, and pages go on behind them.',
  })
  totalCount!: Promise<number>;
}

@ObjectType({ description: 'Why a start or a cancel was refused.' })
export class UserError {
  @Field(() => UserErrorCodeEnum, { description: 'For programs.' })
  code!: UserErrorCode;

  @Field(() => String, { description: 'For people: what is wrong and what would be right.' })
  message!: string;

  @Field(() => [String], {
    description: 'Path of the argument that is meant, such as `["input", "interval"]`.',
  })
  field!: readonly string[];
}

@ObjectType({ description: 'What a start gives.' })
export class UsageExecutionPayload {
  @Field(() => UsageExecution, {
    nullable: true,
    description: 'The execution, at once; its rows come later. Null only when `userErrors` is not empty.',
  })
  execution!: UsageExecution | null;

  @Field(() => ExecutionSourceEnum, {
    nullable: true,
    description: 'Where it came from; null without an execution.',
  })
  source!: 'FRESH' | 'JOINED' | 'REUSED' | null;

  @Field(() => [UserError], { description: 'Why the start was refused; empty when it was not.' })
  userErrors!: readonly UserError[];
}

@ObjectType({ description: 'What a cancel gives.' })
export class CancelUsageExecutionPayload {
  @Field(() => UsageExecution, {
    nullable: true,
    description: 'The execution as it is now; null when there is none with this id for the caller.',
  })
  execution!: UsageExecution | null;

  @Field(() => [UserError], { description: 'Why nothing was canceled; empty when it was.' })
  userErrors!: readonly UserError[];
}
