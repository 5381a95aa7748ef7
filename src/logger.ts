import { type DestinationStream, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';

import { currentLogFields } from './lib/log-context.js';
import { createSecretFilter, toLine } from './lib/loggable.js';
import type { Logger } from './lib/logger.js';
import { requestIdFields } from './transport/request-id.js';

export interface PinoLoggerOptions {
  /** Hidden wherever they would stand in a line; see `secretsOf`. @default none */
  readonly secrets?: readonly string[];
  /** @default standard output */
  readonly to?: DestinationStream;
}

/**
 * One JSON line an event on standard output, with the request and the execution that it belongs to; on a terminal the
 * same for people. What a line can hold is decided by lib/loggable.ts.
 */
export function createPinoLogger(
  level: string,
  isTerminal: boolean,
  { secrets = [], to }: PinoLoggerOptions = {},
): Logger {
  const base = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => ({ ...requestIdFields(), ...currentLogFields() }),
    // In place of a formatter: pino would merge, and so read, what is passed before it asks one.
    mixinMergeStrategy: (fields: object, common: object) => ({ ...toLine(common), ...toLine(fields) }),
    formatters: { bindings: toLine },
    // Described by `toLine` already; pino's own serializer would write every field of an error.
    serializers: { err: (described: unknown) => described },
    hooks: { streamWrite: createSecretFilter(secrets) },
  };
  if (!isTerminal) return to ? pino(base, to) : pino(base);
  const pretty = { sync: true, translateTime: 'HH:MM:ss', singleLine: true };
  return pino(base, PinoPretty({ ...pretty, ...(to && { destination: to }) }));
}
