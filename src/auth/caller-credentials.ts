/**
 * Upstream is asked with the callers' own tokens. A token is held in memory while an execution needs it, under
 * its hash; with a cipher it is also sealed for the store, so that polling survives a restart and goes on at
 * other nodes. Without one, an execution can be polled by the node that created it alone.
 */
import type { Caller } from '../domain/caller.js';
import type { CredentialSource, HeldCredential, SealedTokenStore } from '../domain/ports/credentials.js';
import { type Logger, silentLogger } from '../lib/logger.js';
import { createTrouble, type Trouble } from '../lib/trouble.js';
import type { TokenCipher } from './token-cipher.js';
import { tokenHash } from './token-hash.js';

export interface CallerCredentialsOptions {
  /** Null: tokens are in memory alone. */
  readonly cipher: TokenCipher | null;
  readonly sealedTokens: SealedTokenStore;
  /** The one that was not used for the longest time makes room. @default 10_000 */
  readonly maxTokens?: number;
  /** Milliseconds of any clock that is never set back. @default performance.now */
  readonly now?: () => number;
  readonly log?: Logger;
}

export interface CallerCredentials extends CredentialSource {
  /** Tokens in memory, for metrics. */
  readonly size: number;
}

/** A token that was just brought may belong to an execution that is about to be stored. */
const SETTLED_AFTER_MS = 60_000;

const UNOPENED = {
  begun:
    'A stored token can not be opened: its key is missing in TOKEN_ENCRYPTION_KEY, or is another one. Its executions wait. ' +
    'Put the key back, behind the new one.',
  over: 'stored tokens can be opened again',
};

export function createCallerCredentials(options: CallerCredentialsOptions): CallerCredentials {
  return new HeldTokens(options);
}

interface Held {
  readonly token: string;
  readonly usedAt: number;
}

class HeldTokens implements CallerCredentials {
  readonly #cipher: TokenCipher | null;
  readonly #sealedTokens: SealedTokenStore;
  readonly #maxTokens: number;
  readonly #now: () => number;
  readonly #log: Logger;
  readonly #unopened: Trouble;
  /** Keys that are not, or not any more, what they are called. */
  readonly #unopenable = new Set<string>();
  /** The longest unused first: a use moves a token to the end. */
  readonly #held = new Map<string, Held>();

  constructor(options: CallerCredentialsOptions) {
    this.#cipher = options.cipher;
    this.#sealedTokens = options.sealedTokens;
    this.#maxTokens = options.maxTokens ?? 10_000;
    this.#now = options.now ?? (() => performance.now());
    this.#log = options.log ?? silentLogger;
    this.#unopened = createTrouble(this.#log, UNOPENED);
  }

  get size(): number {
    return this.#held.size;
  }

  hold({ token }: Caller): HeldCredential {
    const credentialId = tokenHash(token);
    this.#keep(credentialId, token);
    const sealed = this.#cipher?.seal(token, credentialId) ?? null;
    return { credentialId, sealed, onlyHere: sealed === null };
  }

  heldIds(): string[] {
    const settled = this.#now() - SETTLED_AFTER_MS;
    return [...this.#held].filter(([, { usedAt }]) => usedAt < settled).map(([credentialId]) => credentialId);
  }

  keyIds(): readonly string[] {
    return this.#cipher?.keyIds.filter((id) => !this.#unopenable.has(id)) ?? [];
  }

  release(credentialId: string): void {
    this.#held.delete(credentialId);
  }

  async tokenFor(credentialId: string): Promise<string | null> {
    const token = this.#held.get(credentialId)?.token ?? (await this.#unseal(credentialId));
    if (token !== null) this.#keep(credentialId, token);
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
    if (token === null) {
      this.#unopenable.add(sealed.keyId);
      this.#unopened.happened({ keyId: sealed.keyId });
    } else this.#unopened.passed();
    return token;
  }

  #keep(credentialId: string, token: string): void {
    // To the end: the first one is then the one that was not used for the longest time.
    this.#held.delete(credentialId);
    this.#held.set(credentialId, { token, usedAt: this.#now() });
    const [oldest] = this.#held.keys();
    if (this.#held.size <= this.#maxTokens || oldest === undefined) return;
    this.#held.delete(oldest);
    // A sealed one is read again when it is needed: with many tenants that happens with every poll, and is no news.
    if (this.#cipher === null)
      this.#log.warn(
        {},
        'too many tokens are held; the one that was not used for the longest time is forgotten',
      );
  }
}
