/** The policies that are compared. Ours is the program's own code. */
import { createCallPrice } from '../../dist/src/services/polling/call-price.js';
import { createDurationModels } from '../../dist/src/services/polling/duration-models.js';
import { createPollPolicy } from '../../dist/src/services/polling/poll-policy.js';
import type { UsageRequest } from '../../dist/src/domain/request.js';
import type { PollContext } from '../../dist/src/services/polling/poll-policy.js';
import type { Query } from './mixes.ts';
import { createRandom } from './random.ts';

export interface Policy {
  /** Milliseconds from the last poll (or the start) to the next one. */
  wait(query: Query, ageMs: number, polls: number): number;
  /** A poll found the end. */
  ended?(query: Query, within: { readonly afterMs: number; readonly untilMs: number }): void;
  /** A call had to wait for budget. */
  putOff?(query: Query): void;
}

/** @param clock milliseconds of the simulation */
export type PolicyFactory = (clock: () => number) => Policy;

export const PEERS: Readonly<Record<string, PolicyFactory>> = {
  'fixed 5 s': () => ({ wait: () => 5_000 }),
  'fixed 3 s': () => ({ wait: () => 3_000 }),
  'exponential 1 s to 60 s': () => ({ wait: (_query, _age, polls) => Math.min(60_000, 1_000 * 2 ** polls) }),
};

/** Knows the duration: one call, at the end. */
export const ORACLE: PolicyFactory = () => ({
  wait: ({ durationMs }, ageMs) => Math.max(1, Math.ceil(durationMs - ageMs)),
});

/** Kinds differ in the length of their intervals. */
function contextOf({ kind }: Query, ageMs: number, runningAtMs = 0): PollContext {
  const request = {
    interval: null,
    days: 2 ** kind,
    granularity: null,
    groupBy: [],
  } as Partial<UsageRequest>;
  return {
    operation: 'OAUTH_CLIENT_SUMMARY',
    request: request as UsageRequest,
    organizationId: 'tenant',
    credentialId: 'token',
    ageMs,
    runningAtMs,
    failureCount: 0,
  };
}

/** The program's policy; a call is worth so many milliseconds of waiting. */
export function learning(callCostMs: number): PolicyFactory {
  return (clock) => {
    const policy = createPollPolicy({
      models: createDurationModels(),
      price: createCallPrice(clock),
      minMs: 250,
      maxMs: 60_000,
      callCostMs,
      random: createRandom(2),
    });
    return {
      wait: (query, ageMs) => policy.untilNextPoll(contextOf(query, ageMs)),
      ended: (query, { afterMs, untilMs }) => policy.ended(contextOf(query, untilMs, afterMs)),
      putOff: (query) => policy.putOff(contextOf(query, 0)),
    };
  };
}
