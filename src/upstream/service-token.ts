/**
 * The service's own token: fetched when it is first needed, renewed in the background before it ends, one
 * renewal at a time, ever more rarely while the login refuses or is away. It lives in memory alone.
 */
import type { ServiceTokenSource } from '../domain/ports/credentials.js';
import { UpstreamError } from '../domain/upstream-error.js';
import { createUpstreamHttp, type UpstreamHttpOptions } from './http.js';
import { objectOf, requiredText, UnreadableAnswer } from './json.js';

/** `baseUrl` is the login's, e.g. `https://login.mypurecloud.de`. */
export interface ServiceTokenOptions extends Omit<UpstreamHttpOptions, 'now'> {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Milliseconds of any clock that is never set back. @default performance.now */
  readonly now?: () => number;
  /** Told of every login: null, or why there is no new token. @default nobody is told */
  readonly onLogin?: (error: unknown) => void;
}

interface WireLogin {
  access_token: string;
  expires_in: number;
}

interface Held {
  readonly token: string;
  readonly askedAt: number;
  readonly renewAt: number;
  readonly expiresAt: number;
}

/** Tokens live 300 s at least. A tenth of that is time enough to renew; more than a minute never is needed. */
const MAX_RENEW_AHEAD_MS = 60_000;
/** After a login that failed; doubled with each further one. */
const FIRST_PAUSE_MS = 1_000;
/** An operator who has mended the client should not wait longer than that. */
const LONGEST_PAUSE_MS = 60_000;
/** A token that is refused younger than that may never have been any good: another one would not be, either. */
const PROVEN_AFTER_MS = 60_000;

export function createServiceTokenSource(options: ServiceTokenOptions): ServiceTokenSource {
  return new RenewedToken(options);
}

interface Pause {
  readonly until: number;
  readonly reason: UpstreamError;
}

/**
 * However many ask: one login at a time, and after one that failed none before its pause is over. Whoever asks
 * meanwhile is told the same failure, and when to come again.
 */
class RenewedToken implements ServiceTokenSource {
  readonly #login: () => Promise<Held>;
  readonly #now: () => number;
  #held: Held | null = null;
  #renewal: Promise<string> | null = null;
  #pause: Pause | null = null;
  /** Logins in a row that failed. */
  #failures = 0;
  /** Tokens in a row that were refused as soon as they were there. */
  #refusals = 0;

  constructor(options: ServiceTokenOptions) {
    this.#now = options.now ?? (() => performance.now());
    this.#login = loginWith(options, this.#now);
  }

  async token(): Promise<string> {
    const held = this.#held;
    const now = this.#now();
    if (held === null || now >= held.expiresAt) return this.#renew();
    // Why it can't be renewed is told once it has ended; until then it serves.
    if (now >= held.renewAt) this.#renew().catch(() => {});
    return held.token;
  }

  invalidate(token: string): void {
    const held = this.#held;
    if (held?.token !== token) return;
    this.#held = null;
    this.#refusals = this.#now() - held.askedAt < PROVEN_AFTER_MS ? this.#refusals + 1 : 0;
    // The first one is replaced at once: it may have been revoked. Its successor's refusal says that logins don't help.
    if (this.#refusals > 1) this.#pauseFor(NOT_ACCEPTED, this.#refusals - 1);
  }

  #renew(): Promise<string> {
    this.#renewal ??= this.#logIn().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #logIn(): Promise<string> {
    const { until = 0, reason = NOT_ACCEPTED } = this.#pause ?? {};
    const pauseMs = until - this.#now();
    if (pauseMs > 0) throw comeAgainIn(pauseMs, reason);
    try {
      this.#held = await this.#login();
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      this.#failures += 1;
      throw comeAgainIn(this.#pauseFor(error, this.#failures), error);
    }
    this.#failures = 0;
    return this.#held.token;
  }

  #pauseFor(reason: UpstreamError, failures: number): number {
    const backoff = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
    const ms = Math.max(backoff, reason.retryAfterMs ?? 0);
    this.#pause = { until: this.#now() + ms, reason };
    return ms;
  }
}

const NOT_ACCEPTED = new UpstreamError(
  'UNAUTHENTICATED',
  'Upstream does not accept the tokens that its login gives to the service.',
);

function comeAgainIn(retryAfterMs: number, cause: UpstreamError): UpstreamError {
  const { kind, message, status, upstreamCode, correlationId } = cause;
  return new UpstreamError(kind, message, { status, upstreamCode, correlationId, retryAfterMs, cause });
}

function loginWith(options: ServiceTokenOptions, now: () => number): () => Promise<Held> {
  const { now: _own, ...withoutNow } = options;
  const http = createUpstreamHttp(withoutNow);
  const secret = Buffer.from(`${options.clientId}:${options.clientSecret}`).toString('base64');
  return async () => {
    const askedAt = now();
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const request = { method: 'POST', path: ['oauth', 'token'], body } as const;
    try {
      const authorization = { scheme: 'Basic', secret } as const;
      const held = await http.send({ ...request, authorization }, (answer) => parseToken(answer, askedAt));
      options.onLogin?.(null);
      return held;
    } catch (error) {
      const known = asLoginError(error);
      options.onLogin?.(known);
      throw known;
    }
  };
}

function parseToken(body: unknown, askedAt: number): Held {
  const answer = objectOf<WireLogin>(body);
  const seconds = Number(answer.expires_in);
  if (!(seconds > 0)) throw new UnreadableAnswer('UNAVAILABLE', "Upstream's login lacks expires_in.");
  const lifeMs = seconds * 1000;
  return {
    token: requiredText(answer.access_token, 'access_token'),
    askedAt,
    renewAt: askedAt + lifeMs - Math.min(MAX_RENEW_AHEAD_MS, lifeMs / 10),
    expiresAt: askedAt + lifeMs,
  };
}

/** The login answers wrong credentials with several statuses; all of them mean the same. */
function asLoginError(error: unknown): unknown {
  if (!(error instanceof UpstreamError) || error.retryable) return error;
  return new UpstreamError('UNAUTHENTICATED', "Upstream does not accept the service's client credentials.", {
    status: error.status,
    upstreamCode: error.upstreamCode,
    correlationId: error.correlationId,
    cause: error,
  });
}
