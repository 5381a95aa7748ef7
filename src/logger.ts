import { pino } from 'pino';
import { PinoPretty } from 'pino-pretty';

import type { Logger } from './lib/logger.js';
import { requestIdFields } from './transport/request-id.js';

/** One JSON line an event on standard output, with the request that it belongs to; on a terminal the same for people. */
export function createPinoLogger(level: string, isTerminal: boolean): Logger {
  const base = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, mixin: requestIdFields };
  if (!isTerminal) return pino(base);
  return pino(base, PinoPretty({ sync: true, translateTime: 'HH:MM:ss', singleLine: true }));
}
