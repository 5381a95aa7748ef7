/** The one call that most programs need: start a usage query, wait for it whatever the network does, have its result. */
import type { UsageDocument } from './document.js';
import {
  CANCEL_EXECUTION,
  type UsageExecutionSource,
  type UsageExecutionState,
  type UsageUserError,
} from './execution-state.js';
import { Line } from './line.js';
import { untilDone } from './until-done.js';
import type { UsageClient } from './usage-client.js';
import { endedWithoutRows, invalidAnswer, notFound, UsageQueryError } from './usage-query-error.js';
import type { WaitOptions } from './wait-options.js';

/** What a start's payload has to select. `source` is worth selecting, too. */
export interface StartPayload {
  readonly execution?: { readonly id: string } | null | undefined;
  readonly source?: UsageExecutionSource | null | undefined;
  readonly userErrors: readonly UsageUserError[];
}

export interface StartedQuery {
  readonly id: string;
  /** Null when your document does not select it. */
  readonly source: UsageExecutionSource | null;
}

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

/** Is `never` for typed documents that no execution can be taken from, so that they do not compile. */
export type StartDocument<TData, TVariables> = UsageDocument<TData, TVariables> &
  StartsExecution<NoInfer<TData>>;

type StartsExecution<TData> = unknown extends TData
  ? unknown
  : [PayloadIn<TData>] extends [never]
    ? never
    : unknown;

type PayloadIn<TData> = Extract<NonNullable<TData[keyof TData]>, StartPayload>;

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
  const begin = () => start(line, document, Object(variables) as object, options);
  return waitFor(line, begin, options);
}

/**
 * The first half alone: starts a query and gives its execution's id, for programs that come back later.
 * `followUsageExecution` is the second half.
 */
export function startUsageQuery<TData, TVariables>(
  client: UsageClient,
  document: StartDocument<TData, TVariables>,
  variables: NoInfer<TVariables>,
  options: Omit<WaitOptions, 'cancelOnAbort' | 'onProgress' | 'pushTimeoutMs'> = {},
): Promise<StartedQuery> {
  return start(new Line(client, options), document, Object(variables) as object, options);
}

/** The data of any one query or mutation, with the errors of this package: for lists, budgets, comparisons. */
export function requestUsage<TData, TVariables>(
  client: UsageClient,
  document: UsageDocument<TData, TVariables>,
  variables: NoInfer<TVariables>,
  options: Pick<WaitOptions, 'signal' | 'requestTimeoutMs'> = {},
): Promise<TData> {
  return new Line(client, options).ask<TData>(document as UsageDocument<TData>, Object(variables) as object);
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

async function start(
  line: Line,
  document: UsageDocument,
  variables: object,
  options: AnyOptions,
): Promise<StartedQuery> {
  // Whoever wants it canceled has to learn its id, even when the abort comes first.
  const signal = options.cancelOnAbort ? new AbortController().signal : line.signal;
  const data = hasIdempotencyKey(variables)
    ? await line.askUntilAnswered(document, variables, signal)
    : await line.ask(document, variables, signal);
  const payload = payloadIn(data);
  if (!payload) {
    throw invalidAnswer(
      'The answer holds no start of a usage query: its payload has to select `execution { id }` and `userErrors`.',
      line.standing,
    );
  }
  const { execution, userErrors, source = null } = payload;
  if (userErrors.length > 0 || !execution) throw refusedStart(payload);
  return { id: execution.id, source };
}

/** In whatever field, under whatever alias. */
function payloadIn(data: unknown): StartPayload | undefined {
  const fields: unknown[] = typeof data === 'object' && data !== null ? Object.values(data) : [];
  return fields.find(isPayload);
}

function isPayload(value: unknown): value is StartPayload {
  if (typeof value !== 'object' || value === null || !('userErrors' in value)) return false;
  const { execution, userErrors } = value as Partial<StartPayload>;
  return Array.isArray(userErrors) && (userErrors.length > 0 || typeof execution?.id === 'string');
}

function hasIdempotencyKey(variables: object): boolean {
  const { input = null } = variables as { input?: { idempotencyKey?: unknown } | null };
  return typeof input?.idempotencyKey === 'string';
}

function refusedStart({ userErrors, execution }: StartPayload): UsageQueryError {
  const [first] = userErrors;
  const message = userErrors.map((error) => error.message).join(' ');
  return new UsageQueryError(message, {
    kind: 'refused',
    code: first?.code ?? 'INVALID_ANSWER',
    retryable: false,
    userErrors,
    executionId: execution?.id ?? null,
  });
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

/** The error of an abort: says what becomes of the execution, after seeing to it. */
async function stopped(line: Line, cancel: boolean): Promise<UsageQueryError> {
  const { executionId } = line.standing;
  const toError = (message: string, canceled = false, userErrors: readonly UsageUserError[] = []) =>
    new UsageQueryError(message, {
      kind: 'aborted',
      code: 'ABORTED',
      retryable: true,
      canceled,
      userErrors,
      cause: line.signal.reason,
      ...line.standing,
    });
  if (executionId === null) return toError('Stopped before the server said whether a query was started.');
  if (!cancel) return toError(`Stopped waiting for ${executionId}, which goes on at the server.`);
  if (line.source === 'JOINED' || line.source === 'REUSED')
    return toError(
      `Stopped waiting for ${executionId}; it was started by another call, and goes on for that.`,
    );
  try {
    const unstoppable = new AbortController().signal;
    const data = await line.ask(CANCEL_EXECUTION, { input: { id: executionId } }, unstoppable);
    const { execution, userErrors } = data.cancelUsageExecution;
    if (execution) line.take(execution);
    if (userErrors.length > 0)
      return toError(
        `Stopped waiting for ${executionId}, which was not canceled: ${userErrors[0]?.message}`,
        false,
        userErrors,
      );
    const rest = execution?.upstreamMayStillRun
      ? ' Genesys Cloud, which has no cancel, may still work on it.'
      : '';
    return toError(`Canceled ${executionId}.${rest}`, true);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return toError(`Stopped waiting for ${executionId}, which could not be canceled: ${why}`);
  }
}
