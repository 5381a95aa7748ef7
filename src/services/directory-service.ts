/** Names and lists of what lies beside the usage data, on behalf of a caller. */
import { type Caller, holdsPermission, type NamedEntity } from '../domain/caller.js';
import { RequestError } from '../domain/error-codes.js';
import type { UpstreamDirectory } from '../domain/ports.js';
import { toRequestError, UpstreamError } from '../domain/upstream-error.js';

export interface DirectoryServiceOptions {
  readonly directory: UpstreamDirectory;
  /** The token with which upstream is asked for this caller: the caller's own, or the service's. */
  readonly tokenOf: (caller: Caller) => Promise<string>;
}

export interface DirectoryService {
  /** Throws `RequestError`: `FORBIDDEN` without the permission, `UPSTREAM_UNAVAILABLE`. */
  listOAuthClients(caller: Caller): Promise<readonly NamedEntity[]>;
  /** Unknown ids, and all of them when they may not be looked up, are absent from the answer. */
  oauthClientsById(caller: Caller, ids: readonly string[]): Promise<ReadonlyMap<string, NamedEntity>>;
  usersById(caller: Caller, ids: readonly string[]): Promise<ReadonlyMap<string, NamedEntity>>;
}

const VIEW_CLIENTS = 'oauth:client:view';
/** The rows must not wait for their names longer than this. */
const NAMES_TIMEOUT_MS = 5_000;
const LIST_TIMEOUT_MS = 10_000;

export function createDirectoryService({ directory, tokenOf }: DirectoryServiceOptions): DirectoryService {
  return {
    async listOAuthClients(caller) {
      if (!holdsPermission(caller, VIEW_CLIENTS)) {
        throw new RequestError('FORBIDDEN', `Listing OAuth clients needs the permission ${VIEW_CLIENTS}.`);
      }
      try {
        return await directory.oauthClients(await tokenOf(caller), AbortSignal.timeout(LIST_TIMEOUT_MS));
      } catch (error) {
        throw (error instanceof UpstreamError && toRequestError(error)) || error;
      }
    },
    async oauthClientsById(caller, ids) {
      if (!holdsPermission(caller, VIEW_CLIENTS)) return new Map();
      return directory.oauthClientsById(ids, await tokenOf(caller), AbortSignal.timeout(NAMES_TIMEOUT_MS));
    },
    async usersById(caller, ids) {
      return directory.usersById(ids, await tokenOf(caller), AbortSignal.timeout(NAMES_TIMEOUT_MS));
    },
  };
}
