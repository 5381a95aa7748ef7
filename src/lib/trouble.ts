/**
 * What goes wrong again and again while something is away, told once: a line when it begins, at most one a minute
 * while it lasts, and one when it is over. Ten thousand executions that meet the same outage must not hide the line
 * that says what to do.
 */
import type { LogFields } from './loggable.js';
import type { Logger } from './logger.js';

export interface Trouble {
  /** It went wrong, once more; `fields` say how, and hold no secret. */
  happened(fields: LogFields): void;
  /** It went well. Cheap: to be called as often as it does. */
  passed(): void;
  /** It was told that it began, and not yet that it is over. */
  readonly lasts: boolean;
}

export interface TroubleTexts {
  /** What does not work, what that means, and what a person can do. */
  readonly begun: string;
  readonly over: string;
  /** What works and fails by turns is over only when it has worked for so long. @default 5_000 */
  readonly calmMs?: number;
}

const REPEATED_AFTER_MS = 60_000;
const CALM_MS = 5_000;

/** @param now milliseconds that only rise. @default performance.now */
export function createTrouble(
  log: Logger,
  { begun, over, calmMs = CALM_MS }: TroubleTexts,
  now: () => number = () => performance.now(),
): Trouble {
  let toldAt: number | null = null;
  let happenedAt = 0;
  let times = 0;
  return {
    happened(fields) {
      happenedAt = now();
      times += 1;
      if (toldAt !== null && happenedAt - toldAt < REPEATED_AFTER_MS) return;
      log.warn({ ...fields, times }, begun);
      toldAt = happenedAt;
      times = 0;
    },
    passed() {
      if (toldAt === null || now() - happenedAt < calmMs) return;
      toldAt = null;
      times = 0;
      log.info({}, over);
    },
    get lasts() {
      return toldAt !== null;
    },
  };
}

/** Tells nobody. */
export const noTrouble: Trouble = { happened() {}, passed() {}, lasts: false };
