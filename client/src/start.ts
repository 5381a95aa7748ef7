/** The start of a query, and what its document has to select. */
import type { UsageDocument } from './document.js';
import type { UsageExecutionSource, UsageUserError } from './execution-state.js';
import type { Line } from './line.js';
import { invalidAnswer, UsageQueryError } from './usage-query-error.js';

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
 * Runs a start once, or under an idempotency key until it is answered. With `cancelOnAbort` the signal does not end the
 * request: whoever wants the execution canceled has to learn its id first.
 */
export async function start(
  line: Line,
  document: UsageDocument,
  variables: object,
  cancelOnAbort = false,
): Promise<StartedQuery> {
  const signal = cancelOnAbort ? new AbortController().signal : line.signal;
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
