import { Field, Int, ObjectType } from 'type-graphql';

import { DateTimeScalar } from './scalars.js';

@ObjectType({
  description:
    'Requests to Genesys Cloud that are left for the credential of the viewer: the own token, or the one of the ' +
    'service when it has one. All nodes share it, and nothing is asked past it: an execution that it has no room ' +
    'for is put off, which its `nextPollAt` shows, and does not fail.',
})
export class UpstreamBudget {
  @Field(() => Int, {
    description:
      'Requests within any minute, at most. Starts may use half of them, polls all but one in 25, so that neither keeps ' +
      'the other out. Upstream itself allows 300, shared with everything else that uses the token.',
  })
  limit!: number;

  @Field(() => Int, {
    description:
      'Requests that may be made now; 0 also while Genesys Cloud has asked to be left alone (`Retry-After`).',
  })
  remaining!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When `remaining` rises next: the oldest request of the last minute is then a minute old, or the time for ' +
      'which Genesys Cloud asked to be left alone is over. Null when nothing is used.',
  })
  resetAt!: Date | null;

  @Field(() => Int, {
    description:
      'Open executions with this credential that are due, or were put off; `UsageExecution.delay` says why.',
  })
  queued!: number;
}
