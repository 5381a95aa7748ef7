/**
 * The results of one subscription on their way to its client. To the protocol libraries it is a stream that gives
 * nothing and ends when the subscription does: what they print for each subscriber is written here once for all who
 * share it. One result at a time: the next one is asked for when the one before has left the process, so that a slow
 * client holds one, and the latest state after it.
 *
 * Authorization is asked before each result, and again before it is written; when it ends the last result says why,
 * also while nothing happens, and whatever was on its way is not told.
 */
import { type ExecutionResult, GraphQLError } from 'graphql';

import type { RequestError } from '../../domain/error-codes.js';
import type { PushTrace } from '../../domain/ports/operation-traces.js';
import type { Leave } from '../admission/connection-limits.js';
import type { OperationArgs } from '../graphql-pipeline.js';
import { SerializedResult } from './serialized-result.js';
import type { SharedResult, SharedSelection, Subscriber } from './shared-selections.js';
import type { Authorization } from '../admission/token-watch.js';

/** Where the results of one operation go. */
export interface ResultSink {
  /** Settles when one more result may be handed over; undefined: at once. */
  room(): Promise<void> | undefined;
  /** Calls back when it has left the process, or never will. */
  write(result: SerializedResult, onLeft: () => void): void;
}

export interface DeliveryOptions {
  readonly source: AsyncIterable<unknown>;
  readonly selection: SharedSelection;
  readonly args: OperationArgs;
  readonly authorization: Authorization;
  readonly sink: ResultSink;
  /** What the client sees of a result with errors, and of what the stream failed with. */
  readonly format: (result: ExecutionResult, args: OperationArgs) => ExecutionResult;
  /** Told each state of which a result is then made. */
  readonly onState?: (state: unknown) => void;
  /** Called once, when it is over for whatever reason. */
  readonly onOver: Leave;
  /** Left out: nobody traces what is pushed. */
  readonly push?: PushTrace | undefined;
}

type Done = IteratorResult<never, void>;
const DONE: Done = { done: true, value: undefined };

/** Not an async generator, whose `return()` would wait behind the pending `next()`. */
export class Delivery implements AsyncGenerator<never, void, void>, Subscriber {
  isOver = false;
  readonly #source: AsyncIterator<unknown>;
  readonly #ended = Promise.withResolvers<Done>();
  #begun = false;
  #takeBack: () => void = () => {};

  constructor(private readonly options: DeliveryOptions) {
    this.#source = options.source[Symbol.asyncIterator]();
  }

  get args(): OperationArgs {
    return this.options.args;
  }

  /** Settles when everything has been told. */
  next(): Promise<Done> {
    if (!this.#begun && !this.isOver) this.#begin();
    return this.#ended.promise;
  }

  async return(): Promise<Done> {
    const left = this.#leave();
    this.#ended.resolve(DONE);
    await left;
    return DONE;
  }

  async throw(error: unknown): Promise<Done> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  take(shared: SharedResult): void {
    if (!this.#mayTell()) return;
    const { serialized, result, toldToAll, state } = shared;
    this.#write(serialized ?? this.#toShow(result), () => {
      this.options.push?.left(state);
      void toldToAll.then(() => this.#ask());
    });
  }

  /** The last result is the error: a stream is never broken by it. */
  fail(error: unknown): void {
    if (!this.isOver) this.#last({ errors: [toGraphQLError(error)] });
  }

  #begin(): void {
    this.#begun = true;
    this.#takeBack = this.options.authorization.onEnd((reason) => this.#refuse(reason));
    if (!this.isOver) this.#ask();
  }

  #ask(): void {
    if (!this.isOver)
      this.#source.next().then(
        (state) => this.#onState(state),
        (error: unknown) => this.fail(error),
      );
  }

  #onState(state: IteratorResult<unknown>): void {
    if (this.isOver) return;
    if (state.done) return this.#end();
    this.options.push?.begins(state.value);
    if (!this.#mayTell()) return;
    this.options.onState?.(state.value);
    this.options.selection.resultOf(state.value, this);
  }

  /** Tells why not, when it may not. */
  #mayTell(): boolean {
    const reason = this.isOver ? null : this.options.authorization.ended;
    if (reason) this.#refuse(reason);
    return !this.isOver;
  }

  #refuse(reason: RequestError): void {
    if (!this.isOver) this.#last({ errors: [toGraphQLError(reason)] });
  }

  #toShow(result: ExecutionResult): SerializedResult {
    return new SerializedResult(this.options.format(result, this.args));
  }

  #write(result: SerializedResult, onLeft: () => void): void {
    const { sink } = this.options;
    const room = sink.room();
    if (room) void this.#writeAfter(room, result, onLeft);
    else sink.write(result, onLeft);
  }

  async #writeAfter(room: Promise<void>, result: SerializedResult, onLeft: () => void): Promise<void> {
    await room;
    if (this.#mayTell()) this.options.sink.write(result, onLeft);
  }

  #last(result: ExecutionResult): void {
    const { sink } = this.options;
    const shown = this.#toShow(result);
    void this.#leave();
    const write = () => sink.write(shown, () => this.#ended.resolve(DONE));
    const room = sink.room();
    if (room) void room.then(write);
    else write();
  }

  #end(): void {
    void this.#leave();
    this.#ended.resolve(DONE);
  }

  async #leave(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.#takeBack();
    this.options.selection.leave();
    this.options.onOver();
    await this.#source.return?.();
  }
}

export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, {
    originalError,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });
}
