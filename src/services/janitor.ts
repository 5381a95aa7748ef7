/** Tidies up: tokens that no open execution needs any more, in memory and at rest, and what has expired. */
import type {
  CredentialSource,
  ExecutionStore,
  SealedTokenStore,
  UpstreamBudgetStore,
} from '../domain/ports.js';
import type { Logger } from '../lib/logger.js';

export interface JanitorOptions {
  readonly store: ExecutionStore;
  readonly credentials: CredentialSource;
  readonly sealedTokens: SealedTokenStore;
  readonly budget: Pick<UpstreamBudgetStore, 'sweep'>;
  readonly log: Logger;
}

/** How much longer than needed a token or a result may be kept, besides the minute for which a token is safe. */
const INTERVAL_MS = 30_000;

/** Starts at once; `stop` waits for a round that runs. */
export function createJanitor(options: JanitorOptions): { stop(): Promise<void> } {
  let round = Promise.resolve();
  const timer = setInterval(() => {
    round = round
      .then(() => tidy(options))
      .catch((error: unknown) => {
        options.log.warn({ err: error }, 'could not tidy up');
      });
  }, INTERVAL_MS);
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}

/** One round; exported so that a test need not wait for it. */
export async function tidy({ store, credentials, sealedTokens, budget }: JanitorOptions): Promise<void> {
  const held = credentials.heldIds();
  if (held.length > 0) {
    const needed = new Set(await store.neededCredentials(held));
    // Asked again: a start that came meanwhile has brought its token anew, and is not among the needed ones yet.
    const idle = new Set(credentials.heldIds());
    for (const id of held) if (idle.has(id) && !needed.has(id)) credentials.release(id);
  }
  await sealedTokens.sweep();
  await budget.sweep();
  while (await store.deleteExpired());
}
