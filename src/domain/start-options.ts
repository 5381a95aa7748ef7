/** What every start may say besides its query: how new the result has to be, under which key, and how long to wait. */
import type { UserError } from './error-codes.js';

type Nullable<T> = T | null | undefined;

export interface StartOptions {
  readonly reuse?: Nullable<{ readonly maxAgeSeconds?: Nullable<number> }>;
  readonly idempotencyKey?: Nullable<string>;
  readonly waitMs?: Nullable<number>;
}

/** Load balancers commonly give up on a silent request after a minute, some after half of it. */
export const MAX_WAIT_MS = 30_000;
/** 1 to 256 characters, none of them invisible: a key that looks the same is the same. */
const IDEMPOTENCY_KEY = /^[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u;

/** Every problem at once. */
export function checkStartOptions({ reuse, idempotencyKey, waitMs }: StartOptions): UserError[] {
  const errors: UserError[] = [];
  if ((reuse?.maxAgeSeconds ?? 0) < 0) {
    const message = 'maxAgeSeconds must be 0 (always a new query) or more; null: as old as there is.';
    errors.push({ code: 'INVALID_MAX_AGE', message, field: ['input', 'reuse', 'maxAgeSeconds'] });
  }
  if (idempotencyKey !== null && idempotencyKey !== undefined && !IDEMPOTENCY_KEY.test(idempotencyKey)) {
    const message = 'An idempotency key has 1 to 256 printable characters.';
    errors.push({ code: 'INVALID_IDEMPOTENCY_KEY', message, field: ['input', 'idempotencyKey'] });
  }
  if ((waitMs ?? 0) < 0 || (waitMs ?? 0) > MAX_WAIT_MS) {
    const message = `waitMs must be from 0 to ${MAX_WAIT_MS}, not ${waitMs}. To wait longer, subscribe, or ask for the execution again.`;
    errors.push({ code: 'INVALID_WAIT', message, field: ['input', 'waitMs'] });
  }
  return errors;
}
