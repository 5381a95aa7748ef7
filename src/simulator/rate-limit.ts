import { ApiError } from './api-error.js';

const WINDOW_MS = 60_000;

/** Counts requests for each token in windows of a minute that open with a token's first request. */
export interface RateLimit {
  /** @throws ApiError 429 with `Retry-After` in whole seconds */
  count(token: string): void;
}

/** @param now milliseconds since 1970 */
export function createRateLimit(perMinute: number, now: () => number): RateLimit {
  const windows = new Map<string, { opensAt: number; count: number }>();
  return {
    count(token) {
      const at = now();
      const open = windows.get(token);
      const window = open !== undefined && at < open.opensAt + WINDOW_MS ? open : { opensAt: at, count: 0 };
      windows.set(token, window);
      window.count += 1;
      if (window.count <= perMinute) return;
      throw tooManyRequests(Math.max(1, Math.ceil((window.opensAt + WINDOW_MS - at) / 1000)));
    },
  };
}

function tooManyRequests(seconds: number): ApiError {
  const message = `Rate limit exceeded the maximum. Retry the request in [${seconds}] seconds`;
  return new ApiError(429, 'too.many.requests.retry.after', message, [], { 'Retry-After': String(seconds) });
}
