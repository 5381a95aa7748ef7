import { describe, expect, it } from '@jest/globals';

import { createStopper } from '../../src/lib/stopper.js';

function recorder() {
  const stopped: string[] = [];
  const stopperOf = (name: string) => async () => void stopped.push(name);
  return { stopped, stopperOf };
}

describe('createStopper', () => {
  it('stops in the reverse order, one after the other', async () => {
    const { onStop, stop } = createStopper();
    const told: string[] = [];
    for (const name of ['first', 'second'])
      onStop(async () => {
        told.push(`${name} begins`);
        await new Promise(setImmediate);
        told.push(`${name} ends`);
      });
    await stop();
    expect(told).toEqual(['second begins', 'second ends', 'first begins', 'first ends']);
  });

  it('stops once, however often it is asked', async () => {
    const { onStop, stop } = createStopper();
    const { stopped, stopperOf } = recorder();
    onStop(stopperOf('part'));
    await Promise.all([stop(), stop()]);
    await stop();
    expect(stopped).toEqual(['part']);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('stuck'))],
    [
      'throws',
      () => {
        throw new Error('stuck');
      },
    ],
  ])('goes on when one part %s, and tells it in the end', async (_how, stuck) => {
    const { onStop, stop } = createStopper();
    const { stopped, stopperOf } = recorder();
    onStop(stopperOf('first'));
    onStop(stuck);
    onStop(stopperOf('last'));
    const error: unknown = await stop().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors).toMatchObject([{ message: 'stuck' }]);
    expect(stopped).toEqual(['last', 'first']);
  });

  it('stops at once what is started while or after everything is stopped', async () => {
    const { onStop, stop } = createStopper();
    const { stopped, stopperOf } = recorder();
    onStop(async () => onStop(stopperOf('while')));
    await stop();
    expect(stopped).toEqual(['while']);
    onStop(stopperOf('after'));
    await new Promise(setImmediate);
    expect(stopped).toEqual(['while', 'after']);
  });
});
