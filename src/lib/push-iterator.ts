/**
 * An async iterator that is fed from outside. Written by hand, not as a generator: a generator's `return()` waits
 * behind its pending `next()`, so a client that leaves while nothing happens would never be noticed.
 */
export interface PushIterator<T> extends AsyncIterableIterator<T, undefined> {
  /** Hands a value to the consumer. False when it found no place, or nobody listens any more. */
  push(value: T): boolean;
  /** Ends the stream after what is pending. */
  end(): void;
  /** Ends the stream with an error after what is pending. */
  fail(error: unknown): void;
}

export interface PushIteratorOptions {
  /** Most values that wait for a slow consumer. */
  readonly capacity: number;
  /** What happens to one more: the last pending value is replaced, or the new one is refused. @default 'refuse' */
  readonly whenFull?: 'replace' | 'refuse';
  /** Called when the consumer has taken the last pending value. */
  readonly onDrained?: () => void;
  /** Called once, when the stream is over for whatever reason: release everything here. */
  readonly onClosed?: () => void;
}

type Ending = { readonly kind: 'done' } | { readonly kind: 'error'; readonly error: unknown };

export function createPushIterator<T>(options: PushIteratorOptions): PushIterator<T> {
  const pending: T[] = [];
  const waiting: PromiseWithResolvers<IteratorResult<T, undefined>>[] = [];
  let ending: Ending | null = null;
  let closed = false;

  function close(): void {
    if (closed) return;
    closed = true;
    options.onClosed?.();
  }

  function finish(how: Ending): void {
    if (ending) return;
    ending = how;
    for (const { resolve, reject } of waiting.splice(0)) {
      if (ending.kind === 'error') reject(ending.error);
      else resolve({ done: true, value: undefined });
      ending = { kind: 'done' };
    }
    close();
  }

  function afterEnd(how: Ending): Promise<IteratorResult<T, undefined>> {
    ending = { kind: 'done' };
    return how.kind === 'error'
      ? Promise.reject(how.error)
      : Promise.resolve({ done: true, value: undefined });
  }

  /** Whoever has left is told nothing more, not even an error that was still to come. */
  function leave(): void {
    pending.length = 0;
    finish({ kind: 'done' });
    ending = { kind: 'done' };
  }

  return {
    push(value) {
      if (ending) return false;
      const taker = waiting.shift();
      if (taker) taker.resolve({ done: false, value });
      else if (pending.length < options.capacity) pending.push(value);
      else if (options.whenFull === 'replace') pending[pending.length - 1] = value;
      else return false;
      return true;
    },
    end: () => finish({ kind: 'done' }),
    fail: (error) => finish({ kind: 'error', error }),
    next() {
      if (pending.length > 0) {
        const value = pending.shift() as T;
        if (pending.length === 0) options.onDrained?.();
        return Promise.resolve({ done: false, value });
      }
      if (ending) return afterEnd(ending);
      const taker = Promise.withResolvers<IteratorResult<T, undefined>>();
      waiting.push(taker);
      return taker.promise;
    },
    return() {
      leave();
      return Promise.resolve({ done: true, value: undefined });
    },
    throw(error) {
      leave();
      return Promise.reject(error as Error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
