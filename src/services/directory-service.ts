/**
 * Names and lists of what lies beside the usage data. Upstream is asked with the caller's own token, also by a service
 * that has credentials of its own: what a caller may see is for upstream to say.
 */
import { type Caller, holdsPermission, type NamedEntity, scopeOf } from '../domain/caller.js';
import { ASK_FOR_ROLE, RequestError } from '../domain/error-codes.js';
import type { UpstreamDirectory } from '../domain/ports/callers.js';
import { toRequestError, UpstreamError } from '../domain/upstream-error.js';
import type { CacheUse } from '../lib/cache-use.js';
import { createNameCache } from './name-cache.js';

export interface DirectoryServiceOptions {
  readonly directory: UpstreamDirectory;
  /** Milliseconds since any instant. */
  readonly now: () => number;
  /** Where look-ups of names are counted. */
  readonly use?: CacheUse;
}

export interface DirectoryService {
  /** Throws `RequestError`: `FORBIDDEN` without the permission, `UPSTREAM_UNAVAILABLE`. */
  listOAuthClients(caller: Caller): Promise<readonly NamedEntity[]>;
  /**
   * Unknown ids, and all of them when they may not be looked up, are absent from the answer. What was found is
   * remembered for some minutes, for whoever has the same rights.
   */
  oauthClientsById(caller: Caller, ids: readonly string[]): Promise<ReadonlyMap<string, NamedEntity>>;
  usersById(caller: Caller, ids: readonly string[]): Promise<ReadonlyMap<string, NamedEntity>>;
}

const VIEW_CLIENTS = 'oauth:client:view';
/** The rows must not wait for their names longer than this. */
const NAMES_TIMEOUT_MS = 5_000;
const LIST_TIMEOUT_MS = 10_000;

export function createDirectoryService(options: DirectoryServiceOptions): DirectoryService {
  const { directory, now, use } = options;
  const clientNames = createNameCache({ now, use });
  const userNames = createNameCache({ now, use });

  return {
    async listOAuthClients(caller) {
      if (!holdsPermission(caller, VIEW_CLIENTS)) {
        throw new RequestError(
          'FORBIDDEN',
          `Listing OAuth clients needs the permission ${VIEW_CLIENTS}. ${ASK_FOR_ROLE}`,
        );
      }
      try {
        return await directory.oauthClients(caller.token, AbortSignal.timeout(LIST_TIMEOUT_MS));
      } catch (error) {
        throw (error instanceof UpstreamError && toRequestError(error)) || error;
      }
    },
    async oauthClientsById(caller, ids) {
      if (!holdsPermission(caller, VIEW_CLIENTS)) return new Map();
      return clientNames.lookUp(clientAccess(caller), ids, (missing) =>
        directory.oauthClientsById(missing, caller.token, AbortSignal.timeout(NAMES_TIMEOUT_MS)),
      );
    },
    async usersById(caller, ids) {
      return userNames.lookUp(userAccess(caller), ids, (missing) =>
        directory.usersById(missing, caller.token, AbortSignal.timeout(NAMES_TIMEOUT_MS)),
      );
    },
  };
}

/**
 * All callers of a tenant who have the permission see the same clients. Of one whose permissions are unknown upstream
 * decides, so what it was shown is its own.
 */
function clientAccess(caller: Caller): string {
  return `${caller.organization.id} ${scopeOf(caller)}`;
}

/** Upstream decides for each caller anew which users it shows, by rules that we do not know (divisions, for one). */
function userAccess(caller: Caller): string {
  return `${clientAccess(caller)} ${caller.subject.id}`;
}
