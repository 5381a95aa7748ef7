/** Where a deployment's tokens keep what makes a caller: claims are found by configured names. */
import type { JWTPayload } from 'jose';

import type { Caller } from '../domain/caller.js';

export interface JwtClaimNames {
  readonly organization: string;
  readonly subject: string;
  readonly name: string;
  readonly permissions: string;
  /** The OAuth client; a token without this claim is taken as that of its `azp`, or of nobody in particular. */
  readonly client: string;
}

/** A claim without which nobody can tell who calls; `claim` is its configured name. */
export class MissingClaimError extends Error {
  override readonly name = 'MissingClaimError';
  constructor(readonly claim: string) {
    super(`the token has no usable claim ${claim}`);
  }
}

/** Longest id or name; upstream's ids have 36 characters, and a subject is at most a mail address. */
const MAX_LENGTH = 256;

/** Who a verified token stands for. Throws `MissingClaimError`. */
export function callerOf(
  payload: JWTPayload,
  names: JwtClaimNames,
  audience: string,
): Omit<Caller, 'token' | 'expiresAt'> {
  const client = textAt(payload, names.client) ?? textAt(payload, 'azp');
  const id = requiredAt(payload, names.subject);
  return {
    organization: { id: requiredAt(payload, names.organization), name: null },
    // RFC 9068: a token that a client has got for itself names the client as its subject.
    subject: { id, name: textAt(payload, names.name), kind: id === client ? 'CLIENT' : 'USER' },
    // Its own name: the client is the issuer's, and upstream could not name it.
    client: { id: client ?? audience, name: client ?? audience },
    permissions: permissionsOf(claimAt(payload, names.permissions)),
  };
}

/**
 * A claim by its name, which may be that of a nested one: `realm_access.roles`. A claim that bears the whole name
 * comes first, so that names such as `https://example.com/roles` need no escapes.
 */
export function claimAt(claims: unknown, name: string): unknown {
  if (typeof claims !== 'object' || claims === null) return undefined;
  if (Object.hasOwn(claims, name)) return (claims as Record<string, unknown>)[name];
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const key = name.slice(0, dot);
    if (!Object.hasOwn(claims, key)) continue;
    const found = claimAt((claims as Record<string, unknown>)[key], name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A list of texts, or one text with spaces between, as OAuth writes scopes. Anything else grants nothing. */
function permissionsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(/\s+/).filter((permission) => permission !== '');
  const list: unknown[] = Array.isArray(value) ? value : [];
  return list.filter((permission) => typeof permission === 'string');
}

function requiredAt(payload: JWTPayload, name: string): string {
  const text = textAt(payload, name);
  if (text === null) throw new MissingClaimError(name);
  return text;
}

/** Null for what is no text that a database and a log line can hold. */
function textAt(payload: JWTPayload, name: string): string | null {
  const value = claimAt(payload, name);
  if (typeof value !== 'string' || value === '' || value.length > MAX_LENGTH) return null;
  return /[\p{Cc}\p{Cs}]/u.test(value) ? null : value;
}
