/**
 * Browsers let any page open a WebSocket to any host and send cookies with it, without asking the host first. We have
 * no cookies, but a page of another origin has no business here unless it is listed.
 */
import type { IncomingMessage } from 'node:http';

/** Stands for every origin. */
export const ANY_ORIGIN = '*';

/** Requests without an `Origin` do not come from a page, and are allowed. */
export function createOriginCheck(allowedOrigins: readonly string[]): (request: IncomingMessage) => boolean {
  const allowed = new Set(allowedOrigins);
  const any = allowed.has(ANY_ORIGIN);
  return ({ headers: { origin, host } }) =>
    any || origin === undefined || allowed.has(origin) || hostOf(origin) === host;
}

/** Null for the opaque origin `null` and for anything that is not written as browsers write an origin. */
function hostOf(origin: string): string | null {
  const url = URL.canParse(origin) ? new URL(origin) : null;
  return url?.origin === origin ? url.host : null;
}
