/** A port: the tokens with which upstream is asked. */
import type { Caller } from '../caller.js';

/** A token as it is kept at rest. */
export interface SealedToken {
  readonly keyId: string;
  readonly sealed: Buffer;
}

/** Upstream has refused the token, or nobody has it any more. */
export type CredentialLack = 'REFUSED' | 'MISSING';

/** A token that is kept for polling, by its name. */
export interface HeldCredential {
  readonly credentialId: string;
  /** To be stored with what needs it; null: it is not kept at rest. */
  readonly sealed: SealedToken | null;
  /** No other node can have it. */
  readonly onlyHere: boolean;
}

/** The tokens with which upstream is asked for executions that outlive the request that started them. */
export interface CredentialSource {
  /** Keeps what is needed to poll for this caller. */
  hold(caller: Caller): HeldCredential;
  /** The token to use now; null when this node does not have it (any more). Throws `UpstreamError` when it is fetched. */
  tokenFor(credentialId: string): Promise<string | null>;
  /** Upstream refused this token. True when a new one may be had, so that asking again makes sense. */
  refused(credentialId: string, token: string): Promise<boolean>;
  /** Ids of the tokens held in memory for more than a minute, for whoever asks whether they are still needed. */
  heldIds(): string[];
  /** The keys with which this node opens tokens at rest, the one that seals first; empty: it keeps none there. */
  keyIds(): readonly string[];
  /** Forgets a token held in memory. */
  release(credentialId: string): void;
}

/** The service's own token, renewed as needed. */
export interface ServiceTokenSource {
  /**
   * Throws `UpstreamError`: `UNAUTHENTICATED` when the service's credentials are refused; `retryAfterMs` says when the
   * login is asked again, so that nobody need ask sooner.
   */
  token(): Promise<string>;
  /** Upstream refused this token: it is not given out again. */
  invalidate(token: string): void;
}

/** Tokens at rest, for `CredentialSource`. They are written by `ExecutionStore`, with what needs them. */
export interface SealedTokenStore {
  load(credentialId: string): Promise<SealedToken | null>;
  /** How many are sealed with each key. */
  countByKey(): Promise<ReadonlyMap<string, number>>;
  /** Erases those that no open execution has needed for a minute; gives their number. */
  sweep(): Promise<number>;
}
