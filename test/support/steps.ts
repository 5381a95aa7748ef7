/** A step over the real store and a scripted upstream. */
import type { Execution } from '../../src/domain/execution.js';
import type { Claim, ExecutionStore, NewExecution } from '../../src/domain/ports/execution-store.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createExecutionStep, type ExecutionStepOptions } from '../../src/services/polling/execution-step.js';
import { createUnknownStatuses } from '../../src/services/polling/unknown-statuses.js';
import type { PollPolicy } from '../../src/services/polling/poll-policy.js';
import { scriptedCredentials, scriptedUpstream } from './scripted-upstream.js';
import { intent, LEASE_MS, NODE, runningClaim, TTL_MS } from './store.js';

export interface StepParts {
  readonly upstream: ReturnType<typeof scriptedUpstream>;
  readonly credentials: ReturnType<typeof scriptedCredentials>;
  readonly step: ReturnType<typeof createExecutionStep>;
  /** A new execution, claimed. */
  readonly queued: (changes?: Partial<NewExecution>) => Promise<Claim>;
  /** One that upstream has accepted, claimed again. */
  readonly running: (changes?: Partial<NewExecution>) => Promise<Claim>;
  readonly make: (claim: Claim, signal?: AbortSignal) => Promise<Execution | null>;
}

/** Waits that a test can foresee. */
export const plainPolicy: PollPolicy = {
  untilNextPoll: ({ runningAtMs }) => (runningAtMs > 0 ? 2_000 : 1_000),
  untilRetry: ({ failureCount }, retryAfterMs) => retryAfterMs ?? 1_000 * 2 ** (failureCount - 1),
  ended() {},
  putOff() {},
};

export function stepParts(store: ExecutionStore, options: Partial<ExecutionStepOptions> = {}): StepParts {
  const upstream = scriptedUpstream();
  const credentials = scriptedCredentials();
  const step = createExecutionStep({
    store,
    upstream,
    credentials,
    policy: plainPolicy,
    log: silentLogger,
    unknownStatuses: createUnknownStatuses(silentLogger),
    resultTtlMs: TTL_MS,
    maxResultRows: 1_000,
    dataDayBoundaryMs: 0,
    now: Date.now,
    ...options,
  });
  return {
    upstream,
    credentials,
    step,
    queued: (changes) => store.create(intent(changes), NODE, LEASE_MS),
    async running(changes) {
      const { execution } = await runningClaim(store, changes, 0);
      const claims = await store.claimDue(NODE, 100, LEASE_MS);
      const claim = claims.find((each) => each.execution.id === execution.id);
      if (!claim) throw new Error('the execution was not due');
      return claim;
    },
    make: (claim, signal = new AbortController().signal) => step(claim, signal),
  };
}
