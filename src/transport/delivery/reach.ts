/**
 * For whom else an answer would have been the same. Nobody declares it: what resolvers look at while a selection is
 * executed is watched, and whatever is not known to be the same for all with the same rights (`rightsOf`) keeps the
 * answer with the one token, or the one operation, that it was made for. So a resolver that begins to look at the
 * caller can not leak anything; it can only make sharing rarer.
 */
import { type Caller, scopeOf } from '../../domain/caller.js';
import type { DirectoryLoaders, RequestContext } from '../../services/request-context.js';

/** All with the same rights; all operations of the same token, too; this very operation. */
export type Reach = 'RIGHTS' | 'TOKEN' | 'OPERATION';

export interface WatchedContext {
  readonly context: RequestContext;
  /** Only to be believed when everything has been resolved. */
  readonly reach: Reach;
}

/**
 * What may be looked at without making the answer one's own: the organization, and what its permissions allow. Names of
 * OAuth clients depend on nothing else (see services/directory-service.ts), those of users depend on who asks.
 */
export function rightsOf(caller: Caller): string {
  const { organization, permissions } = caller;
  return JSON.stringify([
    organization.id,
    organization.name,
    scopeOf(caller),
    permissions && permissions.toSorted(),
  ]);
}

/** @param signal aborted when nobody waits for the answer any more, whoever else it was made for */
export function watchContext(context: RequestContext, signal: AbortSignal): WatchedContext {
  const watched = new Watched(context, signal);
  return {
    context: watched,
    get reach() {
      return watched.noted.reach;
    },
  };
}

class Noted {
  reach: Reach = 'RIGHTS';

  token(): void {
    if (this.reach === 'RIGHTS') this.reach = 'TOKEN';
  }

  operation(): void {
    this.reach = 'OPERATION';
  }
}

class Watched implements RequestContext {
  readonly noted = new Noted();
  readonly caller: Caller;
  readonly loaders: DirectoryLoaders;

  constructor(
    private readonly own: RequestContext,
    readonly signal: AbortSignal,
  ) {
    this.caller = new WatchedCaller(own.caller, this.noted);
    this.loaders = new WatchedLoaders(own, this.noted);
  }

  get table() {
    return this.own.table;
  }
  get now() {
    return this.own.now;
  }
  get executions() {
    return this.#ofToken().executions;
  }
  get watch() {
    return this.#ofToken().watch;
  }
  get visits() {
    return this.#ofToken().visits;
  }
  get directory() {
    return this.#ofToken().directory;
  }
  get budget() {
    return this.#ofToken().budget;
  }
  get requestId() {
    this.noted.operation();
    return this.own.requestId;
  }

  #ofToken(): RequestContext {
    this.noted.token();
    return this.own;
  }
}

class WatchedLoaders implements DirectoryLoaders {
  constructor(
    private readonly own: RequestContext,
    private readonly noted: Noted,
  ) {}

  get oauthClients() {
    return this.own.loaders.oauthClients;
  }
  get users() {
    this.noted.token();
    return this.own.loaders.users;
  }
}

class WatchedCaller implements Caller {
  constructor(
    private readonly own: Caller,
    private readonly noted: Noted,
  ) {}

  get organization() {
    return this.own.organization;
  }
  get permissions() {
    return this.own.permissions;
  }
  get subject() {
    return this.#ofToken().subject;
  }
  get client() {
    return this.#ofToken().client;
  }
  get token() {
    return this.#ofToken().token;
  }
  // Required here, so that a property which is new in `Caller` and left out does not go unseen.
  get expiresAt(): number {
    return this.#ofToken().expiresAt ?? Number.POSITIVE_INFINITY;
  }

  #ofToken(): Caller {
    this.noted.token();
    return this.own;
  }
}
