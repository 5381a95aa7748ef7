import { pino } from 'pino';
import { PinoPretty } from 'pino-pretty';

import type { Logger } from './lib/logger.js';

/** One JSON line an event on standard output; on a terminal the same for people. */
export function createPinoLogger(level: string, isTerminal: boolean): Logger {
  const base = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!isTerminal) return pino(base);
  return pino(base, PinoPretty({ sync: true, translateTime: 'HH:MM:ss', singleLine: true }));
}
