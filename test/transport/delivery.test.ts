import { afterEach, describe, expect, it } from '@jest/globals';
import { type ExecutionResult, parse } from 'graphql';

import { RequestError } from '../../src/domain/error-codes.js';
import type { RequestContext } from '../../src/services/request-context.js';
import { Delivery } from '../../src/transport/delivery/delivery.js';
import type { OperationArgs } from '../../src/transport/graphql-pipeline.js';
import { createSharedSelections } from '../../src/transport/delivery/shared-selections.js';
import { type Authorization, createTokenWatch } from '../../src/transport/admission/token-watch.js';
import { CALLER } from '../support/store.js';

const watched: Authorization[] = [];
afterEach(() => {
  for (const authorization of watched.splice(0)) authorization.release();
});

const caller = { ...CALLER, token: 'a', permissions: ['usage:*'], expiresAt: 2_000_000 };
const revoked = new RequestError('UNAUTHENTICATED', 'revoked');
const document = parse('subscription { event }');
const contextValue = { caller, requestId: 'r', loaders: {} } as unknown as RequestContext;
const args = { document, contextValue } as OperationArgs;

/** A subscription to states that come when they are pushed. */
function subscribed({ room = () => undefined }: { room?: () => Promise<void> | undefined } = {}) {
  const clock = { now: 1_000_000 };
  const tokens = createTokenWatch(
    { authenticate: () => Promise.reject(new Error('not asked')) },
    () => clock.now,
  );
  const authorization = tokens.watch(caller);
  watched.push(authorization);
  const told: unknown[] = [];
  const over = { times: 0, left: 0 };
  let push: (state: object) => void = () => {};
  const source = {
    next: () =>
      new Promise<IteratorResult<object>>((resolve) => (push = (value) => resolve({ done: false, value }))),
    return: async () => {
      over.left += 1;
      return { done: true as const, value: undefined };
    },
  };
  const selections = createSharedSelections(async ({ rootValue }): Promise<ExecutionResult> => ({
    data: { ...(rootValue as object) },
  }));
  const delivery = new Delivery({
    source: { [Symbol.asyncIterator]: () => source },
    selection: selections.join(args),
    args,
    authorization,
    sink: {
      room,
      write({ event }, onLeft) {
        told.push(JSON.parse(/^data: (.*)$/m.exec(event.toString())?.[1] ?? 'null'));
        onLeft();
      },
    },
    format: (result) => result,
    onOver: () => (over.times += 1),
  });
  return { clock, tokens, told, over, delivery, end: delivery.next(), push: (state: object) => push(state) };
}

/** Everything that can happen without anything new from outside has happened. */
const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
const REFUSED = { errors: [expect.objectContaining({ message: expect.any(String) })] };

describe('the delivery of a subscription', () => {
  it('gives what comes, then why its authorization has ended, then the end', async () => {
    const { clock, told, over, push, end } = subscribed();
    push({ event: 1 });
    await settled();
    clock.now = 2_000_000;
    push({ event: 2 });
    expect(await end).toEqual({ done: true, value: undefined });
    expect(told).toEqual([{ data: { event: 1 } }, REFUSED]);
    expect(over).toEqual({ times: 1, left: 1 });
  });

  it('tells why its authorization has ended while nothing happens', async () => {
    const { tokens, told, end } = subscribed();
    tokens.refused('a', revoked);
    await end;
    expect(told).toEqual([{ errors: [expect.objectContaining({ message: 'revoked' })] }]);
  });

  it('does not tell what had come when its authorization ended', async () => {
    const { tokens, told, push, end } = subscribed();
    push({ event: 1 });
    tokens.refused('a', revoked);
    await end;
    await settled();
    expect(told).toEqual([{ errors: [expect.objectContaining({ message: 'revoked' })] }]);
  });

  it('does not tell what waited for room when its authorization ended, not even before a timer notices', async () => {
    const full = Promise.withResolvers<void>();
    const { clock, told, push, end } = subscribed({ room: () => full.promise });
    push({ event: 1 });
    await settled();
    clock.now = 2_000_000;
    full.resolve();
    await end;
    expect(told).toEqual([REFUSED]);
  });

  it('gives up its source at once when its client leaves, and tells nothing more', async () => {
    const { told, over, push, delivery, end } = subscribed();
    push({ event: 1 });
    expect(await delivery.return()).toMatchObject({ done: true });
    await end;
    await settled();
    expect(told).toEqual([]);
    expect(over).toEqual({ times: 1, left: 1 });
  });
});
