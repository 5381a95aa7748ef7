/** The variables of `AUTH_MODE=jwt`, and what they need of the others. */
import { z } from 'zod';

import { JWT_ALGORITHMS, type JwtAlgorithm } from './auth/jwt-algorithms.js';
import type { JwtRules } from './auth/jwt-authenticator.js';

/** Null in `Config` means that callers bring Genesys tokens. */
export interface JwtConfig extends JwtRules {
  readonly jwksUrl: string;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
/** A stream ends within 30 s after its token: the tolerance is a part of that. */
const MOST_TOLERANCE_SECONDS = 25;

/** Its name may stand in a message, and that in the reason of a closed WebSocket. */
const claim = (otherwise: string) =>
  z
    .string()
    .regex(
      /^[\x21-\x7e]{1,256}$/,
      'must be the name of a claim: 1 to 256 printable characters without spaces',
    )
    .default(otherwise);

export const jwtVariables = {
  JWT_JWKS_URL: z
    .string()
    .refine(isKeyAddress, 'must be an https:// address without a password (http:// only on this machine)')
    .optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  JWT_ALGORITHMS: z
    .string()
    .refine((text) => toList(text).every(isAlgorithm), `must be a list of: ${JWT_ALGORITHMS.join(', ')}`)
    .default(JWT_ALGORITHMS.join(',')),
  JWT_CLOCK_TOLERANCE_SECONDS: z
    .string()
    .regex(/^(\d|1\d|2[0-5])$/, `must be a whole number from 0 to ${MOST_TOLERANCE_SECONDS}`)
    .default('5'),
  JWT_ORGANIZATION_CLAIM: claim('org_id'),
  JWT_SUBJECT_CLAIM: claim('sub'),
  JWT_NAME_CLAIM: claim('name'),
  JWT_PERMISSIONS_CLAIM: claim('permissions'),
  JWT_CLIENT_CLAIM: claim('client_id'),
};
const variables = z.object(jwtVariables);
type JwtEnvironment = z.infer<typeof variables>;
type JwtVariable = keyof JwtEnvironment;

const NEEDED: readonly JwtVariable[] = ['JWT_JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'];

type Given = (name: JwtVariable | 'GENESYS_CLIENT_ID' | 'GENESYS_REGION' | 'GENESYS_API_URL') => boolean;

/** What is wrong with these variables together; `mode` is null when `AUTH_MODE` itself is wrong. */
export function jwtConflicts(mode: 'genesys' | 'jwt' | null, given: Given): string[] {
  const names = Object.keys(jwtVariables) as JwtVariable[];
  if (mode === 'genesys') return names.filter(given).map((name) => `${name} needs AUTH_MODE=jwt.`);
  if (mode === null) return [];
  const missing = NEEDED.filter((name) => !given(name)).map(
    (name) => `${name} must be set with AUTH_MODE=jwt.`,
  );
  const hasUpstream = given('GENESYS_REGION') || given('GENESYS_API_URL');
  if (!hasUpstream || given('GENESYS_CLIENT_ID')) return missing;
  const message =
    'GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET must be set with AUTH_MODE=jwt, ' +
    'since Genesys Cloud does not take the tokens of the callers.';
  return [...missing, message];
}

export function toJwtConfig(env: JwtEnvironment): JwtConfig {
  return {
    jwksUrl: env.JWT_JWKS_URL ?? '',
    issuer: env.JWT_ISSUER ?? '',
    audience: env.JWT_AUDIENCE ?? '',
    algorithms: toList(env.JWT_ALGORITHMS).filter(isAlgorithm),
    clockToleranceSeconds: Number(env.JWT_CLOCK_TOLERANCE_SECONDS),
    claims: {
      organization: env.JWT_ORGANIZATION_CLAIM,
      subject: env.JWT_SUBJECT_CLAIM,
      name: env.JWT_NAME_CLAIM,
      permissions: env.JWT_PERMISSIONS_CLAIM,
      client: env.JWT_CLIENT_CLAIM,
    },
  };
}

/** Whoever can change the answer on its way is everybody: no plain HTTP over a network. */
function isKeyAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

/** A text of commas alone has an empty entry, and so is refused. */
function toList(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function isAlgorithm(name: string): name is JwtAlgorithm {
  return (JWT_ALGORITHMS as readonly string[]).includes(name);
}
