/** A port: who calls, and what rows name. */
import type { Caller, NamedEntity } from '../caller.js';

/** Who a token belongs to, as upstream tells. Failures are thrown as `UpstreamError` (`UNAUTHENTICATED` for a bad token). */
export interface UpstreamIdentity {
  describeToken(token: string, signal: AbortSignal): Promise<TokenDescription>;
  /**
   * Null when upstream says that there is no user to ask about, as for a client-credentials token; a user whom it
   * does not describe for another reason is an error.
   */
  describeUser(
    token: string,
    signal: AbortSignal,
  ): Promise<(NamedEntity & { readonly permissions: readonly string[] }) | null>;
}

export interface TokenDescription {
  readonly organization: NamedEntity;
  readonly client: NamedEntity;
  /** Whether a user stands behind the token; null when upstream does not say. */
  readonly kind: Caller['subject']['kind'] | null;
}

/** Names of what rows point at. Unknown and forbidden ids are absent from the answer. */
export interface UpstreamDirectory {
  oauthClients(token: string, signal: AbortSignal): Promise<readonly NamedEntity[]>;
  oauthClientsById(
    ids: readonly string[],
    token: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, NamedEntity>>;
  usersById(
    ids: readonly string[],
    token: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, NamedEntity>>;
}

/** Turns a bearer token into a caller; throws `RequestError` (`UNAUTHENTICATED`, `UPSTREAM_UNAVAILABLE`). */
export interface Authenticator {
  /**
   * What was found out longer than `maxAgeMs` ago is found out again; left out, the authenticator decides. For
   * connections that outlive their request and must notice that their token was revoked.
   */
  authenticate(token: string, maxAgeMs?: number): Promise<Caller>;
}
