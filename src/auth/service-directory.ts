/**
 * Names for callers whose tokens mean nothing to upstream: it is asked with the service's own token. A caller's token
 * never leaves the service.
 */
import type { UpstreamDirectory } from '../domain/ports/callers.js';
import type { ServiceTokenSource } from '../domain/ports/credentials.js';
import { UpstreamError } from '../domain/upstream-error.js';

export function createServiceDirectory(
  directory: UpstreamDirectory,
  tokens: ServiceTokenSource,
): UpstreamDirectory {
  /** The service's token may have been revoked since it was fetched: then a new one is tried, once. */
  async function ask<T>(call: (token: string) => Promise<T>): Promise<T> {
    const token = await tokens.token().catch(asOurFault);
    try {
      return await call(token);
    } catch (error) {
      if (!isUnauthenticated(error)) throw error;
      tokens.invalidate(token);
      return await call(await tokens.token().catch(asOurFault)).catch(asOurFault);
    }
  }

  return {
    oauthClients: (_token, signal) => ask((token) => directory.oauthClients(token, signal)),
    oauthClientsById: (ids, _token, signal) => ask((token) => directory.oauthClientsById(ids, token, signal)),
    usersById: (ids, _token, signal) => ask((token) => directory.usersById(ids, token, signal)),
  };
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof UpstreamError && error.kind === 'UNAUTHENTICATED';
}

/** It must not look as if the caller's token were bad. */
function asOurFault(error: unknown): never {
  if (!isUnauthenticated(error)) throw error;
  throw new UpstreamError('UNAVAILABLE', 'This service is not accepted by upstream just now.', {
    cause: error,
  });
}
