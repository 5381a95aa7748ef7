/**
 * A store that publishes every change that it makes, for an engine which the database does not feed. Only what is
 * committed is published, and nobody waits for that: what a node does not come to publish, because it or the engine
 * dies just then, is found by those who catch up (`catch-up.ts`).
 */
import { type Execution, isFinal } from '../domain/execution.js';
import type { ExecutionStore } from '../domain/ports/execution-store.js';
import type { ExecutionChange } from './execution-pubsub.js';

export function createPublishingStore(
  store: ExecutionStore,
  publish: (change: ExecutionChange) => void,
): ExecutionStore {
  const told = (execution: Execution | null) => {
    if (execution) publish(changeOf(execution));
    return execution;
  };
  // Of these the store gives the ids alone.
  const readAndTell = async (ids: readonly string[]) => {
    for (const execution of (await store.getMany(ids)).values()) publish(changeOf(execution));
  };
  return {
    ...store,
    recordSubmitted: async (...args) => told(await store.recordSubmitted(...args)),
    recordAttempt: async (...args) => told(await store.recordAttempt(...args)),
    awaitCredentials: async (...args) => told(await store.awaitCredentials(...args)),
    finish: async (...args) => told(await store.finish(...args)),
    cancel: async (...args) => told(await store.cancel(...args)),
    async lendCredential(...args) {
      const ids = await store.lendCredential(...args);
      if (ids.length > 0) readAndTell(ids).catch(() => {});
      return ids;
    },
    // `reclaimHeld` changes why some wait, and gives no ids: that comes by catching up.
  };
}

/** A store that publishes the polls that it writes, of which the database tells nothing by itself. */
export function createProgressStore(
  store: ExecutionStore,
  publish: (execution: Execution) => void,
): ExecutionStore {
  return {
    ...store,
    async recordAttempt(claim, attempt) {
      const execution = await store.recordAttempt(claim, attempt);
      if (execution && attempt.polled) publish(execution);
      return execution;
    },
  };
}

function changeOf({ id, version, status, owner }: Execution): ExecutionChange {
  return { id, version, finishedIn: isFinal(status) ? owner.organizationId : null };
}
