/**
 * Waiting for a final state inside a request, as a subscriber does: by events, one read of the store for each change,
 * and no call upstream. Whoever waits is let go at the end of the time, when the client has left, and when we stop.
 */
import type { Visibility } from '../domain/caller.js';
import { RequestError } from '../domain/error-codes.js';
import { type Execution, isFinal } from '../domain/execution.js';
import type { WatchService } from './watch-service.js';

export interface FinalWait {
  /**
   * The execution in its final state, or in the latest state that was seen when the time is over, `gone` is aborted
   * or `stop` was called. Never throws for lack of a store: the state that is known is an answer.
   */
  untilFinal(execution: Execution, visibility: Visibility, ms: number, gone: AbortSignal): Promise<Execution>;
  /** Lets everybody go with what they have, now and from now on. */
  stop(): void;
}

export function createFinalWait(watch: Pick<WatchService, 'execution'>): FinalWait {
  const letGo = new Set<() => void>();
  let stopped = false;

  return {
    async untilFinal(execution, visibility, ms, gone) {
      if (isFinal(execution.status) || ms <= 0 || stopped || gone.aborted) return execution;
      const over = Promise.withResolvers<null>();
      const end = () => over.resolve(null);
      const timer = setTimeout(end, ms);
      gone.addEventListener('abort', end);
      letGo.add(end);
      try {
        return await follow(watch, execution, visibility, over.promise);
      } finally {
        clearTimeout(timer);
        gone.removeEventListener('abort', end);
        letGo.delete(end);
      }
    },
    stop() {
      stopped = true;
      for (const end of letGo) end();
    },
  };
}

async function follow(
  watch: Pick<WatchService, 'execution'>,
  execution: Execution,
  visibility: Visibility,
  over: Promise<null>,
): Promise<Execution> {
  let latest = execution;
  const opening = watch.execution(execution.id, visibility, false);
  try {
    const states = await Promise.race([opening, over]);
    for (let next = await nextOf(states, over); next; next = await nextOf(states, over)) latest = next;
  } catch (error) {
    // Expired meanwhile, or the store is away: the start itself has happened, and its answer must not be lost.
    if (!(error instanceof RequestError)) throw error;
  } finally {
    // Not awaited: it may still be waiting for the store, and whoever waits is to go at once.
    opening.then((stream) => stream.return?.()).catch(() => {});
  }
  return latest;
}

async function nextOf(
  states: AsyncIterator<Execution> | null,
  over: Promise<null>,
): Promise<Execution | null> {
  const next = states && (await Promise.race([states.next(), over]));
  return next && !next.done ? next.value : null;
}
