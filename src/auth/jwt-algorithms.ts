/**
 * Algorithms by which a token may be signed: with a private key that we never see. `none` and the HMAC family are not
 * among them, whatever a configuration says: with a public key as the shared secret anybody could sign.
 */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];
