/**
 * The loop that carries every execution to its end. Invariant: an open execution always has a `due_at`, and some
 * node claims it after that instant; so nothing depends on this process staying alive.
 *
 * The node sleeps on a timer until the next execution of all nodes is due, but never longer than a tick, so that
 * work which other nodes add, or leave behind when they die, is found without being told.
 */
import type { Execution } from '../domain/execution.js';
import type { Claim, ExecutionStore } from '../domain/ports.js';
import type { Logger } from '../lib/logger.js';
import type { ExecutionStep } from './execution-step.js';

export interface PollerOptions {
  readonly store: ExecutionStore;
  readonly step: ExecutionStep;
  readonly log: Logger;
  /** Names this node in leases, for whoever looks into the table. */
  readonly node: string;
  readonly leaseMs: number;
  /** Steps that this node makes at the same time. */
  readonly concurrency: number;
}

export interface Poller {
  start(): void;
  /** Works on an execution that was claimed elsewhere (a new one); counts against no limit. */
  readonly adopt: (claim: Claim) => Promise<Execution | null>;
  /** Claims nothing more, interrupts the running steps and hands their leases back. */
  stop(): Promise<void>;
}

/** With the default lease of 10 s, a dead node's work is taken over within 12 s. */
const TICK_MS = 2_000;
/** After a failed claim: the database is away, and it does not help it to be asked in a hot loop. */
const ERROR_PAUSE_MS = 1_000;
/** A timer may fire a little early against the database's clock; better to sleep past the instant than to ask twice. */
const MIN_SLEEP_MS = 5;

export function createPoller(options: PollerOptions): Poller {
  const { store, step, log, node, leaseMs, concurrency } = options;
  const abort = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  const alarm = createAlarm();
  let loop: Promise<void> = Promise.resolve();
  let claimedUnderWay = 0;

  async function run(): Promise<void> {
    while (!abort.signal.aborted) {
      try {
        const found = await claimAndWork();
        await alarm.sleep(found ? 0 : await untilNextDue());
      } catch (error) {
        if (!abort.signal.aborted) log.warn({ err: error }, 'could not look for due executions');
        await alarm.sleep(ERROR_PAUSE_MS);
      }
    }
  }

  /** True when there may be more to claim at once. */
  async function claimAndWork(): Promise<boolean> {
    const free = concurrency - claimedUnderWay;
    if (free <= 0) return false;
    const claims = await store.claimDue(node, free, leaseMs);
    for (const claim of claims) {
      claimedUnderWay += 1;
      void work(claim).finally(() => {
        claimedUnderWay -= 1;
      });
    }
    return claims.length === free && free > 0 && claimedUnderWay < concurrency;
  }

  async function untilNextDue(): Promise<number> {
    if (claimedUnderWay >= concurrency) return TICK_MS;
    const ms = await store.msUntilNextDue();
    return Math.min(TICK_MS, Math.max(MIN_SLEEP_MS, Math.ceil(ms ?? TICK_MS)));
  }

  /** Never rejects: what went wrong is logged, and the lease brings the execution back. */
  async function work(claim: Claim): Promise<Execution | null> {
    const lease = keepLease(claim);
    const working = step(claim, AbortSignal.any([abort.signal, lease.lost])).catch((error: unknown) =>
      afterError(claim, error),
    );
    underWay.add(working);
    try {
      return await working;
    } finally {
      lease.stop();
      underWay.delete(working);
      // The step has set a new `due_at`, perhaps earlier than the one for which the loop sleeps.
      alarm.ring();
    }
  }

  async function afterError(claim: Claim, error: unknown): Promise<null> {
    const executionId = claim.execution.id;
    if (!abort.signal.aborted)
      log.error({ err: error, executionId }, 'a step failed; its lease brings it back');
    else await store.release(claim).catch(() => {});
    return null;
  }

  /** A step may take longer than a lease (a large result): the lease is prolonged while the step runs. */
  function keepLease(claim: Claim): { lost: AbortSignal; stop: () => void } {
    const lost = new AbortController();
    const timer = setInterval(() => {
      // An unreachable database is not a lost lease: the fence decides in the end.
      store.renew(claim, leaseMs).then(
        (held) => held || lost.abort(new Error('the lease was lost')),
        () => {},
      );
    }, leaseMs / 3);
    return { lost: lost.signal, stop: () => clearInterval(timer) };
  }

  return {
    start() {
      loop = run();
    },
    adopt: work,
    async stop() {
      abort.abort();
      alarm.ring();
      await loop;
      await Promise.all(underWay);
    },
  };
}

/** A sleep that can be cut short, also by a ring that came just before it. */
function createAlarm() {
  let rung = false;
  let wakeUp: (() => void) | null = null;
  return {
    ring: (): void => {
      rung = true;
      wakeUp?.();
    },
    sleep: async (ms: number): Promise<void> => {
      if (!rung && ms > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wakeUp = null;
      rung = false;
    },
  };
}
