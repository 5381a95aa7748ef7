/** The nastiest things that somebody may pass to the logger, and the lines that come of them. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from '@jest/globals';

import { secretsOf } from '../../src/config-secrets.js';
import type { Loggable } from '../../src/lib/loggable.js';
import { withLogFields } from '../../src/lib/log-context.js';
import { createPinoLogger } from '../../src/logger.js';
import { UpstreamError } from '../../src/domain/upstream-error.js';
import type { Expect, Refute, Assignable } from '../support/type-assert.js';

const SECRET = 'hunter2-of-the-night';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl';

/** What does not compile as a field of a line. */
export type NoToken = Refute<Assignable<{ token: string }, Loggable<{ token: string }>>>;
export type NoHeaders = Refute<Assignable<{ headers: string }, Loggable<{ headers: string }>>>;
export type NoObject = Refute<
  Assignable<{ config: { port: number } }, Loggable<{ config: { port: number } }>>
>;
export type NoAddress = Refute<Assignable<{ url: URL }, Loggable<{ url: URL }>>>;
export type NoError = Refute<Assignable<{ error: Error }, Loggable<{ error: Error }>>>;
export type Taken = Expect<
  Assignable<{ err: unknown; count: number; at: Date }, Loggable<{ err: unknown; count: number; at: Date }>>
>;

/** What a logger writes of whatever is passed to it, past its types. */
function lines(fields: unknown, secrets: string[] = []): string {
  let written = '';
  const log = createPinoLogger('debug', false, { secrets, to: { write: (text) => (written += text) } });
  log.info(fields as object, 'it happened');
  return written;
}

/** The same on a terminal. */
async function shown(fields: unknown): Promise<string> {
  const terminal = new PassThrough({ encoding: 'utf8' });
  createPinoLogger('debug', true, { to: terminal }).info(fields as object, 'it happened');
  const [text] = (await once(terminal, 'data')) as [string];
  return text;
}

function lineOf(fields: unknown): Record<string, unknown> {
  const text = lines(fields);
  expect(text.endsWith('\n')).toBe(true);
  expect(text.trimEnd()).not.toContain('\n');
  return JSON.parse(text) as Record<string, unknown>;
}

/** An error such as HTTP clients and drivers throw, with everything that hangs on them. */
function loaded(message = 'it failed'): Error {
  return Object.assign(new Error(message), {
    config: { headers: { authorization: `Bearer ${SECRET}` }, url: `https://me:${SECRET}@example.com` },
    request: { _header: `GET / HTTP/1.1\r\nAuthorization: Bearer ${SECRET}\r\n` },
    response: { body: SECRET },
    headers: new Headers({ cookie: SECRET }),
    parameters: [SECRET],
    detail: `Key (token)=(${SECRET}) already exists.`,
    token: SECRET,
    code: '23505',
    table: 'credentials',
    toJSON: () => ({ token: SECRET }),
    [inspect.custom]: () => SECRET,
  });
}

class Configuration {
  readonly clientSecret = SECRET;
  toString = () => SECRET;
  toJSON = () => SECRET;
}

const circular: Record<string, unknown> = { token: SECRET };
circular['self'] = circular;

const NASTY: Readonly<Record<string, unknown>> = {
  'an error with a request on it': { err: loaded() },
  'such an error deep in causes': { err: new Error('a', { cause: new Error('b', { cause: loaded() }) }) },
  'an error of several': { err: new AggregateError([loaded(), loaded()], 'all failed') },
  'an error in place of fields': loaded(),
  'an error under another name': { error: loaded(), cause: loaded() },
  'something else that was thrown': { err: { token: SECRET, message: SECRET } },
  'an error whose cause is no error': { err: new Error('a', { cause: { headers: { cookie: SECRET } } }) },
  'an error of another realm': {
    err: runInNewContext(`Object.assign(new Error('x'), { token: '${SECRET}' })`),
  },
  'a configuration': { config: new Configuration() },
  'a configuration in place of fields': new Configuration(),
  headers: {
    headers: new Headers({ authorization: SECRET }),
    request: new Request('http://x', { headers: { cookie: SECRET } }),
  },
  'an address object': { url: new URL(`postgres://me:${SECRET}@db/x`) },
  bytes: { sealed: Buffer.from(SECRET), view: new Uint8Array(Buffer.from(SECRET)) },
  collections: { map: new Map([['a', SECRET]]), set: new Set([SECRET]), list: [SECRET, [SECRET]] },
  'plain values with telling names': {
    token: SECRET,
    authorization: SECRET,
    password: SECRET,
    'x-api-key': SECRET,
  },
  'an address as text': { reason: `connect failed: postgres://me:${SECRET}@db:5432/x?sslmode=require` },
  'an address with a password that has signs in it': { reason: `postgres://me:a/b@${SECRET}@db/x` },
  'an address in an error': { err: new Error(`bad address https://me:${SECRET}@example.com/path`) },
  'a header in a message': { err: new TypeError(`Invalid header value: Authorization: Bearer ${SECRET}`) },
  'a token in a query string': { reason: `GET /x?access_token=${SECRET}&a=b failed` },
  'a token in a form': { reason: `grant_type=client_credentials&client_secret=${SECRET}` },
  'a token in JSON': { reason: JSON.stringify({ token: SECRET, client_secret: SECRET }) },
  'a circle': { circle: circular, err: Object.assign(new Error('x'), { circular }) },
  functions: { fn: () => SECRET, toString: () => SECRET, toJSON: () => ({ SECRET: SECRET }) },
  symbols: { [Symbol('s')]: SECRET, symbol: Symbol(SECRET) },
};

describe('a line of the log', () => {
  it.each(Object.keys(NASTY))('does not tell a secret that is passed in %s', async (what) => {
    expect(lineOf(NASTY[what])['msg']).toBe('it happened');
    expect(lines(NASTY[what])).not.toContain(SECRET);
    expect(await shown(NASTY[what])).not.toContain(SECRET);
    const inContext = withLogFields(NASTY[what] as Record<string, string>, () => lines({}));
    expect(inContext).not.toContain(SECRET);
  });

  it('would tell what is passed as a plain text under a plain name', async () => {
    // Control: it is not lost for some other reason.
    expect(lines({ reason: SECRET })).toContain(SECRET);
    expect(await shown({ reason: SECRET })).toContain(SECRET);
  });

  it('has no JSON Web Token in it, wherever it stands', () => {
    expect(lines({ reason: `refused ${JWT}`, err: new Error(`bad ${JWT}!`) })).not.toContain('eyJ');
  });

  it('tells what is known of an error, and of its causes', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    });
    const error = new UpstreamError('UNAVAILABLE', 'Upstream is away.', {
      status: 503,
      correlationId: 'c-1',
      cause,
    });
    expect(lineOf({ err: error })['err']).toEqual({
      type: 'UpstreamError',
      message: 'Upstream is away.',
      stack: expect.stringContaining('loggable.test'),
      kind: 'UNAVAILABLE',
      status: 503,
      correlationId: 'c-1',
      retryable: true,
      cause: {
        type: 'Error',
        message: cause.message,
        stack: expect.any(String),
        code: 'ECONNREFUSED',
        syscall: 'connect',
      },
    });
  });

  it('is written whatever throws on the way to it', () => {
    const getter = Object.defineProperty({}, 'reason', {
      enumerable: true,
      get: () => {
        throw new Error(SECRET);
      },
    });
    const proxy = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error(SECRET);
        },
      },
    );
    const error = Object.defineProperty(new Error('x'), 'stack', {
      get: () => {
        throw new Error(SECRET);
      },
    });
    expect(lineOf(getter)).toMatchObject({ msg: 'it happened' });
    expect(lineOf(proxy)).toMatchObject({ msg: 'it happened' });
    expect(lineOf({ err: error })).toMatchObject({ err: { message: 'x' } });
    expect(lineOf({ err: undefined })).toMatchObject({ msg: 'it happened' });
    expect(lineOf({ err: null })).toMatchObject({ err: null });
    expect(lineOf({ at: new Date(Number.NaN), big: 10n, not: Number.NaN })).toMatchObject({
      at: '(no date)',
      big: '10',
    });
  });

  it('stays short, whatever a text holds and however often it looks like an address', () => {
    const long = 'a://b:'.repeat(100_000);
    expect(lines({ reason: long, err: new Error(long) }).length).toBeLessThan(20_000);
  });

  it('hides a password that a cut would leave without its end', () => {
    const reason = `${'x'.repeat(3_980)} postgres://me:${SECRET}@db`;
    expect(lines({ reason })).not.toContain(SECRET.slice(0, 5));
  });

  it('has what the work has in common, also of work inside of other work', () => {
    const text = withLogFields({ requestId: 'r', executionId: 'outer' }, () =>
      withLogFields({ executionId: 'inner' }, () => lines({ count: 1 })),
    );
    expect(JSON.parse(text)).toMatchObject({ requestId: 'r', executionId: 'inner', count: 1 });
    expect(JSON.parse(lines({}))).not.toHaveProperty('requestId');
  });

  it('is for people on a terminal', async () => {
    const text = await shown({ executionId: 'exe_1' });
    expect(text).toMatch(/^\S*\[?\d\d:\d\d:\d\d\]?.*INFO.*it happened.*exe_1/);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });
});

describe('the secrets of the configuration', () => {
  const environment = {
    DATABASE_URL: 'postgres://app:p%40ss-word-1@db.internal/x',
    GENESYS_CLIENT_SECRET: 'the"client\\secret',
    TOKEN_ENCRYPTION_KEY:
      'new-key-of-2027:bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmU=,default:b2xkb2xkb2xk',
    HOST: 'a-host-that-is-no-secret',
  };

  it('are hidden in whatever text they stand, as they are written there', () => {
    const secrets = secretsOf(environment);
    const texts = [
      'p%40ss-word-1',
      'p@ss-word-1',
      'the"client\\secret',
      'bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmU=',
      'b2xkb2xkb2xk',
    ];
    for (const text of texts) {
      const line = lines({ reason: `they said ${text}, thrice` }, secrets);
      expect(JSON.parse(line)).toMatchObject({ reason: 'they said ***, thrice' });
      expect(lines({ err: new Error(`<${text}>`) }, secrets)).not.toContain(
        JSON.stringify(text).slice(1, -1),
      );
    }
  });

  it('are not the names of keys, nor anything else', () => {
    const line = lines({ keyId: 'new-key-of-2027', host: environment.HOST }, secretsOf(environment));
    expect(JSON.parse(line)).toMatchObject({ keyId: 'new-key-of-2027', host: environment.HOST });
  });
});
