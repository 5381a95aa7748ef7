/**
 * What may stand in a line of the log. Invariant: nothing gets into a line by being part of something else. A field is
 * one plain value; an error is described by the few of its fields that are known to be harmless; whatever else is passed
 * is named by its kind alone. So a header that hangs on an error, or a whole configuration, can not be written, however
 * it came there. Texts are the rest of the danger, since libraries put addresses into theirs: see `withoutSecrets`.
 */
import { types } from 'node:util';

/** What a field of a line may be. */
export type LogValue = string | number | boolean | bigint | Date | null | undefined;

/** Fields without an error. */
export type LogFields = Readonly<Record<string, LogValue>>;

/** Names that would announce a secret: no such field compiles. */
type SecretName = 'token' | 'authorization' | 'password' | 'secret' | 'cookie' | 'headers' | 'key';

/** The fields that a line may be given: plain values, and under `err` whatever was thrown. */
export type Loggable<Fields> = {
  readonly [Name in keyof Fields]: Name extends 'err' ? unknown : Name extends SecretName ? never : LogValue;
};

/** A stack with a message fits; a body that somebody has made a message does not. */
const MOST_CHARACTERS = 4_000;
/** Looked through before it is cut, so that no cut leaves half of a secret that is not recognized. */
const MOST_READ = 4 * MOST_CHARACTERS;
/** Our own error, the store's or the client's, the driver's, the system's. */
const DEEPEST_CAUSE = 4;
/** Of an `AggregateError`: say, one for each address of a host. */
const MOST_ERRORS = 3;
const HIDDEN = '***';
const SECRET_NAME = /token|authorization|password|secret|cookie|api[_-]?key/i;
/**
 * Known to hold no data of a tenant and no secret: of Node's system errors, of PostgreSQL, of HTTP, and our own.
 * PostgreSQL's `detail` and `where` quote rows, and are not among them.
 */
const ERROR_FIELDS = [
  'code',
  'syscall',
  'severity',
  'table',
  'column',
  'constraint',
  'kind',
  'status',
  'statusCode',
  'upstreamCode',
  'correlationId',
  'retryable',
  'retryAfterMs',
] as const;

/** Where libraries put secrets into texts, and what is written instead. Bounded: a text may come from anybody. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // Greedy: a password with a slash or an @ in it is hidden whole, at the price of a path with an @ in it.
  [/([a-z][a-z\d+.-]{0,20}:\/\/)[^\s"'<>]{0,500}@/gi, `$1${HIDDEN}@`],
  [/\b(bearer|basic)(\s+)[\w.~+/=-]+/gi, `$1$2${HIDDEN}`],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+(\.[\w-]*)*/g, HIDDEN],
  [
    /((?:token|secret|password|passwd|pwd|api[_-]?key|authorization|cookie)["']?\s{0,5}[=:]\s{0,5}["']?)(?!\*)[^\s"'&,;<>]+/gi,
    `$1${HIDDEN}`,
  ],
];

/** The same text, short enough, and with a sign in place of what looks like a secret. The last line of defence. */
export function withoutSecrets(text: string): string {
  const hidden = SECRETS.reduce((rest, [what, by]) => rest.replace(what, by), text.slice(0, MOST_READ));
  return hidden.length > MOST_CHARACTERS ? `${hidden.slice(0, MOST_CHARACTERS)}…` : hidden;
}

/** Fields as they are written. Never throws, whatever is passed. */
export function toLine(fields: object): Record<string, unknown> {
  try {
    // It has properties of its own, too, some of which would pass for fields.
    if (isError(fields)) return { err: describeError(fields) };
    return Object.fromEntries(
      Object.keys(fields).map((name) => [name, toField(name, valueOf(fields, name))]),
    );
  } catch {
    return { unreadable: true };
  }
}

/** A getter, or a proxy, may throw. */
function valueOf(object: object, name: string): unknown {
  try {
    return Reflect.get(object, name) as unknown;
  } catch {
    return undefined;
  }
}

function toField(name: string, value: unknown): unknown {
  if (name === 'err') return describeError(value);
  return SECRET_NAME.test(name) && typeof value === 'string' ? HIDDEN : toScalar(value);
}

/** Undefined is left out. Whatever is no plain value is named by its kind. */
function toScalar(value: unknown): string | number | boolean | null | undefined {
  switch (typeof value) {
    case 'string':
      return withoutSecrets(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      if (value === null) return null;
      return types.isDate(value) ? toText(value) : '(object)';
    case 'function':
    case 'symbol':
      return `(${typeof value})`;
  }
}

function toText(date: Date): string {
  return Number.isNaN(date.getTime()) ? '(no date)' : date.toISOString();
}

/** What is told of an error, or of anything else that was thrown. Never throws. */
export function describeError(error: unknown): unknown {
  return describe(error, DEEPEST_CAUSE);
}

function describe(error: unknown, depth: number): unknown {
  if (!isError(error)) return toScalar(error);
  const known = ERROR_FIELDS.map((name) => [name, toScalar(valueOf(error, name))] as const);
  const cause = valueOf(error, 'cause');
  const errors = valueOf(error, 'errors');
  return {
    type: textOf(error, 'name') ?? 'Error',
    message: textOf(error, 'message') ?? '',
    stack: textOf(error, 'stack'),
    ...Object.fromEntries(known.filter(([, value]) => value !== undefined && value !== null)),
    ...(cause !== undefined && depth > 0 ? { cause: describe(cause, depth - 1) } : {}),
    ...(Array.isArray(errors) && depth > 0 ? { errors: describeAll(errors, depth - 1) } : {}),
  };
}

function describeAll(errors: readonly unknown[], depth: number): unknown[] {
  return errors.slice(0, MOST_ERRORS).map((error) => describe(error, depth));
}

/** Of this realm or another one. */
function isError(value: unknown): value is object {
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}

function textOf(error: object, name: string): string | undefined {
  const text = valueOf(error, name);
  return typeof text === 'string' ? withoutSecrets(text) : undefined;
}

/**
 * Makes a function that hides the given secrets wherever they stand in a text: as they are, as JSON writes them, and as
 * an address does. For what the configuration holds, which no pattern has to guess.
 */
export function createSecretFilter(secrets: readonly string[]): (text: string) => string {
  const spellings = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  // The longest first: one may be the beginning of another.
  const all = [...new Set(spellings)].sort((a, b) => b.length - a.length).map(escaped);
  if (all.length === 0) return (text) => text;
  const pattern = new RegExp(all.join('|'), 'g');
  return (text) => text.replace(pattern, HIDDEN);
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}-]/g, String.raw`\$&`);
}
