/**
 * Tokens at rest: AES-256-GCM with a fresh nonce each. The credential's id and the key's are authenticated
 * along with the token, so a sealed token that was moved to another credential does not open.
 *
 * Sealed form: nonce (12 bytes), tag (16 bytes), ciphertext.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SealedToken } from '../domain/ports/credentials.js';
import { StartupError } from '../lib/startup-error.js';

export interface TokenCipher {
  /** Of the keys; the first one seals. */
  readonly keyIds: readonly string[];
  seal(token: string, credentialId: string): SealedToken;
  /** Null when the key is no longer there, or the bytes are not what was sealed for this credential. */
  open(sealed: SealedToken, credentialId: string): string | null;
}

interface TokenKey {
  readonly id: string;
  readonly key: Buffer;
}

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 32 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{43}=$/;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
/** The id of a key that was given without one; to rotate it, name it so behind the new one. */
const PLAIN_KEY_ID = 'default';

/**
 * Reads `TOKEN_ENCRYPTION_KEY`: one key of 32 bytes in base64, or several as `id:base64,id2:base64`, of which the
 * first seals and all open. Throws `StartupError`, whose message never holds a key.
 */
export function createTokenCipher(setting: string): TokenCipher {
  const keys = parseKeys(setting);
  const [sealing] = keys;
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  return {
    keyIds: keys.map(({ id }) => id),
    seal: (token, credentialId) => seal(sealing, token, credentialId),
    open(sealed, credentialId) {
      const key = byId.get(sealed.keyId);
      return key ? open({ id: sealed.keyId, key }, sealed.sealed, credentialId) : null;
    },
  };
}

function parseKeys(setting: string): [TokenKey, ...TokenKey[]] {
  const [first, ...others] = setting.split(',').map(parseKey);
  const ids = [first, ...others].map((key) => key?.id);
  if (new Set(ids).size < ids.length) throw wrong('names two keys alike');
  if (!first) throw wrong('is empty');
  return [first, ...others];
}

function parseKey(entry: string, index: number): TokenKey {
  const [head = '', tail, ...rest] = entry.trim().split(':');
  const [id, text] = tail === undefined ? [PLAIN_KEY_ID, head] : [head, tail];
  if (!KEY_ID.test(id) || rest.length > 0)
    throw wrong(`has an entry (number ${index + 1}) that is not id:key`);
  if (!KEY.test(text)) throw wrong(`has a key (number ${index + 1}) that is not 32 bytes in base64`);
  return { id, key: Buffer.from(text, 'base64') };
}

function wrong(what: string): StartupError {
  return new StartupError(`TOKEN_ENCRYPTION_KEY ${what}. Make a key with: openssl rand -base64 32`);
}

function seal({ id, key }: TokenKey, token: string, credentialId: string): SealedToken {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(id, credentialId));
  const text = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
  return { keyId: id, sealed: Buffer.concat([nonce, cipher.getAuthTag(), text]) };
}

function open({ id, key }: TokenKey, sealed: Buffer, credentialId: string): string | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(id, credentialId));
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const text = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

function boundTo(keyId: string, credentialId: string): Buffer {
  return Buffer.from(JSON.stringify([keyId, credentialId]));
}
