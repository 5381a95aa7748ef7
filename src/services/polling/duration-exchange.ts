/** Tells the other nodes what this one has learned about durations, and learns from them: what one waited for all know. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { DurationStore } from '../../domain/ports/query-durations.js';
import type { Logger } from '../../lib/logger.js';
import type { DurationModels } from './duration-models.js';
import { logFailure } from '../log-failure.js';

export interface DurationExchangeOptions {
  readonly store: DurationStore;
  readonly models: DurationModels;
  readonly log: Logger;
}

export interface DurationExchange {
  /** Tells what is still untold, once, and ends. */
  stop(): Promise<void>;
}

/** Plans change little with a few more observations. */
const EVERY_MS = 30_000;
/** Writes of other nodes that were under way when we looked. */
const OVERLAP_MS = 5_000;

/** Begins at once with what is known. */
export function createDurationExchange({ store, models, log }: DurationExchangeOptions): DurationExchange {
  const stopping = new AbortController();
  let since: Date | null = null;

  async function exchange(): Promise<void> {
    const learned = models.takeLearned();
    if (learned.length > 0) await store.add(learned);
    const { known, at } = await store.changedSince(since);
    models.load(known);
    since = new Date(at.getTime() - OVERLAP_MS);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      // What could not be told is lost: it would be a few observations among hundreds.
      await exchange().catch((error: unknown) =>
        logFailure(log, error, {}, 'could not exchange how long queries take'),
      );
      await sleep(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
      const learned = models.takeLearned();
      if (learned.length > 0) await store.add(learned).catch(() => {});
    },
  };
}
