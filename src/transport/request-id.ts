/** The id of the HTTP request that is being answered, for places to which nothing else leads (Apollo's formatter). */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/**
 * As programs write theirs: UUIDs, trace ids, hexadecimal digits. It will stand in logs and in the answer, and a token
 * that somebody has put into the wrong header looks otherwise.
 */
const SANE_ID = /^[\da-f-]{8,64}$/i;
const storage = new AsyncLocalStorage<string>();

/** The id that the client or a proxy has given, if it is sane; otherwise a new one. */
export function toRequestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID();
}

/** Runs `next` and all that it starts under the given id. */
export function withRequestId<T>(requestId: string, next: () => T): T {
  return storage.run(requestId, next);
}

/** For log lines: the id of the request within which something happens, if it is one. */
export function requestIdFields(): { requestId?: string } {
  const requestId = storage.getStore();
  return requestId === undefined ? {} : { requestId };
}

/** A new one outside of any request, so that a masked error always has a name. */
export function currentRequestId(): string {
  return storage.getStore() ?? randomUUID();
}
