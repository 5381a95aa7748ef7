/**
 * When two starts are the same: same tenant, same scope, same operation, same canonical request, and rows up to the
 * same day. Everything that decides it goes into one key, so that the store need compare nothing else.
 */
import { createHash } from 'node:crypto';

import type { Owner } from './execution.js';
import type { UsageOperation } from './operation.js';
import type { UsageRequest } from './request.js';

/** Names what is asked, whoever asks and whenever: SHA-256, hexadecimal. `request` is canonical. */
export function requestDigest(operation: UsageOperation, request: UsageRequest): string {
  return sha256([operation, request]);
}

/**
 * Names what is answered. `day` is the one that the result stands for (see `resultDay`): constant for an
 * interval that has passed for good, so that its result serves as long as it is kept, and another one each day for all others.
 */
export function requestKey(
  { organizationId, scope }: Pick<Owner, 'organizationId' | 'scope'>,
  digest: string,
  day: Date,
): string {
  return sha256([organizationId, scope, digest, day]);
}

function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, sortKeys)).digest('hex');
}

/** Objects are written in the order of their keys, whoever has built them. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
