/**
 * Callers who bring a Genesys token. What upstream says of a token is believed for at most a minute, under the
 * token's hash; a token is looked up once at a time, however many requests bring it. When upstream can not be
 * asked nobody is refused: the request fails as one that may be tried again, and once it has failed twice in a row
 * so do those of the next second without another look-up.
 */
import type { Caller } from '../domain/caller.js';
import { RequestError } from '../domain/error-codes.js';
import type { Authenticator, UpstreamIdentity } from '../domain/ports/callers.js';
import { UpstreamError } from '../domain/upstream-error.js';
import { type CacheUse, counted } from '../lib/cache-use.js';
import { ExpiringMap } from '../lib/expiring-map.js';
import { type Logger, silentLogger } from '../lib/logger.js';
import { isTokenShaped } from '../lib/bearer.js';
import { tokenHash } from './token-hash.js';

export interface GenesysAuthenticatorOptions {
  readonly identity: UpstreamIdentity;
  /** How long an accepted token is not looked up again. @default 60_000 */
  readonly cacheMs?: number;
  /** The same for a refused one: short, so that a repaired client is not locked out. @default 5_000 */
  readonly negativeCacheMs?: number;
  /** Tokens remembered, accepted and refused ones each; the oldest make room. @default 10_000 */
  readonly maxEntries?: number;
  /**
   * Tokens looked up at the same time; one more fails as retryable, since each holds a connection and its memory.
   * @default 1_000
   */
  readonly maxPending?: number;
  /** Milliseconds of any clock that is never set back. @default performance.now */
  readonly now?: () => number;
  readonly log?: Logger;
  /** Where look-ups of tokens that were accepted before are counted. */
  readonly use?: CacheUse;
}

export interface GenesysAuthenticator extends Authenticator {
  /** Looks the token up again the next time, e.g. after upstream has refused it. */
  forget(token: string): void;
}

export function createGenesysAuthenticator(options: GenesysAuthenticatorOptions): GenesysAuthenticator {
  return new TokenLookup(options);
}

/**
 * After the second look-up in a row without an answer; doubled with each further one of the token. Look-ups are not held up by the budget,
 * and without a pause each request of a busy client would be one, just when upstream has enough to do.
 */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 8_000;
/** What upstream asks for is obeyed as far as this; later the next one tries again. */
const LONGEST_ASKED_MS = 60_000;

interface Pause {
  readonly until: number;
  /** In a row. */
  readonly failures: number;
  readonly reason: RequestError;
}

/** A caller as it is remembered: without the token. */
type Known = Omit<Caller, 'token'>;

class TokenLookup implements GenesysAuthenticator {
  readonly #identity: UpstreamIdentity;
  readonly #now: () => number;
  readonly #log: Logger;
  readonly #use: CacheUse | undefined;
  readonly #accepted: ExpiringMap<Known>;
  readonly #refused: ExpiringMap<RequestError>;
  readonly #pauses: ExpiringMap<Pause>;
  readonly #pending = new Map<string, Promise<Known>>();
  readonly #maxPending: number;

  constructor(options: GenesysAuthenticatorOptions) {
    const { cacheMs = 60_000, negativeCacheMs = 5_000, maxEntries = 10_000 } = options;
    this.#identity = options.identity;
    this.#now = options.now ?? (() => performance.now());
    this.#log = options.log ?? silentLogger;
    this.#use = options.use;
    this.#accepted = new ExpiringMap(cacheMs, maxEntries);
    this.#refused = new ExpiringMap(negativeCacheMs, maxEntries);
    this.#pauses = new ExpiringMap(2 * LONGEST_ASKED_MS, maxEntries);
    this.#maxPending = options.maxPending ?? 1_000;
  }

  async authenticate(token: string, maxAgeMs?: number): Promise<Caller> {
    if (!isTokenShaped(token)) throw unauthenticated();
    const hash = tokenHash(token);
    const now = this.#now();
    const refusal = this.#refused.get(hash, now);
    if (refusal) throw refusal;
    const known =
      counted(this.#use, this.#accepted.get(hash, now, maxAgeMs)) ?? (await this.#lookUpOnce(hash, token));
    return { ...known, token };
  }

  forget(token: string): void {
    const hash = tokenHash(token);
    this.#accepted.delete(hash);
    this.#refused.delete(hash);
    this.#pauses.delete(hash);
    this.#pending.delete(hash);
  }

  #lookUpOnce(hash: string, token: string): Promise<Known> {
    const running = this.#pending.get(hash);
    if (running) return running;
    const pause = this.#pauses.get(hash, this.#now());
    if (pause && this.#now() < pause.until) return Promise.reject(pause.reason);
    if (this.#pending.size >= this.#maxPending) return Promise.reject(tooMany());
    const lookup: Promise<Known> = this.#lookUp(
      hash,
      token,
      () => this.#pending.get(hash) === lookup,
    ).finally(() => {
      if (this.#pending.get(hash) === lookup) this.#pending.delete(hash);
    });
    this.#pending.set(hash, lookup);
    return lookup;
  }

  /** `isWanted`: false when the token was forgotten meanwhile; the answer then serves those who wait, once. */
  async #lookUp(hash: string, token: string, isWanted: () => boolean): Promise<Known> {
    // What upstream answers was true when it was asked; counting from there keeps the promise of a minute.
    const askedAt = this.#now();
    try {
      const known = await describe(this.#identity, token);
      if (isWanted()) this.#accepted.set(hash, known, askedAt);
      this.#pauses.delete(hash);
      return known;
    } catch (error) {
      throw this.#refusal(hash, error);
    }
  }

  #refusal(hash: string, error: unknown): unknown {
    const refusal = refusalOf(error);
    if (refusal) {
      this.#accepted.delete(hash);
      this.#refused.set(hash, refusal, this.#now());
      return refusal;
    }
    if (!(error instanceof UpstreamError)) return error;
    this.#log.warn(
      { err: error, correlationId: error.correlationId, upstreamStatus: error.status },
      'a token could not be looked up',
    );
    return this.#pauseAfter(hash, error);
  }

  #pauseAfter(hash: string, error: UpstreamError): RequestError {
    const message = 'Genesys Cloud can not be asked about the token just now; try again.';
    const reason = new RequestError('UPSTREAM_UNAVAILABLE', message, { retryable: true, cause: error });
    const now = this.#now();
    const failures = (this.#pauses.get(hash, now)?.failures ?? 0) + 1;
    const backoff = failures === 1 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 2));
    const asked = Math.min(LONGEST_ASKED_MS, error.retryAfterMs ?? 0);
    this.#pauses.set(hash, { until: now + Math.max(backoff, asked), failures, reason }, now);
    return reason;
  }
}

async function describe(identity: UpstreamIdentity, token: string): Promise<Known> {
  // The HTTP client has a deadline of its own, and several requests may wait for this one answer.
  const { signal } = new AbortController();
  const { organization, client, kind } = await identity.describeToken(token, signal);
  const user = kind === 'CLIENT' ? null : await describeUser(identity, token, signal);
  if (user) {
    const { permissions, id, name } = user;
    return { organization, client, subject: { id, name, kind: 'USER' }, permissions };
  }
  // "Unknown permissions" means "may try": a user who is taken for a client would get what no user has.
  if (kind === 'USER') throw undescribed();
  return { organization, client, subject: { ...client, kind: 'CLIENT' }, permissions: null };
}

/** The token is good, or `tokens/me` would not have answered; but nobody knows what its user may do. */
async function describeUser(identity: UpstreamIdentity, token: string, signal: AbortSignal) {
  try {
    return await identity.describeUser(token, signal);
  } catch (error) {
    throw error instanceof UpstreamError && error.kind === 'FORBIDDEN' ? undescribed(error) : error;
  }
}

/** What is remembered as the end of it; null for what says nothing about the token. */
function refusalOf(error: unknown): RequestError | null {
  if (error instanceof RequestError) return error;
  const refused =
    error instanceof UpstreamError && (error.kind === 'UNAUTHENTICATED' || error.kind === 'FORBIDDEN');
  return refused ? unauthenticated(error) : null;
}

function undescribed(cause?: unknown): RequestError {
  const message = "Genesys Cloud does not tell the permissions of the token's user.";
  return new RequestError('FORBIDDEN', message, { cause });
}

function tooMany(): RequestError {
  const message = 'Too many tokens are being looked up just now; try again.';
  return new RequestError('SERVICE_UNAVAILABLE', message, { retryable: true });
}

function unauthenticated(cause?: unknown): RequestError {
  // The reason of a closed WebSocket has room for 120 characters.
  const message =
    'Genesys Cloud does not accept the token: it is wrong, expired, revoked, or of another region. Get a new one.';
  return new RequestError('UNAUTHENTICATED', message, { cause });
}
