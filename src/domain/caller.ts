/**
 * Who asks, and what that lets them start and see. `Visibility` goes with every read of the store: there is no
 * way to read an execution without saying for whom.
 */
import { OPERATION_TRAITS, USAGE_OPERATIONS, type UsageOperation } from './operation.js';

export interface NamedEntity {
  readonly id: string;
  readonly name: string | null;
}

export interface Caller {
  readonly organization: NamedEntity;
  /** The user, or the OAuth client for a client-credentials token. */
  readonly subject: NamedEntity & { readonly kind: 'USER' | 'CLIENT' };
  /** The OAuth client through which the token was issued. */
  readonly client: NamedEntity;
  /** Granted permissions, wildcards included; null for a client-credentials token, which has no list. */
  readonly permissions: readonly string[] | null;
  /** The caller's own token. Held in memory while the request runs; never logged. */
  readonly token: string;
  /** When the token ends, in milliseconds since the epoch. Left out: only whoever issued it can tell. */
  readonly expiresAt?: number;
}

/** Which executions a caller may see: of one tenant, of one scope, of the permitted operations. */
export interface Visibility {
  readonly organizationId: string;
  readonly scope: string;
  readonly operations: readonly UsageOperation[];
}

/**
 * True when the caller may start the operation and read its results. A caller without a permission list may
 * try: upstream decides when the query is started.
 */
export function mayUse(caller: Caller, operation: UsageOperation): boolean {
  return OPERATION_TRAITS[operation].permissions.some((needed) => holdsPermission(caller, needed));
}

/** The same for a single permission. */
export function holdsPermission({ permissions }: Caller, needed: string): boolean {
  return permissions === null || permissions.some((granted) => grants(granted, needed));
}

/** True when `granted` (`domain:entity:action`, `*` for any part or for all that follow) covers `needed`. */
export function grants(granted: string, needed: string): boolean {
  const have = granted.split(':');
  const want = needed.split(':');
  if (have.length > want.length) return false;
  const covered = have.every((part, i) => part === '*' || part === want[i]);
  return covered && (have.length === want.length || have.at(-1) === '*');
}

/** The scope in which a caller's executions are shared (see the glossary). */
export function scopeOf(caller: Caller): string {
  return caller.permissions === null ? `client:${caller.client.id}` : 'tenant';
}

/** Asked for with every request, and a caller who is remembered keeps the list of permissions. */
const permitted = new WeakMap<readonly string[], readonly UsageOperation[]>();

function permittedOperations(caller: Caller): readonly UsageOperation[] {
  const { permissions } = caller;
  if (permissions === null) return USAGE_OPERATIONS;
  const known = permitted.get(permissions);
  if (known) return known;
  const operations = USAGE_OPERATIONS.filter((operation) => mayUse(caller, operation));
  permitted.set(permissions, operations);
  return operations;
}

/** What the caller may see in the store. */
export function visibilityOf(caller: Caller): Visibility {
  return {
    organizationId: caller.organization.id,
    scope: scopeOf(caller),
    operations: permittedOperations(caller),
  };
}

/** True when an execution lies inside a visibility; the store's SQL says the same. */
export function isVisible(
  execution: {
    readonly operation: UsageOperation;
    readonly owner: { organizationId: string; scope: string };
  },
  visibility: Visibility,
): boolean {
  return (
    execution.owner.organizationId === visibility.organizationId &&
    execution.owner.scope === visibility.scope &&
    visibility.operations.includes(execution.operation)
  );
}
