/**
 * Upstream admits so many requests a minute for each token, whoever makes them. What we ask for with one credential
 * is therefore counted in one place for all nodes, and a call that does not fit is put off, which is no failure.
 */

/** A start hands a query over to upstream; a poll asks for its results, one page of them for each call. */
export type UpstreamCall = 'START' | 'POLL';

/**
 * `retryInMs`: when it may be tried again; each refusal gets an instant of its own, so that they do not come together.
 * `blocked`: it is upstream that wants to be left alone.
 */
export type Admission =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly retryInMs: number; readonly blocked: boolean };

/** What is left for one credential. */
export interface BudgetState {
  /** Calls within the window, at most. */
  readonly limit: number;
  /** Calls that would be admitted now; 0 while upstream wants to be left alone. */
  readonly remaining: number;
  /** When `remaining` rises next; null while nothing is used. */
  readonly resetAt: Date | null;
  /** Open executions that are due, or were put off. */
  readonly queued: number;
}

export interface BudgetOptions {
  /** Calls admitted within any span of `windowMs`; at least 1, at most `MOST_CALLS`. */
  readonly limit: number;
  readonly windowMs: number;
}

/** What upstream itself allows a token within a minute. */
export const MOST_CALLS = 300;
/**
 * Kept free for starts, since somebody waits for their answer and polls alone could use everything up: ten at once of
 * 250 find room, and of what comes back after that they get every call until polls have a share again. More would be
 * budget that is hardly ever used.
 */
const RESERVED_SHARE = 0.04;
/** Each start brings a poll at least: what more starts than half would hand over, nobody could ask for. */
const START_SHARE = 0.5;

/** How many of the calls within a window may be starts; never none. */
export function mostStarts(limit: number): number {
  return Math.max(1, Math.floor(limit * START_SHARE));
}

/** How many calls of both kinds there may be within a window when one of this kind has been admitted; never none. */
export function mostBefore(limit: number, kind: UpstreamCall): number {
  return kind === 'START' ? limit : Math.max(1, limit - Math.ceil(limit * RESERVED_SHARE));
}
