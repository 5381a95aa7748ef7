import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createTokenCipher } from '../../src/auth/token-cipher.js';
import { StartupError } from '../../src/lib/startup-error.js';

const KEY_A = randomBytes(32).toString('base64');
const KEY_B = randomBytes(32).toString('base64');

describe('a token cipher', () => {
  it('opens what it sealed, and shows nothing of it', () => {
    const cipher = createTokenCipher(KEY_A);
    const sealed = cipher.seal('the-token-ä', 'cred');
    expect(cipher.open(sealed, 'cred')).toBe('the-token-ä');
    expect(sealed.sealed.includes('the-token')).toBe(false);
    expect(sealed.keyId).toBe('default');
  });

  it('seals the same token differently each time', () => {
    const cipher = createTokenCipher(KEY_A);
    expect(cipher.seal('t', 'c').sealed.equals(cipher.seal('t', 'c').sealed)).toBe(false);
  });

  it('does not open a token that was moved to another credential', () => {
    const cipher = createTokenCipher(KEY_A);
    expect(cipher.open(cipher.seal('t', 'cred-1'), 'cred-2')).toBeNull();
  });

  it('does not open bytes that were changed, cut or are none', () => {
    const cipher = createTokenCipher(KEY_A);
    const { keyId, sealed } = cipher.seal('token', 'c');
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(cipher.open({ keyId, sealed: changed }, 'c')).toBeNull();
      expect(cipher.open({ keyId, sealed: sealed.subarray(0, at) }, 'c')).toBeNull();
    }
  });

  it('seals with the first key and opens with all, so that keys can be rotated', () => {
    const old = createTokenCipher(`a:${KEY_A}`).seal('t', 'c');
    const rotated = createTokenCipher(`b:${KEY_B}, a:${KEY_A}`);
    expect(rotated.open(old, 'c')).toBe('t');
    expect(rotated.seal('t', 'c').keyId).toBe('b');
    expect(createTokenCipher(`b:${KEY_B}`).open(old, 'c')).toBeNull();
  });

  it('opens what a key without an id sealed once that key is called default', () => {
    const old = createTokenCipher(KEY_A).seal('t', 'c');
    expect(createTokenCipher(`new:${KEY_B},default:${KEY_A}`).open(old, 'c')).toBe('t');
  });

  it('does not open with another key of the same id', () => {
    const old = createTokenCipher(`a:${KEY_A}`).seal('t', 'c');
    expect(createTokenCipher(`a:${KEY_B}`).open(old, 'c')).toBeNull();
  });

  it.each([
    ['empty', ''],
    ['too short', randomBytes(16).toString('base64')],
    ['too long', randomBytes(33).toString('base64')],
    ['hexadecimal', randomBytes(32).toString('hex')],
    ['a second key that is broken', `a:${KEY_A},b:${KEY_B.slice(1)}`],
    ['two keys with one id', `a:${KEY_A},a:${KEY_B}`],
    ['two keys without an id', `${KEY_A},${KEY_B}`],
    ['a strange id', `a b:${KEY_A}`],
    ['too many parts', `a:b:${KEY_A}`],
    ['a comma at the end', `${KEY_A},`],
  ])('refuses a setting that is %s, without showing it', (_what, setting) => {
    const attempt = () => createTokenCipher(setting);
    expect(attempt).toThrow(StartupError);
    expect(attempt).toThrow(/^TOKEN_ENCRYPTION_KEY .*openssl rand -base64 32$/);
    try {
      attempt();
    } catch (error) {
      const parts = setting.split(/[,:]/).filter((part) => part.length > 8);
      for (const part of parts) expect(String(error)).not.toContain(part);
    }
  });
});
