/** What all three doors do before an operation: who asks, and what the resolvers get. */
import { type Caller, visibilityOf } from '../domain/caller.js';
import { RequestError } from '../domain/error-codes.js';
import type { Authenticator } from '../domain/ports.js';
import { bearerToken } from '../lib/bearer.js';
import type { RequestContext } from '../services/request-context.js';

export interface RequestScope {
  /** Throws `RequestError` `UNAUTHENTICATED` for a missing or bad token. */
  authenticate(authorization: string | undefined): Promise<Caller>;
  /** Loaders and the like are made anew for each operation. `signal` is aborted when nobody waits for it any more. */
  context(caller: Caller, requestId: string, signal: AbortSignal): RequestContext;
  /**
   * For streams, which outlive the request that was authenticated: calls `onRevoked` once, within 30 seconds, when
   * the token has expired or was revoked, or when its rights have changed. The function that it gives ends the watch.
   */
  whileAuthorized(caller: Caller, onRevoked: () => void): () => void;
}

export type ContextOf = (caller: Caller, requestId: string, signal: AbortSignal) => RequestContext;

/** With the time that a look-up may take, well under the 30 s within which a revoked token must have no effect. */
const RECHECK_MS = 15_000;
/** Streams with the same token share look-ups: what another one has found out lately need not be asked again. */
const RECHECK_MAX_AGE_MS = 10_000;

export function createRequestScope(authenticator: Authenticator, contextOf: ContextOf): RequestScope {
  async function isStillGood(caller: Caller): Promise<boolean> {
    try {
      return sameRights(caller, await authenticator.authenticate(caller.token, RECHECK_MAX_AGE_MS));
    } catch (error) {
      // That upstream can't be asked says nothing about the token.
      return !(error instanceof RequestError) || error.retryable;
    }
  }

  return {
    async authenticate(authorization) {
      const token = bearerToken(authorization);
      if (token !== null) return authenticator.authenticate(token);
      throw new RequestError(
        'UNAUTHENTICATED',
        'Send a Genesys Cloud token as "Authorization: Bearer <token>".',
      );
    },
    context: contextOf,
    whileAuthorized(caller, onRevoked) {
      let over = false;
      const end = () => {
        over = true;
        clearInterval(timer);
      };
      const check = async () => {
        if ((await isStillGood(caller)) || over) return;
        end();
        onRevoked();
      };
      const timer = setInterval(() => void check(), RECHECK_MS);
      timer.unref();
      return end;
    },
  };
}

function sameRights(before: Caller, now: Caller): boolean {
  return JSON.stringify(visibilityOf(before)) === JSON.stringify(visibilityOf(now));
}
