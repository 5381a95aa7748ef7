import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';

import { CancelUsageExecutionPayload } from '../schema/usage-execution.type.js';
import { CancelUsageExecutionInput } from '../schema/usage.input.js';
import type { RequestContext } from '../src/services/request-context.js';
import { toUsageExecution } from './to-schema.js';

@Resolver()
export class CancelUsageExecutionMutationResolver {
  @Mutation(() => CancelUsageExecutionPayload, {
    description:
      'Stops watching a query that the viewer started. Upstream has no cancel: it may go on working, which ' +
      '`upstreamMayStillRun` tells.',
  })
  async cancelUsageExecution(
    @Arg('input', { description: 'Which execution.' }) input: CancelUsageExecutionInput,
    @Ctx() { caller, executions, now }: RequestContext,
  ): Promise<CancelUsageExecutionPayload> {
    const { execution, userErrors } = await executions.cancel(caller, input.id);
    return { execution: execution && toUsageExecution(execution, now()), userErrors };
  }
}
