/**
 * Upstream is asked with the callers' own tokens. A token is held in memory while an execution needs it, under
 * its hash; with a cipher it is also sealed for the store, so that polling survives a restart and goes on at
 * other nodes. Without one, an execution can be polled by the node that created it alone.
 */
import type { Caller } from '../domain/caller.js';
import type { CredentialSource, SealedToken, SealedTokenStore } from '../domain/ports.js';
import { type Logger, silentLogger } from '../lib/logger.js';
import type { TokenCipher } from './token-cipher.js';
import { tokenHash } from './token-hash.js';

export interface CallerCredentialsOptions {
  /** Null: tokens are in memory alone. */
  readonly cipher: TokenCipher | null;
  readonly sealedTokens: SealedTokenStore;
  /**
   * How long a token is kept that nobody asks for, as insurance against a `release` that never comes. The
   * default is the longest life that a token has. @default 172_800_000
   */
  readonly maxIdleMs?: number;
  /** The one that was not used for the longest time makes room. @default 10_000 */
  readonly maxTokens?: number;
  /** Milliseconds. @default Date.now */
  readonly now?: () => number;
  readonly log?: Logger;
}

export interface CallerCredentials extends CredentialSource {
  /**
   * One execution needs the token no longer: call it when an execution has ended, and after a `hold` that led to
   * none. The last one forgets the token; with a cipher, forgetting too early costs one read of the store.
   */
  release(credentialId: string): void;
  /** Tokens in memory, for metrics. */
  readonly size: number;
}

export function createCallerCredentials(options: CallerCredentialsOptions): CallerCredentials {
  return new HeldTokens(options);
}

interface Held {
  readonly token: string;
  /** Executions that were started here and need it; 0 for one that was read from the store. */
  readonly holders: number;
  readonly usedAt: number;
}

class HeldTokens implements CallerCredentials {
  readonly #cipher: TokenCipher | null;
  readonly #sealedTokens: SealedTokenStore;
  readonly #maxIdleMs: number;
  readonly #maxTokens: number;
  readonly #now: () => number;
  readonly #log: Logger;
  /** The longest unused first: a use moves a token to the end. */
  readonly #held = new Map<string, Held>();

  constructor(options: CallerCredentialsOptions) {
    this.#cipher = options.cipher;
    this.#sealedTokens = options.sealedTokens;
    this.#maxIdleMs = options.maxIdleMs ?? 172_800_000;
    this.#maxTokens = options.maxTokens ?? 10_000;
    this.#now = options.now ?? Date.now;
    this.#log = options.log ?? silentLogger;
  }

  get size(): number {
    return this.#held.size;
  }

  hold({ token }: Caller): { readonly credentialId: string; readonly sealed: SealedToken | null } {
    const credentialId = tokenHash(token);
    this.#keep(credentialId, token, 1);
    return { credentialId, sealed: this.#cipher?.seal(token, credentialId) ?? null };
  }

  release(credentialId: string): void {
    const held = this.#held.get(credentialId);
    if (held === undefined) return;
    if (held.holders > 1) this.#held.set(credentialId, { ...held, holders: held.holders - 1 });
    else this.#held.delete(credentialId);
  }

  async tokenFor(credentialId: string): Promise<string | null> {
    const token = this.#held.get(credentialId)?.token ?? (await this.#unseal(credentialId));
    if (token !== null) this.#keep(credentialId, token, 0);
    return token;
  }

  async refused(credentialId: string, token: string): Promise<boolean> {
    if (this.#held.get(credentialId)?.token === token) this.#held.delete(credentialId);
    return false;
  }

  async #unseal(credentialId: string): Promise<string | null> {
    if (this.#cipher === null) return null;
    const sealed = await this.#sealedTokens.load(credentialId);
    if (sealed === null) return null;
    const token = this.#cipher.open(sealed, credentialId);
    if (token === null) this.#log.error({ keyId: sealed.keyId }, 'a stored token can not be opened');
    return token;
  }

  #keep(credentialId: string, token: string, newHolders: number): void {
    const holders = (this.#held.get(credentialId)?.holders ?? 0) + newHolders;
    this.#held.delete(credentialId);
    this.#held.set(credentialId, { token, holders, usedAt: this.#now() });
    this.#forgetUnused();
  }

  #forgetUnused(): void {
    for (const [credentialId, { usedAt, holders }] of this.#held) {
      const isIdle = this.#now() - usedAt >= this.#maxIdleMs;
      if (!isIdle && this.#held.size <= this.#maxTokens) return;
      if (!isIdle)
        this.#log.warn({ holders }, 'too many tokens are held; the longest unused one is forgotten');
      this.#held.delete(credentialId);
    }
  }
}
