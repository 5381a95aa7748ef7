/**
 * The issuer's public keys. They are fetched from one configured address alone, whatever a token's header says; one
 * fetch at a time, and a pause after one that failed, so that no flood of tokens becomes a flood of fetches. While
 * they can not be fetched those that are known serve on for a while; a token is not refused for it.
 */
import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose';

import { type Logger, silentLogger } from '../lib/logger.js';
import { isRecord } from '../lib/is-record.js';

export interface JwtKeysOptions {
  readonly url: string;
  /** After a fetch, an unknown key id is refused for so long without another one. @default 10_000 */
  readonly cooldownMs?: number;
  /** After a fetch that failed, the next one is made so much later. @default 1_000 */
  readonly pauseMs?: number;
  /** For how long known keys serve while newer ones can not be had. @default 600_000 */
  readonly staleMs?: number;
  /** For one fetch, its last byte included. @default 5_000 */
  readonly timeoutMs?: number;
  readonly log?: Logger;
}

export interface JwtKeys {
  /** Finds a token's key among keys that were fetched at most so long ago. Throws `KeysUnavailableError`. */
  find(maxAgeMs: number): JWTVerifyGetKey;
}

/** Says nothing about the token. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

/** A hundred keys with their certificates fit; an answer that never ends does not. */
const MAX_BYTES = 256 * 1024;

export function createJwtKeys(options: JwtKeysOptions): JwtKeys {
  const { cooldownMs = 10_000, staleMs = 600_000, timeoutMs = 5_000 } = options;
  const source = createFetcher(options);
  const remote = createRemoteJWKSet(new URL(options.url), {
    cooldownDuration: cooldownMs,
    cacheMaxAge: staleMs,
    timeoutDuration: timeoutMs,
    [customFetch]: source.fetch,
  });

  async function refresh(maxAgeMs: number): Promise<void> {
    if (Date.now() - source.fetchedAt() < maxAgeMs) return;
    try {
      await remote.reload();
    } catch (error) {
      if (!remote.fresh) throw error;
    }
  }

  return {
    find: (maxAgeMs) => async (header, token) => {
      await refresh(maxAgeMs);
      return remote(header, token);
    },
  };
}

/** Everything that can go wrong with a fetch is found here, as one kind of error. */
function createFetcher({ pauseMs = 1_000, log = silentLogger }: JwtKeysOptions) {
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  const fetchKeys: FetchImplementation = async (url, init) => {
    if (Date.now() - failedAt < pauseMs)
      throw new KeysUnavailableError('the keys could not be fetched just now');
    try {
      // A redirect could lead to keys of anybody's.
      const keys = await readKeys(await fetch(url, { ...init, redirect: 'error' }));
      fetchedAt = Date.now();
      return keys;
    } catch (cause) {
      failedAt = Date.now();
      log.warn({ err: cause }, 'the keys of JWT_JWKS_URL could not be fetched');
      throw new KeysUnavailableError('the keys can not be fetched', { cause });
    }
  };
  return { fetch: fetchKeys, fetchedAt: () => fetchedAt };
}

async function readKeys(response: Response): Promise<Response> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`answered with ${response.status}`);
  }
  const set = JSON.parse(await boundedText(response)) as unknown;
  if (!hasKeys(set)) throw new Error('answered without a list of keys');
  return Response.json(set);
}

/** A set without keys is no set: it would refuse everybody, and for good. */
function hasKeys(set: unknown): boolean {
  const keys: unknown = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : null;
  return Array.isArray(keys) && keys.length > 0 && keys.every(isRecord);
}

async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop by an error cancels the body.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`answered with more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
