import type { NamedEntity } from '../domain/caller.js';
import type { UpstreamIdentity } from '../domain/ports.js';
import { UpstreamError, type UpstreamErrorKind } from '../domain/upstream-error.js';
import { bearer, type UpstreamHttp } from './http.js';
import { isJson, objectOf, requiredText } from './json.js';
import { toNamedEntity } from './named-entity.js';
import type { WireMe, WireReference, WireToken } from './wire.js';

/** How upstream says that a token has no user; its documentation does not name the status. */
const NO_USER: ReadonlySet<UpstreamErrorKind> = new Set(['FORBIDDEN', 'NOT_FOUND', 'REJECTED']);

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
        if (error instanceof UpstreamError && NO_USER.has(error.kind)) return null;
        throw error;
      }
    },
  };
}

function parseToken(body: unknown): { organization: NamedEntity; client: NamedEntity } {
  const token = objectOf<WireToken>(body);
  return {
    organization: requiredEntity(token.organization, 'organization'),
    client: requiredEntity(token.OAuthClient, 'OAuthClient'),
  };
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
