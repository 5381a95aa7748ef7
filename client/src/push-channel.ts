/** One subscription to an execution, heard one state at a time. Only the latest state is kept for a slow listener. */
import { untilAborted } from './abortable.js';
import { EXECUTION_UPDATES, type UsageExecutionState } from './execution-state.js';
import type { UsageClient, UsageResponse } from './usage-client.js';

/** A state, the end (for whatever reason), or nothing within the time. */
export type Heard = UsageExecutionState | 'ended' | 'nothing';

export class PushChannel {
  readonly #unsubscribe: () => void;
  #latest: UsageExecutionState | null = null;
  #ended = false;
  #wakeUp = () => {};

  /** Null when the client has no push. Whoever opens it closes it. */
  static open(client: UsageClient, id: string): PushChannel | null {
    return client.subscribe ? new PushChannel(client.subscribe.bind(client), id) : null;
  }

  private constructor(subscribe: NonNullable<UsageClient['subscribe']>, id: string) {
    const end = () => {
      this.#ended = true;
      this.#wakeUp();
    };
    const next = (response: UsageResponse) => {
      const state = stateIn(response);
      if (!state) return end();
      this.#latest = state;
      this.#wakeUp();
    };
    this.#unsubscribe = subscribe(
      { document: EXECUTION_UPDATES, variables: { id } },
      { next, failed: end, completed: end },
    );
  }

  next(timeoutMs: number, signal: AbortSignal): Promise<Heard> {
    return untilAborted(signal, (resolve) => {
      const answer = () => {
        const state = this.#latest;
        this.#latest = null;
        if (state) resolve(state);
        else if (this.#ended) resolve('ended');
      };
      this.#wakeUp = answer;
      const timer = setTimeout(() => resolve('nothing'), timeoutMs);
      // Only after what cleans up is known: something may have been heard already.
      queueMicrotask(answer);
      return () => {
        clearTimeout(timer);
        this.#wakeUp = () => {};
      };
    });
  }

  close(): void {
    this.#unsubscribe();
  }
}

function stateIn({ data, errors }: UsageResponse): UsageExecutionState | null {
  if (errors && errors.length > 0) return null;
  const { usageExecutionUpdated = null } = (data ?? {}) as {
    usageExecutionUpdated?: UsageExecutionState | null;
  };
  return usageExecutionUpdated;
}
