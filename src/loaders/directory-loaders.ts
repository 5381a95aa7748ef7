/**
 * Names of what rows and executions point at. Made anew for each request, so that nobody sees a name that was looked
 * up with another caller's rights; batched, so that a page of rows costs one upstream call for each kind of thing.
 */
import DataLoader from 'dataloader';

import type { NamedEntity } from '../domain/caller.js';
import type { UpstreamDirectory } from '../domain/ports.js';
import type { Logger } from '../lib/logger.js';

export interface DirectoryLoaders {
  /** Null for an unknown or forbidden id, or when upstream can't be asked: a name is never worth an error. */
  readonly oauthClients: DataLoader<string, NamedEntity | null>;
  readonly users: DataLoader<string, NamedEntity | null>;
}

/** The rows must not wait for their names longer than this. */
const LOOKUP_TIMEOUT_MS = 5_000;

/** `token` gives the token with which upstream is asked on behalf of this request's caller. */
export function createDirectoryLoaders(
  directory: UpstreamDirectory,
  token: () => Promise<string>,
  log: Logger,
): DirectoryLoaders {
  const loader = (lookUp: UpstreamDirectory['usersById']) => {
    const names = new DataLoader<string, NamedEntity | null>(async (ids) => {
      const found = await lookUp(ids, await token(), AbortSignal.timeout(LOOKUP_TIMEOUT_MS)).catch(
        (error: unknown) => {
          log.info({ err: error }, 'names could not be looked up');
          // A subscription lives on, and its next event should not lack the names again.
          for (const id of ids) names.clear(id);
          return new Map<string, NamedEntity>();
        },
      );
      return ids.map((id) => found.get(id) ?? null);
    });
    return names;
  };
  return {
    oauthClients: loader((...args) => directory.oauthClientsById(...args)),
    users: loader((...args) => directory.usersById(...args)),
  };
}
