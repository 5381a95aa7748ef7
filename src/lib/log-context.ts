/**
 * What all lines of the log have in common that are written within some work, whoever writes them: a driver that knows
 * nothing of executions is called for one all the same.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

import { type LogFields, toLine } from './loggable.js';

const storage = new AsyncLocalStorage<Record<string, unknown>>();

/** Runs `next` and all that it starts with these fields, in addition to those that are there already. */
export function withLogFields<T>(fields: LogFields, next: () => T): T {
  return storage.run({ ...storage.getStore(), ...toLine(fields) }, next);
}

/** The fields of the work within which something happens. */
export function currentLogFields(): Readonly<Record<string, unknown>> {
  return storage.getStore() ?? {};
}
