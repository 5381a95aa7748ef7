import { pino } from 'pino';
import { PinoPretty } from 'pino-pretty';

import type { Logger } from './lib/logger.js';
import { addedLogFields } from './lib/log-fields.js';
import { requestIdFields } from './transport/request-id.js';

const mixin = () => ({ ...requestIdFields(), ...addedLogFields() });

/** One JSON line an event on standard output, with the request that it belongs to; on a terminal the same for people. */
export function createPinoLogger(level: string, isTerminal: boolean): Logger {
  const base = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, mixin };
  if (!isTerminal) return pino(base);
  return pino(base, PinoPretty({ sync: true, translateTime: 'HH:MM:ss', singleLine: true }));
}
