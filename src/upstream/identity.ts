import type { NamedEntity } from '../domain/caller.js';
import type { TokenDescription, UpstreamIdentity } from '../domain/ports/callers.js';
import { UpstreamError } from '../domain/upstream-error.js';
import { bearer, type UpstreamHttp } from './http.js';
import { isJson, objectOf, requiredText, textOrNull } from './json.js';
import { toNamedEntity } from './named-entity.js';
import type { WireMe, WireReference, WireToken } from './wire.js';

/** What `tokens/me` calls the grant whose tokens have no user. */
const CLIENT_GRANT = 'CLIENT-CREDENTIALS';

/** Who a token belongs to, as upstream tells. Nothing is cached here. */
export function createUpstreamIdentity(http: UpstreamHttp): UpstreamIdentity {
  const get = <T>(
    path: string[],
    query: Record<string, string>,
    token: string,
    signal: AbortSignal,
    parse: (body: unknown) => T,
  ) => http.send({ method: 'GET', path, query, authorization: bearer(token), signal }, parse);
  return {
    describeToken: (token, signal) => get(['api', 'v2', 'tokens', 'me'], {}, token, signal, parseToken),
    async describeUser(token, signal) {
      try {
        return await get(['api', 'v2', 'users', 'me'], { expand: 'authorization' }, token, signal, parseUser);
      } catch (error) {
        // The request makes no sense for this token. A 403 or a 404 is about a user who may not, or is not there.
        if (error instanceof UpstreamError && error.kind === 'REJECTED') return null;
        throw error;
      }
    },
  };
}

function parseToken(body: unknown): TokenDescription {
  const token = objectOf<WireToken>(body);
  return {
    organization: requiredEntity(token.organization, 'organization'),
    client: requiredEntity(token.OAuthClient, 'OAuthClient'),
    kind: kindOf(token.OAuthClient),
  };
}

/** An OAuth client has one grant type for good. Any but the one without users gives tokens of users. */
function kindOf(client: unknown): TokenDescription['kind'] {
  const grant = textOrNull(objectOf<NonNullable<WireToken['OAuthClient']>>(client).authorizedGrantType);
  if (grant === null) return null;
  return grant.toUpperCase().replaceAll('_', '-') === CLIENT_GRANT ? 'CLIENT' : 'USER';
}

function parseUser(body: unknown): NamedEntity & { readonly permissions: readonly string[] } {
  const user = requiredEntity(body, 'user');
  const { authorization } = objectOf<WireMe>(body);
  const permissions = isJson(authorization) ? authorization['permissions'] : [];
  // Without a list that can be read a user has no permissions; never "unknown", which would mean "may try".
  const list: unknown[] = Array.isArray(permissions) ? permissions : [];
  return { ...user, permissions: list.filter((permission) => typeof permission === 'string') };
}

function requiredEntity(value: unknown, name: string): NamedEntity {
  const entity = objectOf<WireReference>(value);
  return toNamedEntity(entity) ?? { id: requiredText(entity.id, `${name}.id`), name: null };
}
