import { hash } from 'node:crypto';

/** Names a token without giving it away: SHA-256, hexadecimal. Tokens are random, so it needs no salt. */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'hex');
}
