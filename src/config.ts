/**
 * The environment, parsed once. Every problem is reported at the same time, in words that say what to write instead;
 * a value is never part of a message, since it may be a secret.
 */
import { z } from 'zod';

import { isHttpUrl } from './config-address.js';
import { type JwtConfig, jwtConflicts, jwtVariables, toJwtConfig } from './config-jwt.js';
import { toTracingOptions, tracingVariables } from './config-tracing.js';
import { MOST_CALLS } from './domain/upstream-budget.js';
import { REDIS_TIMES } from './events/redis/redis-times.js';
import { StartupError } from './lib/startup-error.js';
import { isProxyAddress } from './transport/admission/client-address.js';
import { ANY_ORIGIN } from './transport/admission/origin.js';
import type { TracingOptions } from './tracing/tracing-options.js';
import { DEFAULT_LIMITS, type GraphQLLimits } from './transport/documents/limits.js';
import { KEEP_ALIVE_MS } from './transport/keep-alive.js';
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
  /** By which changes are told; null: the database tells. The address holds a password: it is never logged. */
  readonly redis: { readonly url: string; readonly heartbeatMs: number; readonly catchUpMs: number } | null;
  readonly upstream: Upstream;
  /** The service's own OAuth client; null: upstream is called with the caller's token. */
  readonly serviceClient: { readonly id: string; readonly secret: string } | null;
  /** Whose tokens callers bring, when not Genesys Cloud's. */
  readonly jwt: JwtConfig | null;
  readonly tokenEncryptionKey: string | null;
  /** Shortest and longest wait between two polls, and how many milliseconds of waiting one call is worth. */
  readonly poll: { readonly minMs: number; readonly maxMs: number; readonly callCostMs: number };
  /** Calls with one credential, over all nodes. */
  readonly upstreamBudget: { readonly limit: number; readonly windowMs: number };
  readonly executionDeadlineMs: number;
  readonly leaseMs: number;
  readonly resultTtlMs: number;
  readonly maxResultRows: number;
  readonly dataDayBoundaryMs: number;
  /** How long a node that stops goes on answering; null: as long as a load balancer needs, if there is one. */
  readonly drainMs: number | null;
  /** Origins whose pages may ask; `*`: all. */
  readonly allowedOrigins: readonly string[];
  /** Whose `X-Forwarded-For` is believed: nobody's, that of so many proxies, or of these addresses. */
  readonly trustProxy: false | number | readonly string[];
  /** Operations of one identity in a minute; 0: no limit. */
  readonly rateLimitPerMinute: number;
  /** WebSockets and event streams at the same time; 0: no limit. */
  readonly maxConnections: { readonly perIdentity: number; readonly perAddress: number };
  readonly graphiql: boolean;
  readonly introspection: boolean;
  /** What a document may have and cost; see docs/limits.md. */
  readonly limits: GraphQLLimits;
  /** Manifest of the only documents that are accepted; null: all are. */
  readonly trustedDocuments: string | null;
  /** A streaming client that gives no sign of life is given up within twice this. */
  readonly keepAliveMs: number;
  readonly logLevel: string;
  /** Whether `/metrics` is there: on the port of everything else, on a port of its own (0: any free one), or not. */
  readonly metrics: 'on' | 'off' | number;
  /** Where traces are sent; null: there are none. */
  readonly tracing: TracingOptions | null;
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
const httpUrl = z
  .string()
  .refine(isHttpUrl, 'must be an http:// or https:// address, without a password, a query or a fragment');
const onOff = z.enum(['on', 'off'], 'must be on or off').transform((value) => value === 'on');

/** Each variable with its default and what it allows; config-settings.ts says what it means. */
export const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65_535, 4000),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be an address such as postgres://user:password@host:5432/database')
    .optional(),
  DATA_DIR: z.string().default('.data'),
  REDIS_URL: z
    .string()
    .refine(
      isRedisUrl,
      'must be an address such as redis://:password@host:6379 or rediss://host:6380, without a query or a fragment',
    )
    .optional(),
  GENESYS_REGION: z.enum(GENESYS_REGIONS, `must be one of: ${GENESYS_REGIONS.join(', ')}`).optional(),
  GENESYS_API_URL: httpUrl.optional(),
  GENESYS_LOGIN_URL: httpUrl.optional(),
  GENESYS_CLIENT_ID: z.string().optional(),
  GENESYS_CLIENT_SECRET: z.string().optional(),
  AUTH_MODE: z.enum(['genesys', 'jwt'], 'must be genesys or jwt').optional(),
  ...jwtVariables,
  TOKEN_ENCRYPTION_KEY: z.string().optional(),
  POLL_INITIAL_MS: integer(100, 600_000, 1_000),
  POLL_MAX_MS: integer(1_000, 3_600_000, 30_000),
  // Fewer calls than a poll every five seconds makes, and half of its lag; see bench/README.md.
  POLL_CALL_COST_MS: integer(1, 600_000, 1_500),
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
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform(toList)
    .refine(
      (origins) => origins.every(isOrigin),
      'must be a list of origins such as https://app.example.com (scheme, host and port, nothing behind), or *',
    ),
  TRUST_PROXY: z
    .string()
    .default('off')
    .transform(toTrustProxy)
    .refine(
      (trust) => trust !== null,
      'must be off, the number of proxies in front (1 to 10), or a list of their addresses such as 10.0.0.0/8',
    ),
  // One client of a frontend's server may ask for hundreds of users; a person's page does not need a hundredth.
  RATE_LIMIT_PER_MINUTE: integer(0, 1_000_000, 6_000),
  // An idle one costs about 20 kB: 100 MB for the busiest identity, such as a frontend's server with a socket a user.
  MAX_CONNECTIONS_PER_IDENTITY: integer(0, 1_000_000, 5_000),
  // Everybody, where a proxy stands in front that TRUST_PROXY does not name.
  MAX_CONNECTIONS_PER_ADDRESS: integer(0, 1_000_000, 20_000),
  GRAPHIQL: onOff.optional(),
  INTROSPECTION: onOff.optional(),
  MAX_QUERY_TOKENS: integer(100, 10_000, DEFAULT_LIMITS.tokens),
  MAX_QUERY_DEPTH: integer(1, 20, DEFAULT_LIMITS.depth),
  MAX_QUERY_ALIASES: integer(0, 1_000, DEFAULT_LIMITS.aliases),
  MAX_QUERY_ROOT_FIELDS: integer(1, 1_000, DEFAULT_LIMITS.rootFields),
  MAX_QUERY_COST: integer(1, 10_000_000, DEFAULT_LIMITS.cost),
  TRUSTED_DOCUMENTS: z.string().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of: ${LOG_LEVELS.join(', ')}`).default('info'),
  METRICS: z
    .string()
    .default('on')
    .transform(toMetricsDoor)
    .refine((door) => door !== null, 'must be on, off, or a port of its own from 0 (any free one) to 65535'),
  ...tracingVariables,
  NODE_ENV: z.string().optional(),
});
type Environment = z.infer<typeof environment>;
export type EnvironmentVariable = keyof Environment;

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
  const isModeWrong = given('AUTH_MODE') && env.AUTH_MODE === undefined;
  problems.push(...jwtConflicts(isModeWrong ? null : (env.AUTH_MODE ?? 'genesys'), given));
  if (env.METRICS === env.PORT && env.PORT !== 0)
    problems.push('METRICS must be another port than PORT; "on" serves them at the same one.');
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
    redis: env.REDIS_URL === undefined ? null : { url: env.REDIS_URL, ...REDIS_TIMES },
    upstream: toUpstream(env),
    serviceClient: id !== undefined && secret !== undefined ? { id, secret } : null,
    jwt: env.AUTH_MODE === 'jwt' ? toJwtConfig(env) : null,
    tokenEncryptionKey: env.TOKEN_ENCRYPTION_KEY ?? null,
    poll: {
      minMs: env.POLL_INITIAL_MS,
      maxMs: env.POLL_MAX_MS,
      callCostMs: env.POLL_CALL_COST_MS,
    },
    upstreamBudget: { limit: env.POLL_BUDGET_PER_MINUTE, windowMs: MINUTE_MS + UNEQUAL_WAYS_MS },
    executionDeadlineMs: env.EXECUTION_DEADLINE_MS,
    leaseMs: env.LEASE_MS,
    resultTtlMs: env.RESULT_TTL_HOURS * HOUR_MS,
    maxResultRows: env.MAX_RESULT_ROWS,
    dataDayBoundaryMs: toMsOfDay(env.DATA_DAY_BOUNDARY),
    drainMs: env.DRAIN_MS ?? null,
    allowedOrigins: env.ALLOWED_ORIGINS,
    trustProxy: env.TRUST_PROXY ?? false,
    rateLimitPerMinute: env.RATE_LIMIT_PER_MINUTE,
    maxConnections: {
      perIdentity: env.MAX_CONNECTIONS_PER_IDENTITY,
      perAddress: env.MAX_CONNECTIONS_PER_ADDRESS,
    },
    graphiql: env.GRAPHIQL ?? outsideProduction,
    introspection: env.INTROSPECTION ?? outsideProduction,
    limits: {
      tokens: env.MAX_QUERY_TOKENS,
      depth: env.MAX_QUERY_DEPTH,
      aliases: env.MAX_QUERY_ALIASES,
      rootFields: env.MAX_QUERY_ROOT_FIELDS,
      cost: env.MAX_QUERY_COST,
    },
    trustedDocuments: env.TRUSTED_DOCUMENTS ?? null,
    keepAliveMs: KEEP_ALIVE_MS,
    logLevel: env.LOG_LEVEL,
    metrics: env.METRICS ?? 'off',
    tracing: toTracingOptions(env),
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

function toList(text: string): string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '');
}

/** As browsers write it: anything else would never match, and nobody would know why. */
function isOrigin(text: string): boolean {
  return text === ANY_ORIGIN || (isHttpUrl(text) && new URL(text).origin === text && !text.includes('*'));
}

/** Null for what is none of the three forms. */
function toTrustProxy(text: string): Config['trustProxy'] | null {
  if (text === 'off') return false;
  if (/^([1-9]|10)$/.test(text)) return Number(text);
  const addresses = toList(text);
  return addresses.every(isProxyAddress) ? addresses : null;
}

/** Null for what is none of the three forms. */
function toMetricsDoor(text: string): Config['metrics'] | null {
  if (text === 'on' || text === 'off') return text;
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null;
}

/** The driver would take a query for settings of its own, and those that make changes arrive are not for everybody. */
function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false;
  const { protocol, hostname } = new URL(text);
  return /^rediss?:$/.test(protocol) && hostname !== '';
}
