/**
 * Callers who bring a token of an issuer of the deployment's own. It is verified here, against the issuer's public
 * keys; nobody is asked about it. A verdict is believed for at most a minute, the age of the keys included, and never
 * past the token's end.
 */
import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';

import type { Caller } from '../domain/caller.js';
import { RequestError } from '../domain/error-codes.js';
import type { Authenticator } from '../domain/ports/callers.js';
import { isTokenShaped } from '../lib/bearer.js';
import { type CacheUse, counted } from '../lib/cache-use.js';
import { ExpiringMap } from '../lib/expiring-map.js';
import { type Logger, silentLogger } from '../lib/logger.js';
import type { JwtAlgorithm } from './jwt-algorithms.js';
import { callerOf, type JwtClaimNames, MissingClaimError } from './jwt-claims.js';
import { type JwtKeys, KeysUnavailableError } from './jwt-keys.js';
import { tokenHash } from './token-hash.js';

export interface JwtRules {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly JwtAlgorithm[];
  /** For clocks that differ: so long after its end a token is still good. */
  readonly clockToleranceSeconds: number;
  readonly claims: JwtClaimNames;
}

export interface JwtAuthenticatorOptions {
  readonly keys: JwtKeys;
  readonly rules: JwtRules;
  /** Tokens remembered; the oldest make room. @default 10_000 */
  readonly maxEntries?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  readonly log?: Logger;
  /** Where look-ups of tokens that were verified before are counted. */
  readonly use?: CacheUse;
}

type Known = Omit<Caller, 'token'> & { readonly expiresAt: number };

/** From a key's withdrawal to the end of what it has signed: half for the verdict, half for the keys under it. */
const MAX_AGE_MS = 60_000;

/** Throws `RequestError`: `UNAUTHENTICATED`, or `SERVICE_UNAVAILABLE` while the keys can not be had. */
export function createJwtAuthenticator(options: JwtAuthenticatorOptions): Authenticator {
  const { keys, rules, maxEntries = 10_000, now = Date.now, log = silentLogger, use } = options;
  const accepted = new ExpiringMap<Known>(MAX_AGE_MS / 2, maxEntries);

  async function verify(token: string, hash: string, ageMs: number): Promise<Known> {
    const askedAt = now();
    try {
      const payload = await verified(token, keys.find(ageMs), verifyOptions(rules, askedAt));
      const expiresAt = ((payload.exp ?? 0) + rules.clockToleranceSeconds) * 1000;
      const known = { ...callerOf(payload, rules.claims, rules.audience), expiresAt };
      accepted.set(hash, known, askedAt);
      return known;
    } catch (error) {
      accepted.delete(hash);
      throw toRefusal(error, log);
    }
  }

  return {
    async authenticate(token, maxAgeMs = MAX_AGE_MS): Promise<Caller> {
      if (!isTokenShaped(token)) throw refused('is not accepted');
      const hash = tokenHash(token);
      const ageMs = Math.min(maxAgeMs, MAX_AGE_MS) / 2;
      const known = counted(use, accepted.get(hash, now(), ageMs)) ?? (await verify(token, hash, ageMs));
      if (now() >= known.expiresAt) throw refused('has expired. Get a new one');
      return { ...known, token };
    },
  };
}

function verifyOptions(rules: JwtRules, now: number): JWTVerifyOptions {
  return {
    issuer: rules.issuer,
    audience: rules.audience,
    algorithms: [...rules.algorithms],
    clockTolerance: rules.clockToleranceSeconds,
    // Without an end it could never be got rid of.
    requiredClaims: ['exp'],
    currentDate: new Date(now),
  };
}

/** Of a token that does not name its key, each that may have signed it is tried, as while keys are rotated. */
async function verified(
  token: string,
  find: JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, find, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (wrong) {
        if (!(wrong instanceof errors.JWSSignatureVerificationFailed)) throw wrong;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function toRefusal(error: unknown, log: Logger): RequestError {
  if (error instanceof KeysUnavailableError) {
    const message = 'The token can not be verified just now; try again.';
    return new RequestError('SERVICE_UNAVAILABLE', message, { retryable: true, cause: error });
  }
  if (error instanceof errors.JWTExpired) return refused('has expired. Get a new one', error);
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof MissingClaimError) {
    return refused(`is not accepted: its claim ${error.claim} is missing or not as it has to be`, error);
  }
  // A key of the issuer's that can not be used, for one. Whatever it is, it is no proof.
  if (!(error instanceof errors.JOSEError)) log.warn({ err: error }, 'a token could not be verified');
  return refused('is not accepted', error);
}

function refused(how: string, cause?: unknown): RequestError {
  return new RequestError('UNAUTHENTICATED', `The bearer token ${how}.`, { cause });
}
