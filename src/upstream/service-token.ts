/**
 * The service's own token: fetched when it is first needed, renewed in the background before it ends, one
 * renewal at a time. It lives in memory alone.
 */
import type { ServiceTokenSource } from '../domain/ports.js';
import { UpstreamError } from '../domain/upstream-error.js';
import { createUpstreamHttp, type UpstreamHttpOptions } from './http.js';
import { objectOf, requiredText, UnreadableAnswer } from './json.js';

/** `baseUrl` is the login's, e.g. `https://login.mypurecloud.de`. */
export interface ServiceTokenOptions extends UpstreamHttpOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Told of every login: null, or why there is no new token. @default nobody is told */
  readonly onLogin?: (error: unknown) => void;
}

interface WireLogin {
  access_token: string;
  expires_in: number;
}

interface Held {
  readonly token: string;
  readonly renewAt: number;
  readonly expiresAt: number;
}

/** Tokens live 300 s at least. A tenth of that is time enough to renew; more than a minute never is needed. */
const MAX_RENEW_AHEAD_MS = 60_000;
/** After a renewal that failed while the old token still serves. */
const RENEWAL_PAUSE_MS = 5_000;

export function createServiceTokenSource(options: ServiceTokenOptions): ServiceTokenSource {
  return new RenewedToken(options);
}

class RenewedToken implements ServiceTokenSource {
  readonly #login: () => Promise<Held>;
  readonly #now: () => number;
  #held: Held | null = null;
  #renewal: Promise<string> | null = null;

  constructor(options: ServiceTokenOptions) {
    this.#now = options.now ?? Date.now;
    this.#login = loginWith(options, this.#now);
  }

  async token(): Promise<string> {
    const held = this.#held;
    const now = this.#now();
    if (held === null || now >= held.expiresAt) return this.#renew();
    if (now >= held.renewAt) this.#renew().catch(() => this.#pause(held));
    return held.token;
  }

  invalidate(token: string): void {
    if (this.#held?.token === token) this.#held = null;
  }

  #renew(): Promise<string> {
    this.#renewal ??= this.#login()
      .then((held) => {
        this.#held = held;
        return held.token;
      })
      .finally(() => {
        this.#renewal = null;
      });
    return this.#renewal;
  }

  #pause(held: Held): void {
    if (this.#held === held) this.#held = { ...held, renewAt: this.#now() + RENEWAL_PAUSE_MS };
  }
}

function loginWith(options: ServiceTokenOptions, now: () => number): () => Promise<Held> {
  const http = createUpstreamHttp(options);
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
