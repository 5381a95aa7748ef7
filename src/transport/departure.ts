/**
 * How a node leaves a load balancer: it says at `/health/ready` that it is going, goes on answering until that has been
 * noticed, and tells each connection with its next answer not to come back. A listener that closed at once would reset
 * what the balancer has sent in the meantime.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Departure {
  readonly leaving: boolean;
  /** Somebody has asked whether this node is ready. */
  noteProbe(): void;
  /** Leaves, and waits until it has been noticed. */
  leave(): Promise<void>;
}

/** Load balancers look every one to ten seconds; one that has not looked for so long is not there. */
const PROBED_WITHIN_MS = 15_000;
/** Balancers on one machine look about once a second, and some believe a single bad answer only when it is repeated. */
const NOTICED_WITHIN_MS = 3_000;

/** @param drainMs how long to wait for it; null: three seconds when somebody looks, else not at all */
export function createDeparture(drainMs: number | null): Departure {
  let leaving = false;
  let probedAt = -Infinity;
  return {
    get leaving() {
      return leaving;
    },
    noteProbe() {
      probedAt = performance.now();
    },
    async leave() {
      const isWatched = performance.now() - probedAt < PROBED_WITHIN_MS;
      leaving = true;
      await sleep(drainMs ?? (isWatched ? NOTICED_WITHIN_MS : 0));
    },
  };
}
