/**
 * Whether the tokens behind streams are still good. A stream outlives the request that was authenticated, so its token
 * is looked at again every few seconds; all streams of one token share one look. What is found out, here or by any
 * other request with that token, ends them all at once, and the end of a token that bears its date is met exactly.
 */
import { type Caller, visibilityOf } from '../../domain/caller.js';
import { RequestError } from '../../domain/error-codes.js';
import type { Authenticator } from '../../domain/ports/callers.js';

/** What one stream, or one connection with several, knows of its token. Whoever got it releases it. */
export interface Authorization {
  /** Why nothing more may be told; null while the token is good. To be asked before everything that is told. */
  readonly ended: RequestError | null;
  /** Calls back once when it ends, at once if it has. The function that it gives takes that back. */
  onEnd(listener: (reason: RequestError) => void): () => void;
  release(): void;
}

export interface TokenWatch {
  watch(caller: Caller): Authorization;
  /** News of a token from elsewhere. */
  accepted(caller: Caller): void;
  refused(token: string, error: unknown): void;
}

/** With the time that a look-up may take, well under the 30 s within which a revoked token must have no effect. */
const RECHECK_MS = 15_000;
/** What a request has found out so shortly before need not be asked again. */
const RECHECK_MAX_AGE_MS = 5_000;

export function createTokenWatch(authenticator: Authenticator, now: () => number = Date.now): TokenWatch {
  const watched = new Map<string, WatchedToken>();

  function watchedToken({ token, expiresAt }: Caller): WatchedToken {
    const known = watched.get(token);
    if (known) return known;
    const check = () =>
      void authenticator.authenticate(token, RECHECK_MAX_AGE_MS).then(accepted, refusedBy(token));
    const onUnused = () => void watched.delete(token);
    const added = new WatchedToken({ expiresAt, now, check, onUnused });
    watched.set(token, added);
    return added;
  }

  const accepted = (caller: Caller) => watched.get(caller.token)?.compareRights(caller);
  const refusedBy = (token: string) => (error: unknown) => {
    // That nobody can be asked says nothing about the token.
    if (error instanceof RequestError && !error.retryable) watched.get(token)?.endAll(error);
  };

  return {
    watch: (caller) => watchedToken(caller).add(caller),
    accepted,
    refused: (token, error) => refusedBy(token)(error),
  };
}

interface WatchedTokenOptions {
  readonly expiresAt: number | undefined;
  readonly now: () => number;
  readonly check: () => void;
  readonly onUnused: () => void;
}

class WatchedToken {
  readonly #options: WatchedTokenOptions;
  readonly #streams = new Set<StreamAuthorization>();
  /** What all of them were admitted with: whoever comes with other rights ends the older ones. */
  #rights = '';
  readonly #recheck: NodeJS.Timeout;
  #expiry: NodeJS.Timeout | undefined;

  constructor(options: WatchedTokenOptions) {
    this.#options = options;
    this.#recheck = setInterval(() => this.#look(), RECHECK_MS).unref();
    this.#awaitExpiry();
  }

  add(caller: Caller): Authorization {
    const stream = new StreamAuthorization({
      hasExpired: () => this.#hasExpired(),
      onOver: () => this.#remove(stream),
    });
    // The new one is among them before the others end, or this would be given up as unused.
    const older = [...this.#streams];
    this.#streams.add(stream);
    if (this.#haveChanged(caller)) end(older, rightsChanged());
    return stream;
  }

  compareRights(caller: Caller): void {
    if (this.#haveChanged(caller)) this.endAll(rightsChanged());
  }

  #haveChanged(caller: Caller): boolean {
    const rights = JSON.stringify(visibilityOf(caller));
    const have = rights !== this.#rights;
    this.#rights = rights;
    return have;
  }

  endAll(reason: RequestError): void {
    end([...this.#streams], reason);
  }

  #look(): void {
    this.#awaitExpiry();
    this.#options.check();
  }

  /** Only for an end before the next look: timers can not be set for more than 24 days. */
  #awaitExpiry(): void {
    const inMs = (this.#options.expiresAt ?? Number.POSITIVE_INFINITY) - this.#options.now();
    clearTimeout(this.#expiry);
    if (inMs > 2 * RECHECK_MS) return;
    this.#expiry = setTimeout(() => this.endAll(expired()), Math.max(0, inMs)).unref();
  }

  #hasExpired(): boolean {
    const { expiresAt, now } = this.#options;
    return expiresAt !== undefined && now() >= expiresAt;
  }

  #remove(stream: StreamAuthorization): void {
    if (!this.#streams.delete(stream) || this.#streams.size > 0) return;
    clearInterval(this.#recheck);
    clearTimeout(this.#expiry);
    this.#options.onUnused();
  }
}

function end(streams: readonly StreamAuthorization[], reason: RequestError): void {
  for (const stream of streams) stream.end(reason);
}

interface StreamHooks {
  readonly hasExpired: () => boolean;
  readonly onOver: () => void;
}

class StreamAuthorization implements Authorization {
  readonly #listeners = new Set<(reason: RequestError) => void>();
  #reason: RequestError | null = null;

  constructor(private readonly hooks: StreamHooks) {}

  get ended(): RequestError | null {
    // A timer may be late; what is told never is.
    if (this.#reason === null && this.hooks.hasExpired()) this.end(expired());
    return this.#reason;
  }

  onEnd(listener: (reason: RequestError) => void): () => void {
    if (this.#reason) listener(this.#reason);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(reason: RequestError): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.hooks.onOver();
    for (const listener of this.#listeners) listener(reason);
    this.#listeners.clear();
  }

  release(): void {
    this.#listeners.clear();
    this.hooks.onOver();
  }
}

function expired(): RequestError {
  return new RequestError('UNAUTHENTICATED', 'The bearer token has expired. Get a new one.');
}

function rightsChanged(): RequestError {
  return new RequestError('FORBIDDEN', "The token's rights have changed; subscribe again.");
}
