/** The line to the server for one call: requests with a deadline, repeated where that is safe, and what is known so far. */
import { abortable, pause } from './abortable.js';
import type { UsageDocument } from './document.js';
import type { UsageExecutionSource, UsageExecutionState } from './execution-state.js';
import type { UsageClient, UsageRequest, UsageResponse } from './usage-client.js';
import {
  invalidAnswer,
  networkError,
  refusedRequest,
  type Standing,
  UsageQueryError,
} from './usage-query-error.js';
import { DEFAULTS, type UsageProgress, type WaitOptions } from './wait-options.js';

const FIRST_PAUSE_MS = 250;
/** Nobody minds a result that comes ten seconds after the network; a server that comes back minds a crowd. */
const LONGEST_PAUSE_MS = 10_000;
/** Never aborts; for callers without a signal. */
const NEVER = new AbortController().signal;

export class Line {
  readonly client: UsageClient;
  readonly signal: AbortSignal;
  readonly pushTimeoutMs: number;
  source: UsageExecutionSource | null = null;
  readonly #options: WaitOptions;
  readonly #startedAt = Date.now();
  #executionId: string | null = null;
  #execution: UsageExecutionState | null = null;

  constructor(client: UsageClient, options: WaitOptions) {
    this.client = client;
    this.#options = options;
    this.signal = options.signal ?? NEVER;
    this.pushTimeoutMs = options.pushTimeoutMs ?? DEFAULTS.pushTimeoutMs;
  }

  get standing(): Standing {
    return { executionId: this.#executionId, execution: this.#execution };
  }

  /** From now on it is this execution that is waited for. */
  follow(id: string, source: UsageExecutionSource | null): void {
    this.#executionId = id;
    this.source = source;
    this.tell('starting');
  }

  /** Takes a state in and tells of it; an older one than is known is forgotten. */
  see(state: UsageExecutionState, connection: 'push' | 'polling'): void {
    if (this.take(state)) this.tell(connection);
  }

  /** Takes a state in, unless it is older than the known one. */
  take(state: UsageExecutionState): boolean {
    if (this.#execution && state.version < this.#execution.version) return false;
    this.#execution = state;
    return true;
  }

  tell(connection: UsageProgress['connection']): void {
    this.#options.onProgress?.({
      executionId: this.#executionId ?? '',
      execution: this.#execution,
      source: this.source,
      connection,
      elapsedMs: Date.now() - this.#startedAt,
    });
  }

  /** The data of one request. Throws `UsageQueryError`, or the reason of the signal. */
  async ask<TResult>(
    document: UsageDocument<TResult>,
    variables: object,
    signal = this.signal,
  ): Promise<TResult> {
    const { data, errors } = await this.#send({ document, variables: { ...variables } }, signal);
    if (errors && errors.length > 0) throw refusedRequest(errors, this.standing);
    if (data === null || data === undefined)
      throw invalidAnswer('The server gave neither data nor errors.', this.standing);
    return data as TResult;
  }

  /** The same for what may be asked twice: asked until there is an answer, or until it is given up. */
  async askUntilAnswered<TResult>(
    document: UsageDocument<TResult>,
    variables: object,
    signal = this.signal,
  ): Promise<TResult> {
    const giveUpAt = Date.now() + (this.#options.giveUpAfterMs ?? DEFAULTS.giveUpAfterMs);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await this.ask(document, variables, signal);
      } catch (error) {
        this.signal.throwIfAborted();
        if (!(error instanceof UsageQueryError) || !error.retryable) throw error;
        const notBeforeMs = error.retryAfterMs ?? 0;
        if (Date.now() + notBeforeMs > giveUpAt) throw error;
        if (this.#executionId !== null) this.tell('lost');
        // Half of it by chance: those who were cut off together do not come back together.
        await pause(Math.max(notBeforeMs, pauseMs * (0.5 + Math.random() / 2)), this.signal);
      }
    }
  }

  async #send(request: UsageRequest, signal: AbortSignal): Promise<UsageResponse> {
    const { requestTimeoutMs = DEFAULTS.requestTimeoutMs } = this.#options;
    const deadline = new AbortController();
    const timer = setTimeout(
      () => deadline.abort(new Error(`no answer within ${requestTimeoutMs} ms`)),
      requestTimeoutMs,
    );
    const ended = AbortSignal.any([signal, deadline.signal]);
    try {
      return await abortable(this.client.request(request, ended), ended);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UsageQueryError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw networkError(`No answer from the server: ${why}`, this.standing, error);
    } finally {
      clearTimeout(timer);
    }
  }
}
