/** The one call that most programs need: start a usage query, wait for it whatever the network does, have its result. */
import type { UsageDocument } from './document.js';
import type { UsageExecutionState } from './execution-state.js';
import { Line } from './line.js';
import { start, type StartDocument, type StartedQuery } from './start.js';
import { stopped } from './stopped.js';
import { untilDone } from './until-done.js';
import type { UsageClient } from './usage-client.js';
import { endedWithoutRows, invalidAnswer, notFound } from './usage-query-error.js';
import type { WaitOptions } from './wait-options.js';

/** What a `result` document has to hold: the execution, under this name, by a variable `$id: ID!`. */
export interface ResultData {
  readonly usageExecution?: object | null | undefined;
}

/** Is asked for once the execution has succeeded. */
export type ResultOptions<TResult extends ResultData, TVariables> = {
  /** A query such as `query Report($id: ID!) { usageExecution(id: $id) { totals { requests } } }`. */
  readonly result: UsageDocument<TResult, TVariables>;
} & ResultVariables<NoInfer<TVariables>>;

/** Its variables besides `id`; may be left out when there are none that must be given. */
type ResultVariables<TVariables> =
  object extends Omit<TVariables, 'id'>
    ? { readonly resultVariables?: Omit<TVariables, 'id'> }
    : { readonly resultVariables: Omit<TVariables, 'id'> };

/** The execution with the fields that a `result` document selects. */
export type SelectedExecution<TResult extends ResultData> = NonNullable<TResult['usageExecution']>;

/**
 * Runs the mutation of `document`, follows the execution that it gives, and resolves with the execution once it has
 * succeeded: with the fields that `result` selects, or with its state. Rejects with `UsageQueryError` for everything else.
 *
 * The state is pushed where that is possible, else asked for in the rhythm that the server recommends. A broken network
 * is waited out, since the execution lives at the server. Only the start itself is never repeated, unless `variables`
 * hold an `idempotencyKey`: without one, nobody could tell whether it would start a second query.
 */
export function runUsageQuery<TData, TVariables, TResult extends ResultData, TResultVariables>(
  client: UsageClient,
  document: StartDocument<TData, TVariables>,
  variables: NoInfer<TVariables>,
  options: WaitOptions & ResultOptions<TResult, TResultVariables>,
): Promise<SelectedExecution<TResult>>;
export function runUsageQuery<TData, TVariables>(
  client: UsageClient,
  document: StartDocument<TData, TVariables>,
  variables: NoInfer<TVariables>,
  options?: WaitOptions,
): Promise<UsageExecutionState>;
export function runUsageQuery(
  client: UsageClient,
  document: UsageDocument,
  variables: unknown,
  options: AnyOptions = {},
): Promise<object> {
  const line = new Line(client, options);
  const begin = () => start(line, document, Object(variables) as object, options.cancelOnAbort);
  return waitFor(line, begin, options);
}

/**
 * The first half alone: starts a query and gives its execution's id, for programs that come back later.
 * `followUsageExecution` is the second half. An abort rejects with the signal's reason.
 */
export function startUsageQuery<TData, TVariables>(
  client: UsageClient,
  document: StartDocument<TData, TVariables>,
  variables: NoInfer<TVariables>,
  options: Omit<WaitOptions, 'cancelOnAbort' | 'onProgress' | 'pushTimeoutMs'> = {},
): Promise<StartedQuery> {
  return start(new Line(client, options), document, Object(variables) as object);
}

/**
 * The data of any one query or mutation, with the errors of this package: for lists, budgets, comparisons. An abort
 * rejects with the signal's reason.
 */
export function requestUsage<TData, TVariables>(
  client: UsageClient,
  document: UsageDocument<TData, TVariables>,
  variables: NoInfer<TVariables>,
  options: Pick<WaitOptions, 'signal' | 'requestTimeoutMs'> = {},
): Promise<TData> {
  return new Line(client, options).ask<TData>(document, Object(variables) as object);
}

/** The same for an execution that was started before, here or elsewhere: after a page was loaded again, say. */
export function followUsageExecution<TResult extends ResultData, TResultVariables>(
  client: UsageClient,
  id: string,
  options: WaitOptions & ResultOptions<TResult, TResultVariables>,
): Promise<SelectedExecution<TResult>>;
export function followUsageExecution(
  client: UsageClient,
  id: string,
  options?: WaitOptions,
): Promise<UsageExecutionState>;
export function followUsageExecution(
  client: UsageClient,
  id: string,
  options: AnyOptions = {},
): Promise<object> {
  const line = new Line(client, options);
  return waitFor(line, () => Promise.resolve({ id, source: null }), options);
}

type AnyOptions = WaitOptions & { readonly result?: UsageDocument; readonly resultVariables?: object };

async function waitFor(line: Line, begin: () => Promise<StartedQuery>, options: AnyOptions): Promise<object> {
  try {
    line.signal.throwIfAborted();
    const { id, source } = await begin();
    line.follow(id, source);
    const state = await untilDone(line, id);
    if (state.status !== 'SUCCEEDED') throw endedWithoutRows(state);
    return options.result ? await readResult(line, id, options.result, options.resultVariables) : state;
  } catch (error) {
    if (line.signal.aborted) throw await stopped(line, options.cancelOnAbort ?? false);
    throw error;
  }
}

async function readResult(
  line: Line,
  id: string,
  result: UsageDocument,
  variables: object = {},
): Promise<object> {
  const data = await line.askUntilAnswered(result, { ...variables, id });
  const { usageExecution } = Object(data) as ResultData;
  if (usageExecution === undefined)
    throw invalidAnswer('The `result` document has to hold the field `usageExecution`.', line.standing);
  if (usageExecution === null) throw notFound(id);
  return usageExecution;
}
