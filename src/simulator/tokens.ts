import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { ApiError } from './api-error.js';
import { DEMO_ORGANIZATION, ORGANIZATIONS, OTHER_ORGANIZATION, type Organization } from './organizations.js';

/** Who stands behind a token. */
export interface Caller {
  /** Names the token in `Simulator.requests`; never the token itself unless it is one of the demo tokens. */
  label: string;
  kind: 'user' | 'client';
  organization: Organization;
  /** May hold wildcards such as `usage:*`. */
  permissions: readonly string[];
  client: { id: string; name: string };
  /** Position in the organization's users; only for user tokens. */
  user?: number;
  /** Milliseconds since 1970; a token without it lives as long as the server. */
  expiresAt?: number;
}

/** What to issue a token for; everything left out is as for `demo-admin`. */
export interface IssueOptions {
  kind?: 'user' | 'client';
  organization?: 'demo' | 'other';
  permissions?: readonly string[];
  clientId?: string;
  lifetimeSeconds?: number;
}

/** The tokens that the server accepts, for tests to hand out and take back. */
export interface TokenControls {
  /** A new token. */
  issue(options?: IssueOptions): string;
  /** From now on the token is refused with 401. Returns whether it was known. */
  revoke(token: string): boolean;
  /** Takes a revocation back. */
  restore(token: string): void;
  /** Gives a token other permissions; throws for an unknown token. */
  setPermissions(token: string, permissions: readonly string[]): void;
}

export interface Tokens extends TokenControls {
  /** @throws ApiError 401 */
  authenticate(authorization: string | undefined): Caller;
  labelOf(authorization: string | undefined): string | undefined;
  /** Client credentials grant. @throws ApiError 401 for an unknown client or a wrong secret */
  grant(clientId: string, secret: string): { token: string; lifetimeSeconds: number };
}

export interface TokenOptions {
  clientSecrets: Record<string, string>;
  lifetimeSeconds: number;
  now: () => number;
}

const ALL_PERMISSIONS = [
  'oauth:client:view',
  'usage:organization:view',
  'usage:client:view',
  'usage:simpleSearch:view',
] as const;

/** The demo tokens, and whatever is issued or granted from then on. */
export function createTokens({ clientSecrets, lifetimeSeconds, now }: TokenOptions): Tokens {
  const callers = new Map(demoCallers());
  const revoked = new Set<string>();
  const find = (authorization: string | undefined): { token: string; caller: Caller } | undefined => {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    const caller = callers.get(token ?? '');
    return token === undefined || caller === undefined ? undefined : { token, caller };
  };
  const tokens: Tokens = {
    authenticate(authorization) {
      if (authorization === undefined)
        throw unauthenticated('authentication.required', 'no bearer token was sent');
      const found = find(authorization);
      const isExpired = (found?.caller.expiresAt ?? Infinity) <= now();
      if (found === undefined || isExpired || revoked.has(found.token)) {
        throw unauthenticated('bad.credentials', 'the bearer token is not valid');
      }
      return found.caller;
    },
    labelOf: (authorization) => find(authorization)?.caller.label,
    grant(clientId, secret) {
      const expected = Object.hasOwn(clientSecrets, clientId) ? clientSecrets[clientId] : undefined;
      if (expected === undefined || !sameSecret(expected, secret)) {
        throw unauthenticated('bad.credentials', 'the client id or the secret is not valid');
      }
      return { token: tokens.issue({ kind: 'client', clientId, lifetimeSeconds }), lifetimeSeconds };
    },
    issue(options = {}) {
      for (const [token, { expiresAt = Infinity }] of callers) if (expiresAt <= now()) callers.delete(token);
      const token = `simulated-${randomUUID()}`;
      callers.set(token, callerFor(token, options, now()));
      return token;
    },
    revoke(token) {
      revoked.add(token);
      return callers.has(token);
    },
    restore: (token) => void revoked.delete(token),
    setPermissions(token, permissions) {
      const caller = callers.get(token);
      if (caller === undefined) throw new Error('setPermissions: the token is not known');
      callers.set(token, { ...caller, permissions });
    },
  };
  return tokens;
}

function unauthenticated(code: string, message: string): ApiError {
  return new ApiError(401, code, message, [], { 'WWW-Authenticate': 'Bearer' });
}

function sameSecret(expected: string, given: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}

function demoCallers(): [string, Caller][] {
  const caller = (
    label: string,
    organization: Organization,
    user: number,
    permissions: readonly string[],
  ): [string, Caller] => {
    const client = organization.clients.find(({ grantType }) => grantType === 'CODE') as {
      id: string;
      name: string;
    };
    return [label, { label, kind: 'user', organization, user, permissions, client }];
  };
  return [
    caller('demo-admin', DEMO_ORGANIZATION, 0, ALL_PERMISSIONS),
    caller('demo-viewer', DEMO_ORGANIZATION, 1, ['usage:client:view']),
    caller('demo-none', DEMO_ORGANIZATION, 2, []),
    caller('demo-other-org', OTHER_ORGANIZATION, 0, ALL_PERMISSIONS),
  ];
}

function callerFor(token: string, options: IssueOptions, now: number): Caller {
  const { kind = 'user', permissions = ALL_PERMISSIONS, clientId, lifetimeSeconds } = options;
  const owner = ORGANIZATIONS.find(({ clients }) => clients.some(({ id }) => id === clientId));
  const organization = options.organization === 'other' ? OTHER_ORGANIZATION : (owner ?? DEMO_ORGANIZATION);
  const known = organization.clients.find(({ id }) => id === clientId) ?? organization.clients[0];
  const client = {
    id: clientId ?? known?.id ?? '',
    name: known?.id === clientId ? (known?.name ?? '') : 'Usage Service',
  };
  return {
    label: createHash('sha256').update(token).digest('hex').slice(0, 12),
    kind,
    organization,
    permissions,
    client,
    ...(kind === 'user' && { user: 0 }),
    ...(lifetimeSeconds !== undefined && { expiresAt: now + lifetimeSeconds * 1000 }),
  };
}

/** @throws ApiError 403 unless the caller has one of the permissions, wildcards counted */
export function requireAnyPermission(caller: Caller, permissions: readonly string[]): void {
  const isAllowed = caller.permissions.some((granted) =>
    permissions.some((wanted) => covers(granted, wanted)),
  );
  if (isAllowed) return;
  throw new ApiError(
    403,
    'missing.any.permissions',
    `one of these permissions is needed: ${permissions.join(', ')}`,
  );
}

function covers(granted: string, wanted: string): boolean {
  const parts = wanted.split(':');
  return granted.split(':').every((part, index, all) => {
    const isLast = index === all.length - 1;
    return part === '*' || (part === parts[index] && (!isLast || all.length === parts.length));
  });
}
