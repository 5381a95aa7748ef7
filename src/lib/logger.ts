import type { Loggable } from './loggable.js';

/**
 * What the rest of the program needs of a logger. Fields come first so that every line stays one structured event; they
 * are plain values, and under `err` what was thrown. The message is the event's name (docs/logs.md): it is always the
 * same, and what differs stands in fields. Never pass a token, a header or a request body.
 */
export interface Logger {
  debug<F extends object>(fields: F & Loggable<F>, message: string): void;
  info<F extends object>(fields: F & Loggable<F>, message: string): void;
  warn<F extends object>(fields: F & Loggable<F>, message: string): void;
  error<F extends object>(fields: F & Loggable<F>, message: string): void;
  /** The same, with these fields in each line. */
  child<F extends object>(fields: F & Loggable<F>): Logger;
}

/** A logger that says nothing, for tests and tools. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
