import { describe, expect, it } from '@jest/globals';

import type { Caller } from '../../src/domain/caller.js';
import { RequestError } from '../../src/domain/error-codes.js';
import { createTokenWatch } from '../../src/transport/admission/token-watch.js';
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
