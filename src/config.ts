/**
 * The environment, parsed once. Every problem is reported at the same time, in words that say what to write instead;
 * a value is never part of a message, since it may be a secret.
 */
import { z } from 'zod';

import { MOST_CALLS } from './domain/upstream-budget.js';
import { StartupError } from './lib/startup-error.js';
import { GENESYS_REGIONS, regionUrls } from './upstream/regions.js';

export type Upstream =
  /** Started inside, on a loopback port. */
  | { readonly kind: 'simulated' }
  | { readonly kind: 'genesys'; readonly apiUrl: string; readonly loginUrl: string };

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Null: embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly upstream: Upstream;
  /** The service's own OAuth client; null: upstream is called with the caller's token. */
  readonly serviceClient: { readonly id: string; readonly secret: string } | null;
  readonly tokenEncryptionKey: string | null;
  readonly poll: { readonly initialMs: number; readonly maxMs: number };
  /** Calls with one credential, over all nodes. */
  readonly upstreamBudget: { readonly limit: number; readonly windowMs: number };
  readonly executionDeadlineMs: number;
  readonly leaseMs: number;
  readonly resultTtlMs: number;
  readonly maxResultRows: number;
  readonly dataDayBoundaryMs: number;
  /** How long a node that stops goes on answering; null: as long as a load balancer needs, if there is one. */
  readonly drainMs: number | null;
  readonly allowedOrigins: readonly string[];
  readonly graphiql: boolean;
  readonly introspection: boolean;
  readonly logLevel: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Calls are on their way for unequal times: a minute between ours may be a little less between their arrivals. */
const UNEQUAL_WAYS_MS = 1_000;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const wholeNumber = (least: number, most: number) => {
  const range = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d+$/, range)
    .transform(Number)
    .refine((value) => value >= least && value <= most, range);
};
const integer = (least: number, most: number, otherwise: number) =>
  wholeNumber(least, most).default(otherwise);
const httpUrl = z.string().refine(isHttpUrl, 'must be an http:// or https:// address');
const onOff = z.enum(['on', 'off'], 'must be on or off').transform((value) => value === 'on');

const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65_535, 4000),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be an address such as postgres://user:password@host:5432/database')
    .optional(),
  DATA_DIR: z.string().default('.data'),
  GENESYS_REGION: z.enum(GENESYS_REGIONS, `must be one of: ${GENESYS_REGIONS.join(', ')}`).optional(),
  GENESYS_API_URL: httpUrl.optional(),
  GENESYS_LOGIN_URL: httpUrl.optional(),
  GENESYS_CLIENT_ID: z.string().optional(),
  GENESYS_CLIENT_SECRET: z.string().optional(),
  AUTH_MODE: z.literal('genesys', 'must be genesys').default('genesys'),
  TOKEN_ENCRYPTION_KEY: z.string().optional(),
  POLL_INITIAL_MS: integer(100, 600_000, 1_000),
  POLL_MAX_MS: integer(1_000, 3_600_000, 30_000),
  POLL_BUDGET_PER_MINUTE: integer(10, MOST_CALLS, 250),
  EXECUTION_DEADLINE_MS: integer(1_000, 7 * 24 * HOUR_MS, HOUR_MS),
  LEASE_MS: integer(500, 600_000, 10_000),
  // An idempotency key promises the same execution for a day.
  RESULT_TTL_HOURS: integer(24, 8_760, 168),
  MAX_RESULT_ROWS: integer(1, 10_000_000, 1_000_000),
  DATA_DAY_BOUNDARY: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the UTC day such as 05:30')
    .default('00:00'),
  // With the last answers, streams and leases still within the time after which a stop is cut off.
  DRAIN_MS: wholeNumber(0, 8_000).optional(),
  ALLOWED_ORIGINS: z.string().default(''),
  GRAPHIQL: onOff.optional(),
  INTROSPECTION: onOff.optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of: ${LOG_LEVELS.join(', ')}`).default('info'),
  NODE_ENV: z.string().optional(),
});
type Environment = z.infer<typeof environment>;

/** Throws `StartupError` with one line for each problem. A variable that is set to nothing counts as not set. */
export function parseConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = environment.safeParse(given);
  const issues = result.error?.issues ?? [];
  const wrong = new Set(issues.map(({ path }) => path[0]));
  // What is wrong by itself must not hide what is wrong together.
  const rest = environment.parse(
    Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name))),
  );
  const lines = issues.map(({ path, message }) => `${path.join('.')} ${message}.`);
  const problems = [...lines, ...conflicts(rest, (name) => name in given)];
  if (problems.length > 0) {
    throw new StartupError(
      `The configuration has to be mended:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
  }
  return toConfig(rest);
}

/** What each variable allows alone, but not together with another. */
function conflicts(env: Environment, given: (name: keyof Environment) => boolean): string[] {
  const problems: string[] = [];
  if (given('GENESYS_API_URL') !== given('GENESYS_LOGIN_URL')) {
    problems.push('GENESYS_API_URL and GENESYS_LOGIN_URL must be set together.');
  }
  if (given('GENESYS_REGION') && given('GENESYS_API_URL')) {
    problems.push('GENESYS_REGION and GENESYS_API_URL must not both be set.');
  }
  if (given('GENESYS_CLIENT_ID') !== given('GENESYS_CLIENT_SECRET')) {
    problems.push('GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET must be set together.');
  }
  if (given('GENESYS_CLIENT_ID') && !given('GENESYS_REGION') && !given('GENESYS_API_URL')) {
    problems.push('GENESYS_CLIENT_ID needs GENESYS_REGION, or GENESYS_API_URL and GENESYS_LOGIN_URL.');
  }
  if (env.POLL_INITIAL_MS > env.POLL_MAX_MS) problems.push('POLL_INITIAL_MS must not be above POLL_MAX_MS.');
  return problems;
}

function toConfig(env: Environment): Config {
  const outsideProduction = env.NODE_ENV !== 'production';
  const { GENESYS_CLIENT_ID: id, GENESYS_CLIENT_SECRET: secret } = env;
  return {
    host: env.HOST,
    port: env.PORT,
    databaseUrl: env.DATABASE_URL ?? null,
    dataDir: env.DATA_DIR,
    upstream: toUpstream(env),
    serviceClient: id !== undefined && secret !== undefined ? { id, secret } : null,
    tokenEncryptionKey: env.TOKEN_ENCRYPTION_KEY ?? null,
    poll: { initialMs: env.POLL_INITIAL_MS, maxMs: env.POLL_MAX_MS },
    upstreamBudget: { limit: env.POLL_BUDGET_PER_MINUTE, windowMs: MINUTE_MS + UNEQUAL_WAYS_MS },
    executionDeadlineMs: env.EXECUTION_DEADLINE_MS,
    leaseMs: env.LEASE_MS,
    resultTtlMs: env.RESULT_TTL_HOURS * HOUR_MS,
    maxResultRows: env.MAX_RESULT_ROWS,
    dataDayBoundaryMs: toMsOfDay(env.DATA_DAY_BOUNDARY),
    drainMs: env.DRAIN_MS ?? null,
    allowedOrigins: env.ALLOWED_ORIGINS.split(/[\s,]+/).filter((origin) => origin !== ''),
    graphiql: env.GRAPHIQL ?? outsideProduction,
    introspection: env.INTROSPECTION ?? outsideProduction,
    logLevel: env.LOG_LEVEL,
  };
}

function toUpstream(env: Environment): Upstream {
  if (env.GENESYS_REGION) return { kind: 'genesys', ...regionUrls(env.GENESYS_REGION) };
  const { GENESYS_API_URL: apiUrl, GENESYS_LOGIN_URL: loginUrl } = env;
  return apiUrl && loginUrl ? { kind: 'genesys', apiUrl, loginUrl } : { kind: 'simulated' };
}

function toMsOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * HOUR_MS + minutes * MINUTE_MS;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
