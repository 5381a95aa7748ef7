/**
 * What all lines of the log have in common that are written within some work, whoever writes them: a driver that knows
 * nothing of executions is called for one all the same.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

import { type LogFields, toLine } from './loggable.js';

type Fields = Readonly<Record<string, unknown>>;

const storage = new AsyncLocalStorage<Fields>();
const sources = new Set<() => LogFields>();

/** Runs `next` and all that it starts with these fields, in addition to those that are there already. */
export function withLogFields<T>(fields: LogFields, next: () => T): T {
  return storage.run({ ...storage.getStore(), ...toLine(fields) }, next);
}

/**
 * Adds fields of one who knows by itself within which work a line is written, such as the trace; `source` is asked for
 * each line. Gives the function that takes it off again.
 */
export function addLogFields(source: () => LogFields): () => void {
  sources.add(source);
  return () => void sources.delete(source);
}

/** The fields of the work within which something happens. */
export function currentLogFields(): Fields {
  const fields = storage.getStore() ?? {};
  if (sources.size === 0) return fields;
  return Object.assign({ ...fields }, ...[...sources].map((source) => toLine(source()))) as Fields;
}
