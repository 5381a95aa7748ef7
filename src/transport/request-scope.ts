/** What all three doors do before an operation: who asks, and what the resolvers get. */
import type { Caller } from '../domain/caller.js';
import { RequestError } from '../domain/error-codes.js';
import type { Authenticator } from '../domain/ports/callers.js';
import { bearerToken } from '../lib/bearer.js';
import type { RequestContext } from '../services/request-context.js';
import { type Authorization, createTokenWatch } from './admission/token-watch.js';

export interface RequestScope {
  /** Throws `RequestError` `UNAUTHENTICATED` for a missing or bad token. */
  authenticate(authorization: string | undefined): Promise<Caller>;
  /** Loaders and the like are made anew for each operation. `signal` is aborted when nobody waits for it any more. */
  context(caller: Caller, requestId: string, signal: AbortSignal): RequestContext;
  /** For streams, which outlive the request that was authenticated; see `token-watch.ts`. */
  watch(caller: Caller): Authorization;
}

export type ContextOf = (caller: Caller, requestId: string, signal: AbortSignal) => RequestContext;

const NO_TOKEN =
  'No bearer token came with the request. Send the header "Authorization: Bearer <token>", with the word Bearer in front.';

export function createRequestScope(authenticator: Authenticator, contextOf: ContextOf): RequestScope {
  const tokens = createTokenWatch(authenticator);
  return {
    async authenticate(authorization) {
      const token = bearerToken(authorization);
      if (token === null) {
        throw new RequestError('UNAUTHENTICATED', NO_TOKEN);
      }
      try {
        const caller = await authenticator.authenticate(token);
        tokens.accepted(caller);
        return caller;
      } catch (error) {
        tokens.refused(token, error);
        throw error;
      }
    },
    context: contextOf,
    watch: (caller) => tokens.watch(caller),
  };
}
