/**
 * Names of what rows and executions point at. Made anew for each request, so that nobody sees a name that was looked
 * up with another caller's rights; batched, so that a page of rows costs one upstream call for each kind of thing, and
 * none for what the directory service remembers.
 */
import DataLoader from 'dataloader';

import type { Caller, NamedEntity } from '../domain/caller.js';
import type { Logger } from '../lib/logger.js';
import type { DirectoryService } from '../services/directory-service.js';
import type { DirectoryLoaders } from '../services/request-context.js';

export function createDirectoryLoaders(
  directory: DirectoryService,
  caller: Caller,
  log: Logger,
): DirectoryLoaders {
  const loader = (lookUp: DirectoryService['usersById']) => {
    const names = new DataLoader<string, NamedEntity | null>(async (ids) => {
      // A name is never worth an error.
      const found = await lookUp(caller, ids).catch((error: unknown) => {
        log.info({ err: error }, 'names could not be looked up');
        // A subscription lives on, and its next event should not lack the names again.
        for (const id of ids) names.clear(id);
        return new Map<string, NamedEntity>();
      });
      return ids.map((id) => found.get(id) ?? null);
    });
    return names;
  };
  return {
    oauthClients: loader((...args) => directory.oauthClientsById(...args)),
    users: loader((...args) => directory.usersById(...args)),
  };
}
