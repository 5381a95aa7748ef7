/**
 * Names of what rows and executions point at. Made anew for each request, so that nobody sees a name that was looked
 * up with another caller's rights; batched, so that a page of rows costs one upstream call for each kind of thing, and
 * none for what the directory service remembers.
 */
import DataLoader from 'dataloader';

import type { Caller, NamedEntity } from '../domain/caller.js';
import type { Logger } from '../lib/logger.js';
import type { DirectoryService } from '../services/directory-service.js';
import { logFailure } from '../services/log-failure.js';
import type { DirectoryLoaders } from '../services/request-context.js';

export function createDirectoryLoaders(
  directory: DirectoryService,
  caller: Caller,
  log: Logger,
): DirectoryLoaders {
  // Not remembered here: a subscription may live for days, and names have a cache that forgets (services/name-cache.ts).
  const loader = (lookUp: DirectoryService['usersById']) =>
    new DataLoader<string, NamedEntity | null>(
      async (ids) => {
        // A name is never worth an error.
        const found = await lookUp(caller, [...new Set(ids)]).catch((error: unknown) => {
          logFailure(log, error, {}, 'names could not be looked up');
          return new Map<string, NamedEntity>();
        });
        return ids.map((id) => found.get(id) ?? null);
      },
      { cache: false },
    );
  // Made when they are first asked for: most streams and requests never are.
  let oauthClients: DirectoryLoaders['oauthClients'] | undefined;
  let users: DirectoryLoaders['users'] | undefined;
  return {
    get oauthClients() {
      return (oauthClients ??= loader((...args) => directory.oauthClientsById(...args)));
    },
    get users() {
      return (users ??= loader((...args) => directory.usersById(...args)));
    },
  };
}
