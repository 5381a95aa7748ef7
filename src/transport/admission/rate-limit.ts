/**
 * How much a caller and an address may ask in a minute, counted by `rate-limiter-flexible` in this node's memory: a
 * limit over all nodes would cost every request a round trip, to guard what each node has for itself. What all
 * nodes share, upstream's budget, is counted in the store.
 */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

import { RequestError } from '../../domain/error-codes.js';

export interface RateLimits {
  /** One query, mutation, subscription or export. Throws `RATE_LIMITED`. */
  operation(identity: string, address: string): Promise<void>;
  /** One WebSocket message, whatever it is. Throws `RATE_LIMITED`. Before `connection_init` there is no identity. */
  message(identity: string | null, address: string): Promise<void>;
  /** One attempt to authenticate with a token that was not met before. Throws `RATE_LIMITED`. */
  attempt(address: string): Promise<void>;
  /** The attempt was successful, and is not counted. */
  attemptSucceeded(address: string): Promise<void>;
}

export interface RateLimitOptions {
  /** Operations of one identity in a minute; 0: nothing is limited. */
  readonly perMinute: number;
  /** Refused tokens from one address in a minute. @default 300 */
  readonly attemptsPerMinute?: number;
}

const SECONDS = 60;
/** Behind one address stand an office, or the server of a frontend with all its users. */
const IDENTITIES_AT_AN_ADDRESS = 5;
/** An operation takes two messages (subscribe, complete), and there are pings. */
const MESSAGES_OF_AN_OPERATION = 3;
/** As many as Genesys Cloud allows one token: a guesser costs upstream no more than one busy caller. */
const ATTEMPTS_PER_MINUTE = 300;
/** Of 400 bytes or so each: a flood from ever new addresses costs us some 8 MB, and then the oldest are forgotten. */
const MAX_KEYS = 20_000;

export function createRateLimits({ perMinute, attemptsPerMinute }: RateLimitOptions): RateLimits {
  if (perMinute === 0) return NO_LIMITS;
  const attempts = new Limiter(attemptsPerMinute ?? ATTEMPTS_PER_MINUTE, 'attempts to sign in');
  const operations = byIdentityAndAddress(perMinute, 'operations');
  const messages = byIdentityAndAddress(perMinute * MESSAGES_OF_AN_OPERATION, 'messages');
  return {
    operation: operations,
    message: messages,
    attempt: (address) => attempts.consume(address, 'this address'),
    attemptSucceeded: (address) => attempts.giveBack(address),
  };
}

const NO_LIMITS: RateLimits = {
  async operation() {},
  async message() {},
  async attempt() {},
  async attemptSucceeded() {},
};

function byIdentityAndAddress(perMinute: number, what: string) {
  const identities = new Limiter(perMinute, what);
  const addresses = new Limiter(perMinute * IDENTITIES_AT_AN_ADDRESS, what);
  return async (identity: string | null, address: string): Promise<void> => {
    // The identity first: what it is refused must not use up what others at its address may still ask.
    if (identity !== null) await identities.consume(identity, 'this caller');
    await addresses.consume(address, 'this address');
  };
}

class Limiter {
  readonly #limiter: RateLimiterMemory;
  readonly #keys = new Set<string>();

  constructor(
    private readonly points: number,
    private readonly what: string,
  ) {
    this.#limiter = new RateLimiterMemory({ points, duration: SECONDS });
  }

  async consume(key: string, who: string): Promise<void> {
    this.#remember(key);
    try {
      await this.#limiter.consume(key);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw this.#refused(who, refusal.msBeforeNext);
    }
  }

  async giveBack(key: string): Promise<void> {
    await this.#limiter.reward(key);
  }

  #remember(key: string): void {
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size <= MAX_KEYS || oldest === undefined) return;
    this.#keys.delete(oldest);
    void this.#limiter.delete(oldest);
  }

  #refused(who: string, msBeforeNext: number): RequestError {
    const retryAfterSeconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
    const message = `More than ${this.points} ${this.what} in a minute from ${who}. Try again in ${retryAfterSeconds} s.`;
    return new RequestError('RATE_LIMITED', message, { retryable: true, retryAfterSeconds });
  }
}
