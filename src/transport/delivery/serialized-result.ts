import type { ExecutionResult } from 'graphql';

/**
 * A result as text, made once for each protocol, however many it is sent to. The bytes are those that the protocol
 * libraries would print.
 */
export class SerializedResult {
  #tail: Buffer | undefined;
  #event: Buffer | undefined;

  constructor(private readonly result: ExecutionResult) {}

  /** What follows the operation's id in a `next` message over WebSocket: all but `{"id":"…"`. */
  get messageTail(): Buffer {
    return (this.#tail ??= Buffer.from(`,"type":"next","payload":${JSON.stringify(this.#payload())}}`));
  }

  /** A `next` event of an event stream. */
  get event(): Buffer {
    return (this.#event ??= Buffer.from(`event: next\ndata: ${JSON.stringify(this.result)}\n\n`));
  }

  /** Over WebSocket errors come last. */
  #payload(): ExecutionResult {
    const { errors, ...others } = this.result;
    return errors ? { ...others, errors } : others;
  }
}
