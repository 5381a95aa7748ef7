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
  return new FedIterator(options);
}

/** A class, not closures: thousands of them wait at the same time. */
class FedIterator<T> implements PushIterator<T> {
  readonly #pending: T[] = [];
  readonly #waiting: PromiseWithResolvers<IteratorResult<T, undefined>>[] = [];
  #ending: Ending | null = null;
  #closed = false;

  constructor(private readonly options: PushIteratorOptions) {}

  push(value: T): boolean {
    if (this.#ending) return false;
    const taker = this.#waiting.shift();
    const { capacity, whenFull } = this.options;
    if (taker) taker.resolve({ done: false, value });
    else if (this.#pending.length < capacity) this.#pending.push(value);
    else if (whenFull === 'replace') this.#pending[this.#pending.length - 1] = value;
    else return false;
    return true;
  }

  end(): void {
    this.#finish({ kind: 'done' });
  }

  fail(error: unknown): void {
    this.#finish({ kind: 'error', error });
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#pending.length > 0) {
      const value = this.#pending.shift() as T;
      if (this.#pending.length === 0) this.options.onDrained?.();
      return Promise.resolve({ done: false, value });
    }
    if (this.#ending) return this.#afterEnd(this.#ending);
    const taker = Promise.withResolvers<IteratorResult<T, undefined>>();
    this.#waiting.push(taker);
    return taker.promise;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.options.onClosed?.();
  }

  #finish(how: Ending): void {
    if (this.#ending) return;
    this.#ending = how;
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (this.#ending.kind === 'error') reject(this.#ending.error);
      else resolve({ done: true, value: undefined });
      this.#ending = { kind: 'done' };
    }
    this.#close();
  }

  #afterEnd(how: Ending): Promise<IteratorResult<T, undefined>> {
    this.#ending = { kind: 'done' };
    return how.kind === 'error'
      ? Promise.reject(how.error)
      : Promise.resolve({ done: true, value: undefined });
  }

  /** Whoever has left is told nothing more, not even an error that was still to come. */
  #leave(): void {
    this.#pending.length = 0;
    this.#finish({ kind: 'done' });
    this.#ending = { kind: 'done' };
  }
}
