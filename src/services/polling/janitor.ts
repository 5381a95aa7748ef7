/** Tidies up: tokens that no open execution needs any more, in memory and at rest, and what has expired. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { CredentialSource, SealedTokenStore } from '../../domain/ports/credentials.js';
import type { ExecutionStore } from '../../domain/ports/execution-store.js';
import type { DurationStore } from '../../domain/ports/query-durations.js';
import type { UpstreamBudgetStore, UpstreamTroubleStore } from '../../domain/ports/upstream-limits.js';
import type { Logger } from '../../lib/logger.js';
import { logFailure } from '../log-failure.js';
import type { SealingKeys } from './sealing-keys.js';

export interface JanitorOptions {
  readonly store: ExecutionStore;
  readonly credentials: CredentialSource;
  readonly sealedTokens: SealedTokenStore;
  readonly budget: Pick<UpstreamBudgetStore, 'sweep'>;
  /** This node, as executions name it whose token is in its memory. */
  readonly node: string;
  readonly troubles: Pick<UpstreamTroubleStore, 'sweep'>;
  readonly durations: Pick<DurationStore, 'sweep'>;
  readonly sealingKeys: SealingKeys;
  readonly log: Logger;
}

/** How much longer than needed a token or a result may be kept, besides the minute for which a token is safe. */
const INTERVAL_MS = 30_000;
/** Between two batches of deletions, each of some tens of milliseconds: most of the time is left to everybody else. */
const BATCH_PAUSE_MS = 50;

/** Starts at once; `stop` waits for the batch that runs. */
export function createJanitor(options: JanitorOptions): { stop(): Promise<void> } {
  let round = Promise.resolve();
  const over = new AbortController();
  const timer = setInterval(() => {
    round = round.then(() => tidy(options, over.signal));
  }, INTERVAL_MS);
  return {
    async stop() {
      clearInterval(timer);
      over.abort();
      await round;
    },
  };
}

/**
 * One round; exported so that a test need not wait for it. It ends early, between two batches, at `signal`. A chore
 * that fails keeps none of the others from being done.
 */
export async function tidy(options: JanitorOptions, signal?: AbortSignal): Promise<void> {
  const { store, credentials, sealedTokens, sealingKeys, budget, troubles, durations, node, log } = options;
  const chores = [
    () => forgetIdle(options),
    () => store.reclaimHeld(node),
    () => store.reclaimSealed(credentials.keyIds()),
    () => sealedTokens.sweep(),
    () => sealingKeys.look(),
    () => budget.sweep(),
    () => troubles.sweep(),
    () => durations.sweep(),
    () => deleteExpired(store, signal),
  ];
  for (const chore of chores) {
    await chore().catch((error: unknown) => logFailure(log, error, {}, 'could not tidy up'));
  }
}

async function forgetIdle({ store, credentials }: JanitorOptions): Promise<void> {
  const held = credentials.heldIds();
  if (held.length === 0) return;
  const needed = new Set(await store.neededCredentials(held));
  // Asked again: a start that came meanwhile has brought its token anew, and is not among the needed ones yet.
  const idle = new Set(credentials.heldIds());
  for (const id of held) if (idle.has(id) && !needed.has(id)) credentials.release(id);
}

async function deleteExpired(store: ExecutionStore, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted && (await store.deleteExpired()))
    await sleep(BATCH_PAUSE_MS, undefined, { signal }).catch(() => {});
}
