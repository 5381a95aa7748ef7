/** What all three doors do before an operation: who asks, and what the resolvers get. */
import { randomUUID } from 'node:crypto';

import type { RequestContext } from '../../resolvers/context.js';
import type { Caller } from '../domain/caller.js';
import { RequestError } from '../domain/error-codes.js';
import type { Authenticator } from '../domain/ports.js';
import { bearerToken } from '../lib/bearer.js';

export interface RequestScope {
  /** Throws `RequestError` `UNAUTHENTICATED` for a missing or bad token. */
  authenticate(authorization: string | undefined): Promise<Caller>;
  /** Loaders and the like are made anew for each operation. */
  context(caller: Caller, requestId?: string): RequestContext;
}

export type ContextOf = (caller: Caller, requestId: string) => RequestContext;

export function createRequestScope(authenticator: Authenticator, contextOf: ContextOf): RequestScope {
  return {
    async authenticate(authorization) {
      const token = bearerToken(authorization);
      if (token !== null) return authenticator.authenticate(token);
      throw new RequestError(
        'UNAUTHENTICATED',
        'Send a Genesys Cloud token as "Authorization: Bearer <token>".',
      );
    },
    context: (caller, requestId = randomUUID()) => contextOf(caller, requestId),
  };
}
