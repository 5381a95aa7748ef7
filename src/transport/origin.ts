/**
 * Browsers let any page open a WebSocket to any host and send cookies with it, without asking the host first. We have
 * no cookies, but a page of another origin has no business here unless it is listed.
 */
import type { IncomingMessage } from 'node:http';

/** Requests without an `Origin` do not come from a page, and are allowed. */
export function createOriginCheck(allowedOrigins: readonly string[]): (request: IncomingMessage) => boolean {
  const allowed = new Set(allowedOrigins);
  return ({ headers: { origin, host } }) =>
    origin === undefined || allowed.has(origin) || hostOf(origin) === host;
}

/** Null for the opaque origin `null` and for anything that is no URL. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
