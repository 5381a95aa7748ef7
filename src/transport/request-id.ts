/** The id of the HTTP request that is being answered, for places to which nothing else leads (Apollo's formatter). */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

const storage = new AsyncLocalStorage<string>();

/** Runs `next` and all that it starts under the given id. */
export function withRequestId(requestId: string, next: () => void): void {
  storage.run(requestId, next);
}

/** A new one outside of any request, so that a masked error always has a name. */
export function currentRequestId(): string {
  return storage.getStore() ?? randomUUID();
}
