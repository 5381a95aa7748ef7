/**
 * How much may be open at the same time: connections (WebSockets and event streams) of an identity and an address, and
 * operations under way on a socket, of an identity and at an address. A place is given back exactly once.
 */
import { RequestError } from '../../domain/error-codes.js';

export interface ConnectionLimitOptions {
  /** 0: no limit. */
  readonly perIdentity: number;
  /** 0: no limit. */
  readonly perAddress: number;
}

/** Gives the place back; may be called again. */
export type Leave = () => void;

export interface ConnectionLimits {
  /** A connection from this address. Throws `RATE_LIMITED`. */
  enterAddress(address: string): Leave;
  /** Its identity, once known. Throws `RATE_LIMITED`. */
  enterIdentity(identity: string): Leave;
  /** An operation under way. `socket`: of one connection with many; null where each has its own. */
  enterOperation(socket: object | null, identity: string, address: string): Leave;
}

/** A page that shows a list shares one socket for all that it watches; the longest page has 100 executions. */
const OPERATIONS_OF_A_SOCKET = 500;
/** Most sockets carry one or two; a frontend that watches a list needs many, on few sockets. */
const OPERATIONS_OF_A_CONNECTION = 4;
/** Nobody can tell when a place will be free. */
const RETRY_AFTER_SECONDS = 5;

export function createConnectionLimits({
  perIdentity,
  perAddress,
}: ConnectionLimitOptions): ConnectionLimits {
  const identities = new Places<string>(perIdentity, 'connections of this caller');
  const addresses = new Places<string>(perAddress, 'connections from this address');
  const ofSocket = new Places<object>(OPERATIONS_OF_A_SOCKET, 'operations on this connection');
  const ofIdentity = new Places<string>(
    perIdentity * OPERATIONS_OF_A_CONNECTION,
    'operations of this caller',
  );
  const atAddress = new Places<string>(
    perAddress * OPERATIONS_OF_A_CONNECTION,
    'operations from this address',
  );
  return {
    enterAddress: (address) => addresses.take(address),
    enterIdentity: (identity) => identities.take(identity),
    enterOperation: (socket, identity, address) =>
      allOrNone([
        () => (socket ? ofSocket.take(socket) : () => {}),
        () => ofIdentity.take(identity),
        () => atAddress.take(address),
      ]),
  };
}

class Places<K> {
  readonly #taken = new Map<K, number>();

  constructor(
    private readonly most: number,
    private readonly what: string,
  ) {}

  take(key: K): Leave {
    const taken = this.#taken.get(key) ?? 0;
    if (this.most > 0 && taken >= this.most) throw this.#full();
    this.#taken.set(key, taken + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const still = (this.#taken.get(key) ?? 1) - 1;
      if (still > 0) this.#taken.set(key, still);
      else this.#taken.delete(key);
    };
  }

  #full(): RequestError {
    const message = `There are ${this.most} ${this.what} already. End some, or try again later.`;
    const retryAfterSeconds = RETRY_AFTER_SECONDS;
    return new RequestError('RATE_LIMITED', message, { retryable: true, retryAfterSeconds });
  }
}

function allOrNone(takes: readonly (() => Leave)[]): Leave {
  const taken: Leave[] = [];
  const leave = () => taken.forEach((giveBack) => giveBack());
  try {
    for (const take of takes) taken.push(take());
  } catch (error) {
    leave();
    throw error;
  }
  return leave;
}

/** The same stream, which calls `leave` when it has ended, failed or was left. */
export function leavingAtEnd<T>(
  source: AsyncGenerator<T, void, void>,
  leave: Leave,
): AsyncGenerator<T, void, void> {
  const ended = (result: IteratorResult<T, void>) => {
    if (result.done) leave();
    return result;
  };
  const end = async (result: Promise<IteratorResult<T, void>>) => {
    leave();
    return result;
  };
  return {
    async next() {
      try {
        return ended(await source.next());
      } catch (error) {
        leave();
        throw error;
      }
    },
    return: () => end(source.return()),
    throw: (error) => end(source.throw(error)),
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await end(source.return());
    },
  };
}
