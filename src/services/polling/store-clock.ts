/**
 * The store's clock at this node. The machine's own may be wrong by minutes, and what clients compare with the store's
 * times, such as how long to wait for the next poll, would be wrong with it. It runs on the monotonic clock from one
 * look at the store to the next, so that a correction of the machine's clock does not move it either.
 */
import type { ExecutionStore } from '../../domain/ports/execution-store.js';

export interface StoreClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  stop(): void;
}

/** Monotonic clocks of two machines part by less than a tenth of a millisecond in a second. */
const LOOK_EVERY_MS = 60_000;

/** An answer that took longer (a busy pool, an outage) may be wrong by half of it: worse than the look before. */
const LONGEST_LOOK_MS = 1_000;

/** Settles after the first look. Later ones that fail, or take long, leave the clock as it runs. */
export async function createStoreClock(store: Pick<ExecutionStore, 'now'>): Promise<StoreClock> {
  const look = async () => {
    const askedAt = performance.now();
    const read = (await store.now()).getTime();
    const tookMs = performance.now() - askedAt;
    // It was read about halfway between the question and the answer.
    return { offset: read - askedAt - tookMs / 2, tookMs };
  };
  let { offset } = await look();
  const timer = setInterval(() => {
    look().then(
      (found) => (offset = found.tookMs <= LONGEST_LOOK_MS ? found.offset : offset),
      () => {},
    );
  }, LOOK_EVERY_MS);
  timer.unref();
  return { now: () => Math.round(performance.now() + offset), stop: () => clearInterval(timer) };
}
