/**
 * Tells an operator who changes the key of tokens at rest when the old one may go, and when it has gone too early: each
 * once, when it comes to be so, and when a node has started.
 */
import type { CredentialSource, SealedTokenStore } from '../../domain/ports/credentials.js';
import type { Logger } from '../../lib/logger.js';

export interface SealingKeysOptions {
  readonly sealedTokens: Pick<SealedTokenStore, 'countByKey'>;
  readonly credentials: Pick<CredentialSource, 'keyIds'>;
  readonly log: Logger;
}

export interface SealingKeys {
  /** Compares what is sealed with the keys that are there. Throws what the store throws. */
  look(): Promise<void>;
}

type State = 'needed' | 'idle' | 'missing' | 'gone';

export function createSealingKeys({ sealedTokens, credentials, log }: SealingKeysOptions): SealingKeys {
  const told = new Map<string, State>();

  function tell(keyId: string, state: State, tokens: number): void {
    if (told.get(keyId) === state) return;
    told.set(keyId, state);
    if (state === 'needed')
      log.info({ keyId, tokens }, 'an older key still has tokens to open: leave it there');
    if (state === 'idle')
      log.info({ keyId }, 'an older key has no token to open any more: it may be taken out');
    if (state === 'missing')
      log.warn({ keyId, tokens }, 'tokens are sealed with a key that this node does not have: put it back');
  }

  return {
    async look() {
      const [sealing, ...older] = credentials.keyIds();
      if (sealing === undefined) return;
      const counts = await sealedTokens.countByKey();
      for (const keyId of older) {
        const tokens = counts.get(keyId) ?? 0;
        tell(keyId, tokens > 0 ? 'needed' : 'idle', tokens);
      }
      const ours = new Set([sealing, ...older]);
      for (const [keyId, tokens] of counts) if (!ours.has(keyId)) tell(keyId, 'missing', tokens);
      // So that it is told again when it comes back.
      for (const keyId of told.keys()) if (!ours.has(keyId) && !counts.has(keyId)) tell(keyId, 'gone', 0);
    },
  };
}
