/**
 * The loop that carries every execution to its end. Invariant: an open execution always has a `due_at`, and some
 * node claims it after that instant; so nothing depends on this process staying alive.
 *
 * The node sleeps on a timer until the next execution of all nodes is due, but never longer than a tick, so that
 * work which other nodes add, or leave behind when they die, is found without being told.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Execution } from '../../domain/execution.js';
import type { OverdueSpread } from '../../domain/overdue.js';
import type { ExecutionEvents } from '../../domain/ports/execution-events.js';
import type { Claim, ExecutionStore } from '../../domain/ports/execution-store.js';
import { createAlarm } from '../../lib/alarm.js';
import { createInterruption } from '../../lib/interruption.js';
import { withLogFields } from '../../lib/log-context.js';
import type { Logger } from '../../lib/logger.js';
import type { ExecutionStep } from './execution-step.js';
import { logFailure } from '../log-failure.js';

export interface PollerOptions {
  readonly store: ExecutionStore;
  /** Tell at once that an execution was ended elsewhere; what they miss is noticed when the lease is renewed. */
  readonly events: ExecutionEvents;
  readonly step: ExecutionStep;
  readonly log: Logger;
  /** Names this node in leases, for whoever looks into the table. */
  readonly node: string;
  readonly leaseMs: number;
  /** Steps that this node makes at the same time; of those that hang, many times as many. */
  readonly concurrency: number;
  /** How a queue that nobody has worked on for a while is spread. @default it is worked off as fast as it goes */
  readonly overdue?: OverdueSpread;
}

export interface Poller {
  start(): void;
  /** Works on an execution that was claimed elsewhere (a new one); counts against no limit. */
  readonly adopt: (claim: Claim) => Promise<Execution | null>;
  /**
   * Claims nothing more, interrupts polls at once and starts after two seconds, and hands their leases back. May be
   * called again. What is adopted after those two seconds is handed back at once.
   */
  stop(): Promise<void>;
}

/** With the default lease of 10 s, a dead node's work is taken over within 12 s. */
const TICK_MS = 2_000;
/** After a failed claim: the database is away, and it does not help it to be asked in a hot loop. */
const ERROR_PAUSE_MS = 1_000;
/** A timer may fire a little early against the database's clock; better to sleep past the instant than to ask twice. */
const MIN_SLEEP_MS = 5;
const LONGEST_PAUSE_MS = 250;
/** Between two looks whether a queue has gathered: it does not gather faster. */
const OVERDUE_LOOK_MS = 1_000;
/**
 * A step that takes longer waits for an answer that drips in or never comes: it costs a socket, and must not keep the
 * others from their rhythm. So it stops counting as one of `concurrency`; nearly all steps are quicker.
 */
const SLOW_MS = 2_000;
/** All steps together, in multiples of `concurrency`; each of them renews its lease. */
const MOST_SLOW = 8;
/** For starts under way when we stop; nearly all are answered within it. */
const STOP_GRACE_MS = 2_000;

interface Lease {
  /** The claim is worth nothing any more. */
  readonly lost: boolean;
  stop(): void;
}

export function createPoller(options: PollerOptions): Poller {
  const { store, events, step, log, node, leaseMs, concurrency } = options;
  const polls = createInterruption();
  const starts = createInterruption();
  const underWay = new Set<Promise<unknown>>();
  const alarm = createAlarm();
  let loop: Promise<void> = Promise.resolve();
  let stopping: Promise<void> | null = null;
  let claimedUnderWay = 0;
  /** Of these, those that hang. */
  let slow = 0;
  /** Looks in a row that found something due and nothing to claim. */
  let missed = 0;
  /** There may be more due than is claimed at once; so also after a start, and after an outage of the database. */
  let mayBeBehind = true;
  let lookedForOverdueAt = -Infinity;

  async function run(): Promise<void> {
    while (!stopping) {
      try {
        const found = await claimAndWork();
        await alarm.sleep(found ? 0 : await untilNextDue());
      } catch (error) {
        mayBeBehind = true;
        if (!stopping) logFailure(log, error, {}, 'could not look for due executions');
        await alarm.sleep(ERROR_PAUSE_MS);
      }
    }
  }

  /** True when there may be more to claim at once. */
  async function claimAndWork(): Promise<boolean> {
    const wanted = free();
    if (wanted <= 0) return false;
    if (mayBeBehind) await spreadOverdue();
    const claims = await store.claimDue(node, wanted, leaseMs);
    for (const claim of claims) countWhile(work(claim));
    mayBeBehind = claims.length === wanted;
    return mayBeBehind && free() > 0;
  }

  async function spreadOverdue(): Promise<void> {
    const now = performance.now();
    if (!options.overdue || now - lookedForOverdueAt < OVERDUE_LOOK_MS) return;
    lookedForOverdueAt = now;
    try {
      const spread = await store.spreadOverdue(options.overdue);
      if (spread > 0) log.info({ spread }, 'many executions were overdue; their polls are spread');
    } catch (error) {
      // A burst is better than that nobody asks any more.
      logFailure(log, error, {}, 'could not spread what is overdue');
    }
  }

  function free(): number {
    return Math.min(concurrency - (claimedUnderWay - slow), concurrency * MOST_SLOW - claimedUnderWay);
  }

  function countWhile(working: Promise<unknown>): void {
    claimedUnderWay += 1;
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      slow += 1;
      alarm.ring();
    }, SLOW_MS);
    void working.finally(() => {
      clearTimeout(timer);
      claimedUnderWay -= 1;
      if (isSlow) slow -= 1;
    });
  }

  /** What is due but can't be claimed is locked by somebody who writes it: no reason to spin. */
  async function untilNextDue(): Promise<number> {
    if (free() <= 0) return TICK_MS;
    const ms = await store.msUntilNextDue(node);
    missed = ms === 0 ? missed + 1 : 0;
    const pause = Math.min(MIN_SLEEP_MS * 2 ** missed, LONGEST_PAUSE_MS);
    return ms === null ? TICK_MS : Math.min(TICK_MS, Math.max(pause, Math.ceil(ms)));
  }

  /** A start that is cut off would be made again by the next node: an orphan upstream. So it gets a little time. */
  function stopOf({ execution }: Claim) {
    return execution.upstreamId === null ? starts : polls;
  }

  /** Never rejects: what went wrong is logged, and the lease brings the execution back. */
  async function work(claim: Claim): Promise<Execution | null> {
    const interruption = new AbortController();
    const uncover = stopOf(claim).cover(interruption);
    const lease = keepLease(claim, interruption);
    // What the store or upstream have to say in between belongs to this execution, too.
    const working = withLogFields({ executionId: claim.execution.id }, () =>
      step(claim, interruption.signal).catch((error: unknown) => afterError(claim, lease, error)),
    );
    underWay.add(working);
    try {
      return await working;
    } finally {
      lease.stop();
      uncover();
      underWay.delete(working);
      // The step has set a new `due_at`, perhaps earlier than the one for which the loop sleeps.
      alarm.ring();
    }
  }

  async function afterError(claim: Claim, lease: Lease, error: unknown): Promise<null> {
    const executionId = claim.execution.id;
    if (stopping) await store.release(claim).catch(() => {});
    else if (lease.lost) log.info({ executionId }, 'the execution was canceled or is another node’s now');
    else logFailure(log, error, { executionId }, 'a step failed; its lease brings it back');
    return null;
  }

  /**
   * A step may take longer than a lease (a large result): the lease is prolonged while the step runs, one renewal
   * after the other, since a renewal waits while the step itself writes.
   */
  function keepLease(claim: Claim, interruption: AbortController): Lease {
    let lost = false;
    const lose = () => {
      lost = true;
      interruption.abort();
    };
    const over = new AbortController();
    const { id, version } = claim.execution;
    // The last thing that a step does is its write: a newer version means that the claim is spent, by this very write
    // or, when the step still works, by somebody else's.
    const listening = events.onExecution(id, (event) => {
      if (event.type === 'CHANGED' && event.version > version) lose();
    });
    // Without events the renewals below notice it.
    const unlisten = () => void listening.then((end) => end()).catch(() => {});
    const renewing = async () => {
      for (;;) {
        await sleep(leaseMs / 3, undefined, { signal: over.signal });
        // An unreachable database is not a lost lease: the fence decides in the end.
        if (!(await store.renew(claim, leaseMs).catch(() => true))) return lose();
      }
    };
    renewing().catch(() => {});
    const stop = () => {
      over.abort();
      unlisten();
    };
    return {
      get lost() {
        return lost;
      },
      stop,
    };
  }

  async function stopAll(): Promise<void> {
    alarm.ring();
    await loop;
    polls.interrupt();
    await Promise.race([Promise.all(underWay), sleep(STOP_GRACE_MS, undefined, { ref: false })]);
    starts.interrupt();
    await Promise.all(underWay);
  }

  return {
    start() {
      loop = run();
    },
    adopt: work,
    stop: () => (stopping ??= stopAll()),
  };
}
