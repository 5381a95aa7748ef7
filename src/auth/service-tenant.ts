/**
 * With credentials of the service's own, upstream answers for the service's organization, whoever calls. So only
 * callers of that organization are let in; and since upstream no longer judges a caller's rights, a caller whose
 * permissions are unknown has none.
 */
import type { Caller, NamedEntity } from '../domain/caller.js';
import { RequestError } from '../domain/error-codes.js';
import type { Authenticator, UpstreamIdentity } from '../domain/ports/callers.js';
import type { ServiceTokenSource } from '../domain/ports/credentials.js';
import { toRequestError, UpstreamError } from '../domain/upstream-error.js';

export interface ServiceTenantOptions {
  /** Finds out who the caller is. */
  readonly authenticator: Authenticator;
  readonly tokens: ServiceTokenSource;
  readonly identity: UpstreamIdentity;
}

const LOOK_UP_TIMEOUT_MS = 10_000;
/** After a look-up that failed: with the service's token, and each request of each caller would be another one. */
const PAUSE_MS = 1_000;

/** Throws `RequestError` `FORBIDDEN` for a caller of another organization. */
export function createServiceTenantAuthenticator(options: ServiceTenantOptions): Authenticator {
  let found: Promise<NamedEntity> | null = null;

  async function lookUp(): Promise<NamedEntity> {
    const token = await options.tokens.token();
    try {
      const described = await options.identity.describeToken(token, AbortSignal.timeout(LOOK_UP_TIMEOUT_MS));
      return described.organization;
    } catch (error) {
      // Nobody else would notice: without an organization nobody is let in to use the token.
      if (error instanceof UpstreamError && error.kind === 'UNAUTHENTICATED')
        options.tokens.invalidate(token);
      throw error;
    }
  }

  /** An OAuth client never moves to another organization: found out once. */
  async function ownOrganization(): Promise<NamedEntity> {
    return (found ??= lookUp().catch((error: unknown) => {
      setTimeout(() => (found = null), PAUSE_MS).unref();
      throw (error instanceof UpstreamError && unavailable(error)) || error;
    }));
  }

  return {
    async authenticate(token, maxAgeMs): Promise<Caller> {
      const caller = await options.authenticator.authenticate(token, maxAgeMs);
      const { id, name } = await ownOrganization();
      if (caller.organization.id === id) {
        // Who is known by a claim alone has an id there and no name.
        const organization = { id, name: caller.organization.name ?? name };
        return { ...caller, organization, permissions: caller.permissions ?? [] };
      }
      throw new RequestError(
        'FORBIDDEN',
        'This service works for another organization than that of the token.',
      );
    },
  };
}

/** A service whose own credentials are refused is no fault of the caller's. */
function unavailable(error: UpstreamError): RequestError {
  const known = toRequestError(error);
  if (known?.retryable) return known;
  const message = 'This service is not accepted by Genesys Cloud just now; its operator has to mend it.';
  return new RequestError('UPSTREAM_UNAVAILABLE', message, { retryable: true, cause: error });
}
