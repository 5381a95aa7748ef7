import { describe, expect, it } from '@jest/globals';

import { createPushIterator, type PushIteratorOptions } from '../../src/lib/push-iterator.js';

const DONE = { done: true, value: undefined };

function numbers(options: Partial<PushIteratorOptions> = {}) {
  let closed = 0;
  const stream = createPushIterator<number>({ capacity: 2, onClosed: () => (closed += 1), ...options });
  return { stream, closed: () => closed };
}

describe('createPushIterator', () => {
  it('gives what was pushed, in order', async () => {
    const { stream } = numbers();
    expect([stream.push(1), stream.push(2)]).toEqual([true, true]);
    expect([(await stream.next()).value, (await stream.next()).value]).toEqual([1, 2]);
  });

  it('hands a value to whoever waits, past any capacity', async () => {
    const { stream } = numbers({ capacity: 0 });
    const [first, second] = [stream.next(), stream.next()];
    expect([stream.push(1), stream.push(2), stream.push(3)]).toEqual([true, true, false]);
    expect([(await first).value, (await second).value]).toEqual([1, 2]);
  });

  it('lets a consumer leave at once while its next() is pending', async () => {
    const { stream, closed } = numbers();
    const pending = stream.next();
    expect(await stream.return?.()).toEqual(DONE);
    expect(await pending).toEqual(DONE);
    expect(closed()).toBe(1);
  });

  it('is better at that than a generator, which keeps return() waiting', async () => {
    const never = Promise.withResolvers<number>();
    async function* generate() {
      yield await never.promise;
    }
    const generator = generate();
    void generator.next();
    const left = generator.return(undefined).then(() => 'left');
    const soon = new Promise((resolve) => setImmediate(resolve, 'still waiting'));
    expect(await Promise.race([left, soon])).toBe('still waiting');
    never.resolve(1);
  });

  it('refuses one value too many', async () => {
    const { stream } = numbers();
    expect([1, 2, 3].map((value) => stream.push(value))).toEqual([true, true, false]);
    await stream.next();
    expect(stream.push(4)).toBe(true);
    expect([(await stream.next()).value, (await stream.next()).value]).toEqual([2, 4]);
  });

  it('replaces the last pending value when told to', async () => {
    const { stream } = numbers({ whenFull: 'replace' });
    expect([1, 2, 3, 4].map((value) => stream.push(value))).toEqual([true, true, true, true]);
    expect([(await stream.next()).value, (await stream.next()).value]).toEqual([1, 4]);
  });

  it('gives what is pending before it ends, and then nothing more', async () => {
    const { stream, closed } = numbers();
    stream.push(1);
    stream.end();
    expect(stream.push(2)).toBe(false);
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    expect([await stream.next(), await stream.next()]).toEqual([DONE, DONE]);
    expect(closed()).toBe(1);
  });

  it('gives what is pending before it fails, and fails once', async () => {
    const { stream, closed } = numbers();
    stream.push(1);
    stream.fail(new Error('lost'));
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    await expect(stream.next()).rejects.toThrow('lost');
    expect(await stream.next()).toEqual(DONE);
    expect(closed()).toBe(1);
  });

  it('fails one of those who wait, and is done for the others', async () => {
    const { stream } = numbers();
    const waiting = [stream.next(), stream.next(), stream.next()];
    stream.fail(new Error('lost'));
    const [first, ...others] = await Promise.allSettled(waiting);
    expect(first).toMatchObject({ status: 'rejected', reason: { message: 'lost' } });
    expect(others).toMatchObject([{ value: DONE }, { value: DONE }]);
  });

  it('keeps to its first ending', async () => {
    const { stream, closed } = numbers();
    stream.end();
    stream.fail(new Error('too late'));
    expect(await stream.next()).toEqual(DONE);
    expect(closed()).toBe(1);
  });

  it('gives nothing to a consumer that has left, neither values nor an error', async () => {
    const { stream, closed } = numbers();
    stream.push(1);
    stream.fail(new Error('lost'));
    await stream.return?.();
    expect(await stream.next()).toEqual(DONE);
    expect(closed()).toBe(1);
  });

  it('ends with the error that its consumer throws into it', async () => {
    const { stream, closed } = numbers();
    stream.push(1);
    await expect(stream.throw?.(new Error('mine'))).rejects.toThrow('mine');
    expect(await stream.next()).toEqual(DONE);
    expect(closed()).toBe(1);
  });

  it('tells when the last pending value was taken, and only then', async () => {
    let drained = 0;
    const { stream } = numbers({ onDrained: () => (drained += 1) });
    stream.push(1);
    stream.push(2);
    await stream.next();
    expect(drained).toBe(0);
    await stream.next();
    expect(drained).toBe(1);
    const pending = stream.next();
    stream.push(3);
    await pending;
    expect(drained).toBe(1);
  });

  it('closes when a loop over it is left', async () => {
    const { stream, closed } = numbers();
    stream.push(1);
    for await (const value of stream) {
      expect(value).toBe(1);
      break;
    }
    expect(closed()).toBe(1);
  });
});
