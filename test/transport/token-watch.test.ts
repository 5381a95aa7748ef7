import { describe, expect, it } from '@jest/globals';

import type { Caller } from '../../src/domain/caller.js';
import { RequestError } from '../../src/domain/error-codes.js';
import { whileAuthorized } from '../../src/transport/authorized-stream.js';
import { createTokenWatch } from '../../src/transport/token-watch.js';
import { CALLER } from '../support/store.js';

const caller = (more: Partial<Caller> = {}): Caller => ({
  ...CALLER,
  token: 'a',
  permissions: ['usage:*'],
  ...more,
});
const revoked = new RequestError('UNAUTHENTICATED', 'revoked');
/** Nobody is asked in these tests: what is known comes from outside. */
const nobody = { authenticate: () => Promise.reject(new Error('not asked')) };

function setUp() {
  const clock = { now: 1_000_000 };
  return { clock, tokens: createTokenWatch(nobody, () => clock.now) };
}

describe('an authorization', () => {
  it('ends with its token to the millisecond, whether or not a timer has noticed', () => {
    const { clock, tokens } = setUp();
    const authorization = tokens.watch(caller({ expiresAt: 1_000_500 }));
    const told: string[] = [];
    authorization.onEnd(({ code }) => told.push(code));
    clock.now = 1_000_499;
    expect(authorization.ended).toBeNull();
    clock.now = 1_000_500;
    expect(authorization.ended).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(told).toEqual(['UNAUTHENTICATED']);
    authorization.release();
  });

  it('ends by a timer, when nothing happens on its stream', async () => {
    const tokens = createTokenWatch(nobody);
    const authorization = tokens.watch(caller({ expiresAt: Date.now() + 20 }));
    const end = new Promise<RequestError>((resolve) => void authorization.onEnd(resolve));
    // The watch alone keeps no process alive.
    const alive = setInterval(() => {}, 1_000);
    expect(await end).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining('expired') });
    clearInterval(alive);
  });

  it('ends with every other of the token as soon as anybody has found it refused', () => {
    const { tokens } = setUp();
    const [first, second, other] = [caller(), caller(), caller({ token: 'b' })].map((one) =>
      tokens.watch(one),
    );
    tokens.refused('a', revoked);
    expect([first?.ended, second?.ended, other?.ended]).toEqual([revoked, revoked, null]);
    for (const one of [first, second, other]) one?.release();
  });

  it('holds when nobody can be asked about the token', () => {
    const { tokens } = setUp();
    const authorization = tokens.watch(caller());
    tokens.refused('a', new RequestError('UPSTREAM_UNAVAILABLE', 'down', { retryable: true }));
    tokens.refused('a', new Error('something else'));
    expect(authorization.ended).toBeNull();
    authorization.release();
  });

  it('ends when the rights of the token have changed, and one with the new rights begins', () => {
    const { tokens } = setUp();
    const before = tokens.watch(caller());
    tokens.accepted(caller({ permissions: ['usage:*', 'other:thing:view'] }));
    expect(before.ended).toBeNull();
    const after = tokens.watch(caller({ permissions: ['usage:client:view'] }));
    expect([before.ended?.code, after.ended]).toEqual(['FORBIDDEN', null]);
    tokens.accepted(caller());
    expect(after.ended?.code).toBe('FORBIDDEN');
    for (const one of [before, after]) one.release();
  });

  it('that was released is told nothing, and released again it harms no later one', () => {
    const { tokens } = setUp();
    const first = tokens.watch(caller());
    first.onEnd(() => {
      throw new Error('told after the release');
    });
    first.release();
    const second = tokens.watch(caller());
    first.release();
    tokens.refused('a', revoked);
    expect([first.ended, second.ended]).toEqual([null, revoked]);
    second.release();
  });

  it('tells at once when it has ended before', () => {
    const { tokens } = setUp();
    const authorization = tokens.watch(caller());
    tokens.refused('a', revoked);
    const told: unknown[] = [];
    authorization.onEnd((reason) => told.push(reason));
    expect(told).toEqual([revoked]);
  });
});

describe('a stream that lasts as long as its authorization', () => {
  const refusal = (reason: RequestError) => ({ data: { refused: reason.code } });
  async function* events(count: number, onLeft: () => void = () => {}) {
    try {
      for (let event = 1; event <= count; event++) yield { data: { event } };
      await new Promise(() => {});
    } finally {
      onLeft();
    }
  }

  it('gives what comes, then the refusal, then the end', async () => {
    const { clock, tokens } = setUp();
    const authorization = tokens.watch(caller({ expiresAt: 2_000_000 }));
    const left = { times: 0 };
    const stream = whileAuthorized(
      events(9, () => (left.times += 1)),
      authorization,
      refusal,
    );
    expect(await stream.next()).toEqual({ done: false, value: { data: { event: 1 } } });
    // The next event is on its way when the token ends.
    clock.now = 2_000_000;
    expect(await stream.next()).toEqual({ done: false, value: { data: { refused: 'UNAUTHENTICATED' } } });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(left.times).toBe(1);
    authorization.release();
  });

  it('does not tell an event that had come when the token ended', async () => {
    const { tokens } = setUp();
    const authorization = tokens.watch(caller());
    const stream = whileAuthorized(events(9), authorization, refusal);
    const next = stream.next();
    tokens.refused('a', revoked);
    expect(await next).toEqual({ done: false, value: { data: { refused: 'UNAUTHENTICATED' } } });
    expect(await stream.next()).toMatchObject({ done: true });
  });

  it('does not tell an event that comes after the end, which no timer has noticed yet', async () => {
    const { clock, tokens } = setUp();
    const authorization = tokens.watch(caller({ expiresAt: 2_000_000 }));
    const event = Promise.withResolvers<void>();
    const late = (async function* () {
      await event.promise;
      yield { data: { event: 1 } };
    })();
    const stream = whileAuthorized(late, authorization, refusal);
    const next = stream.next();
    clock.now = 2_000_000;
    event.resolve();
    expect(await next).toEqual({ done: false, value: { data: { refused: 'UNAUTHENTICATED' } } });
    authorization.release();
  });

  it('tells the end while it waits for an event', async () => {
    const { tokens } = setUp();
    const authorization = tokens.watch(caller());
    const silent = {
      next: () => new Promise<never>(() => {}),
      return: async () => ({ done: true, value: undefined }),
    };
    const stream = whileAuthorized(silent as never, authorization, refusal);
    const next = stream.next();
    tokens.refused('a', revoked);
    expect(await next).toMatchObject({ value: { data: { refused: 'UNAUTHENTICATED' } } });
  });
});
