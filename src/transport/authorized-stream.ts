import type { ExecutionResult } from 'graphql';

import type { RequestError } from '../domain/error-codes.js';
import type { Authorization } from './token-watch.js';

type Results = AsyncGenerator<ExecutionResult, void, void>;

const DONE = { done: true, value: undefined } as const;

/**
 * The results of `source` as long as the authorization holds, which is asked again for each of them. When it ends the
 * last result is what `refusal` makes of the reason, also while nothing happens in `source`; whatever was on its way
 * is not told.
 */
export function whileAuthorized(
  source: Results,
  authorization: Authorization,
  refusal: (reason: RequestError) => ExecutionResult,
): Results {
  let isOver = false;
  let waiting: ((result: IteratorResult<ExecutionResult, void>) => void) | null = null;
  const takeBack = authorization.onEnd((reason) => waiting?.(refused(reason)));

  function refused(reason: RequestError): IteratorResult<ExecutionResult, void> {
    void leave();
    return { done: false, value: refusal(reason) };
  }

  function judged(result: IteratorResult<ExecutionResult, void>): IteratorResult<ExecutionResult, void> {
    if (isOver) return DONE;
    const reason = result.done ? null : authorization.ended;
    return reason ? refused(reason) : result;
  }

  async function leave(): Promise<typeof DONE> {
    isOver = true;
    takeBack();
    await source.return();
    return DONE;
  }

  /** Consumers ask for one result at a time. */
  function next(): Promise<IteratorResult<ExecutionResult, void>> {
    if (isOver) return Promise.resolve(DONE);
    if (authorization.ended) return Promise.resolve(refused(authorization.ended));
    return new Promise((resolve, reject) => {
      waiting = resolve;
      source.next().then((result) => resolve(judged(result)), reject);
    });
  }

  return {
    next,
    return: leave,
    async throw(error) {
      await leave();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await leave();
    },
  };
}
