/**
 * Subscribers that ask the same thing with the same rights share one execution of their selection for each state that
 * they are given, and one serialized result. What they share is bound to the very object that was read from the store:
 * whoever was given another read, of the same state or not, gets a result of his own. Nobody waits for anybody else's
 * selection, and those who share one get it in turns, with room in between for all others.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { ExecutionResult } from 'graphql';

import type { OperationArgs } from '../graphql-pipeline.js';
import { type Reach, rightsOf, watchContext } from './reach.js';
import { SerializedResult } from './serialized-result.js';

/** What was made of a state, once for all who take it. `serialized` is null where errors have to be told to each. */
export interface SharedResult {
  readonly result: ExecutionResult;
  readonly serialized: SerializedResult | null;
  /** Settles when all who waited for it have been told: then is the time to ask for more. */
  readonly toldToAll: Promise<void>;
  /** Of what it was made. */
  readonly state: unknown;
}

export interface Subscriber {
  readonly args: OperationArgs;
  /** The result for the state that the subscriber has asked for last; not called for one who has left. */
  take(shared: SharedResult): void;
  fail(error: unknown): void;
  readonly isOver: boolean;
}

export interface SharedSelection {
  /** Calls `take` or `fail` of the subscriber, at once or later. */
  resultOf(state: unknown, subscriber: Subscriber): void;
  /** The subscriber has left. */
  leave(): void;
}

export interface SharedSelections {
  /** For one subscriber, until it leaves. */
  join(args: OperationArgs): SharedSelection;
}

/** Executes the selection of a subscription for one state. `requestId`: on whose behalf; the context must not be asked. */
export type ExecuteSelection = (
  args: OperationArgs,
  requestId: string,
) => ExecutionResult | Promise<ExecutionResult>;

/** What depends on the time, such as names and `pollAfterMs`, is as good as new for so long. */
const FRESH_MS = 1_000;
/** Sent to between two looks at what else there is to do: some 5 ms with results of 40 KB. */
const IN_A_TURN = 100;

export function createSharedSelections(execute: ExecuteSelection): SharedSelections {
  const selections = new Map<string, Selection>();
  return {
    join(args) {
      const key = keyOf(args);
      if (key === null) return new Selection(execute, () => {});
      const known = selections.get(key);
      const selection = known ?? new Selection(execute, () => selections.delete(key));
      if (!known) selections.set(key, selection);
      selection.subscribers += 1;
      return selection;
    },
  };
}

/** Null when the variables have no text that tells them from all others. */
function keyOf({ document, operationName, variableValues, contextValue }: OperationArgs): string | null {
  const text = document.loc?.source.body;
  let isExact = text !== undefined;
  // JSON can be read into numbers that it can not write.
  const variables = JSON.stringify(variableValues ?? null, (_, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) isExact = false;
    return value;
  });
  return isExact
    ? JSON.stringify([rightsOf(contextValue.caller), operationName ?? null, variables, text])
    : null;
}

class Selection implements SharedSelection {
  subscribers = 0;
  #runs = new WeakMap<object, Run>();
  #runsOfTokens = new WeakMap<object, Map<string, Run>>();
  /** Under way. */
  readonly #running = new Set<Run>();

  constructor(
    private readonly execute: ExecuteSelection,
    private readonly onEmpty: () => void,
  ) {}

  leave(): void {
    for (const run of this.#running) run.endUnlessAwaited();
    this.subscribers -= 1;
    if (this.subscribers === 0) this.onEmpty();
  }

  resultOf(state: unknown, subscriber: Subscriber): void {
    if (typeof state !== 'object' || state === null) return this.#alone(state, subscriber);
    const known = this.#runs.get(state);
    if (known?.isFresh) return known.add(subscriber);
    this.#runs.set(
      state,
      this.#start(state, subscriber, (other, reach) => this.#apart(state, reach, other)),
    );
  }

  /** For one who can not have what another one got. */
  #apart(state: object, reach: Reach, subscriber: Subscriber): void {
    if (reach === 'OPERATION') return this.#alone(state, subscriber);
    const { token } = subscriber.args.contextValue.caller;
    const runs = this.#runsOfTokens.get(state) ?? new Map<string, Run>();
    this.#runsOfTokens.set(state, runs);
    const known = runs.get(token);
    if (known?.isFresh) return known.add(subscriber);
    runs.set(
      token,
      this.#start(state, subscriber, (other) => this.#alone(state, other)),
    );
  }

  #alone(state: unknown, subscriber: Subscriber): void {
    // Nobody is added to it.
    this.#start(state, subscriber, () => {});
  }

  #start(state: unknown, first: Subscriber, onOther: OnOther): Run {
    const run = new Run(state, first, onOther);
    const { requestId } = first.args.contextValue;
    const watched = watchContext(first.args.contextValue, run.signal);
    const args = { ...first.args, contextValue: watched.context, rootValue: state };
    this.#running.add(run);
    const settled = run.settle(
      async () => this.execute(args, requestId),
      () => watched.reach,
    );
    void settled.then(() => this.#running.delete(run));
    return run;
  }
}

/** Another one has asked for what reaches not so far. */
type OnOther = (subscriber: Subscriber, reach: Reach) => void;

type Ending = { readonly shared: SharedResult } | { readonly error: unknown };

/** One execution of the selection, and those who wait for it. */
class Run {
  readonly #startedAt = performance.now();
  readonly #token: string;
  readonly #waiting: Subscriber[];
  readonly #abandoned = new AbortController();
  #ending: Ending | null = null;
  #reach: Reach = 'OPERATION';

  constructor(
    private readonly state: unknown,
    private readonly first: Subscriber,
    private readonly onOther: OnOther,
  ) {
    this.#waiting = [first];
    this.#token = first.args.contextValue.caller.token;
  }

  /** Aborted when all who waited for it have left. */
  get signal(): AbortSignal {
    return this.#abandoned.signal;
  }

  endUnlessAwaited(): void {
    if (this.#ending === null && this.#waiting.every(({ isOver }) => isOver)) this.#abandoned.abort();
  }

  /** Whoever comes while it runs waits for it, also when that takes long. */
  get isFresh(): boolean {
    if (this.#abandoned.signal.aborted) return false;
    return this.#ending === null || performance.now() - this.#startedAt < FRESH_MS;
  }

  add(subscriber: Subscriber): void {
    if (this.#ending) this.#hand(subscriber, this.#ending);
    else this.#waiting.push(subscriber);
  }

  async settle(execute: () => Promise<ExecutionResult>, reach: () => Reach): Promise<void> {
    const told = Promise.withResolvers<void>();
    const ending = await execute().then(
      (result) => toEnding(result, told.promise, this.state),
      (error: unknown) => ({ error }),
    );
    this.#reach = reach();
    this.#ending = ending;
    for (const [i, subscriber] of this.#waiting.splice(0).entries()) {
      if (i > 0 && i % IN_A_TURN === 0) await nextTurn();
      this.#hand(subscriber, ending);
    }
    told.resolve();
  }

  #hand(subscriber: Subscriber, ending: Ending): void {
    if (subscriber.isOver) return;
    if (!this.#reaches(subscriber)) return this.onOther(subscriber, this.#reach);
    if ('error' in ending) subscriber.fail(ending.error);
    else subscriber.take(ending.shared);
  }

  #reaches(subscriber: Subscriber): boolean {
    if (subscriber === this.first || this.#reach === 'RIGHTS') return true;
    return this.#reach === 'TOKEN' && subscriber.args.contextValue.caller.token === this.#token;
  }
}

/** A masked error bears the id of a request, which is everybody's own. */
function toEnding(result: ExecutionResult, toldToAll: Promise<void>, state: unknown): Ending {
  const serialized = result.errors ? null : new SerializedResult(result);
  return { shared: { result, serialized, toldToAll, state } };
}
