/**
 * When to ask upstream again. Polls are placed where completion is likely: the cheapest plan (`poll-plan.ts`) for what
 * finished queries have taught (`duration-models.ts`), with calls the dearer the shorter the budget is
 * (`call-price.ts`). Instants are jittered, so that executions that began together do not stay together, and because
 * polls at ever other instants tell more about durations than always the same would.
 */
import type { UsageOperation } from '../../domain/operation.js';
import type { UsageRequest } from '../../domain/request.js';
import { type CacheUse, counted } from '../../lib/cache-use.js';
import type { CallPrice } from './call-price.js';
import { type DurationModels, type KindPath, REMEMBERED } from './duration-models.js';
import { type PollPlan, planPolls } from './poll-plan.js';
import { kindOf } from './query-kind.js';

export interface PollContext {
  readonly operation: UsageOperation;
  readonly request: UsageRequest;
  readonly organizationId: string;
  readonly credentialId: string;
  /** Milliseconds since upstream accepted the query. */
  readonly ageMs: number;
  /** Its age when upstream last said that it still ran; 0 before that. */
  readonly runningAtMs: number;
  /** Attempts in a row that failed, this one included. */
  readonly failureCount: number;
}

export interface PollPolicy {
  /** Milliseconds to wait. Upstream has accepted the query, or has just said that it still runs. */
  untilNextPoll(context: PollContext): number;
  /**
   * Milliseconds to wait. Upstream could not be asked. `retryAfterMs`: how long it wants to be left alone; null when it
   * did not say.
   */
  untilRetry(context: PollContext, retryAfterMs: number | null): number;
  /** A poll at this age has found the result. */
  ended(context: PollContext): void;
  /** A call had to wait for lack of budget. */
  putOff(context: PollContext): void;
}

export interface PollPolicyOptions {
  readonly models: DurationModels;
  readonly price: CallPrice;
  /** Shortest wait between two polls, in milliseconds. */
  readonly minMs: number;
  /** Longest wait, in milliseconds; a longer `Retry-After` is obeyed all the same. */
  readonly maxMs: number;
  /** How many milliseconds of waiting one call is worth. */
  readonly callCostMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Where look-ups of plans are counted; one that is not fresh any more is none. */
  readonly use?: CacheUse;
}

/** Of what is remembered; a plan takes half a millisecond, and a few more observations hardly change it. */
const STALE_SHARE = 0.05;
const MOST_PLANS = 1_000;
/** Share of the wait, to either side. */
const JITTER = 0.1;

const RETRY_GROWTH = 2;
const RETRY_MIN_MS = 1_000;
/** Retries are jittered upwards only: nothing is asked earlier than it was told to be. */
const RETRY_JITTER = 0.2;
/** Of a long `Retry-After`: minutes of jitter would serve nobody. */
const MOST_RETRY_JITTER_MS = 5_000;

interface Cached {
  readonly revision: number;
  readonly plan: PollPlan;
}

export function createPollPolicy(options: PollPolicyOptions): PollPolicy {
  const { models, price, minMs, maxMs, callCostMs, random } = options;
  const plans = new Map<string, Cached>();

  function planOf(kind: KindPath, pressure: number): PollPlan {
    const step = pressureStep(pressure);
    const name = `${step} ${kind.at(-1)}`;
    const revision = models.revision(kind);
    const cached = plans.get(name);
    const hit = counted(options.use, cached && isFresh(cached.revision, revision) ? cached : undefined);
    if (hit) return hit.plan;
    const plan = planPolls(models.belief(kind), { callCostMs: callCostMs * 2 ** step, maxGapMs: maxMs });
    plans.delete(name);
    plans.set(name, { revision, plan });
    const [oldest] = plans.keys();
    if (plans.size > MOST_PLANS && oldest !== undefined) plans.delete(oldest);
    return plan;
  }

  return {
    untilNextPoll(context) {
      const { ageMs, credentialId } = context;
      const ms = planOf(kindOfContext(context), price.pressureOf(credentialId)).nextMs(ageMs) - ageMs;
      // Behind the last edge there is no plan any more.
      const wait = ms > 0 ? ms : maxMs;
      const jittered = wait * (1 + JITTER * (2 * random() - 1));
      return Math.ceil(Math.min(maxMs, Math.max(minMs, jittered)));
    },
    untilRetry({ failureCount }, retryAfterMs) {
      const growing = Math.min(
        maxMs,
        RETRY_MIN_MS * RETRY_GROWTH ** Math.min(Math.max(0, failureCount - 1), 60),
      );
      if (retryAfterMs === null) return Math.ceil(growing * (1 + RETRY_JITTER * random()));
      const jitter = Math.min(retryAfterMs * RETRY_JITTER, MOST_RETRY_JITTER_MS) * random();
      return Math.max(Math.ceil(retryAfterMs + jitter), RETRY_MIN_MS);
    },
    ended(context) {
      models.learn(kindOfContext(context), { afterMs: context.runningAtMs, untilMs: context.ageMs });
    },
    putOff: ({ credentialId }) => price.putOff(credentialId),
  };
}

/** Revisions fall when a model has made room for others: then everything is new. */
function isFresh(planned: number, revision: number): boolean {
  return Math.abs(revision - planned) <= STALE_SHARE * Math.min(planned, REMEMBERED);
}

function kindOfContext({ operation, request, organizationId }: PollContext): KindPath {
  return kindOf(operation, request, organizationId);
}

/** In powers of two, so that few plans are made. */
function pressureStep(pressure: number): number {
  return Math.min(10, Math.max(0, Math.round(Math.log2(pressure))));
}
