/** Longest token that is looked at; upstream's have 86 characters, a JWT with many claims some thousands. */
export const MAX_TOKEN_LENGTH = 8192;

const TOKEN = /^[\x21-\x7e]+$/;

/** True when the text could be a token at all: printable ASCII without spaces, at most 8 kB. */
export function isTokenShaped(token: string): boolean {
  return token.length <= MAX_TOKEN_LENGTH && TOKEN.test(token);
}

/**
 * The token of an `Authorization: Bearer …` header, or of the same text in a WebSocket's `connection_init`; null
 * for anything else. The scheme's case does not matter (RFC 9110, 11.1).
 */
export function bearerToken(header: string | null | undefined): string | null {
  const token = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  return token !== undefined && isTokenShaped(token) ? token : null;
}
