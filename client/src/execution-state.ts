/** What is read of an execution while it is waited for, and the three operations that do it. */
import { operationOn, type Selection, toText } from './document.js';

export type UsageExecutionStatus = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'TIMED_OUT';

/** Where the execution of a start came from. */
export type UsageExecutionSource = 'FRESH' | 'JOINED' | 'REUSED';

/** Fields of `UsageExecution`, as its schema describes them; instants are ISO-8601 texts. */
export interface UsageExecutionState {
  readonly id: string;
  readonly version: number;
  readonly operation: string;
  readonly status: UsageExecutionStatus;
  readonly done: boolean;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly expiresAt: string | null;
  readonly asOf: string | null;
  readonly pollCount: number;
  readonly nextPollAt: string | null;
  readonly pollAfterMs: number | null;
  readonly upstreamId: string | null;
  readonly upstreamMayStillRun: boolean;
  readonly truncated: boolean;
  readonly delay: {
    readonly reason: string;
    readonly message: string;
    readonly retryAfter: string | null;
  } | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
    readonly retryAfter: string | null;
    readonly upstreamStatus: number | null;
    readonly correlationId: string | null;
  } | null;
}

/** Why a start or a cancel was refused. */
export interface UsageUserError {
  readonly code: string;
  readonly message: string;
  readonly field?: readonly string[];
}

const STATE: readonly Selection[] = [
  ...words('id version operation status done createdAt finishedAt expiresAt asOf'),
  ...words('pollCount nextPollAt pollAfterMs upstreamId upstreamMayStillRun truncated'),
  ['delay', words('reason message retryAfter')],
  ['error', words('code message retryable retryAfter upstreamStatus correlationId')],
];

function words(text: string): string[] {
  return text.split(' ');
}

const id = { name: 'id', type: 'ID' };

export const EXECUTION_STATE = operationOn<{ usageExecution: UsageExecutionState | null }, { id: string }>({
  type: 'query',
  name: 'UsageExecutionState',
  variable: id,
  field: 'usageExecution',
  select: STATE,
});

export const EXECUTION_UPDATES = operationOn<{ usageExecutionUpdated: UsageExecutionState }, { id: string }>({
  type: 'subscription',
  name: 'UsageExecutionUpdates',
  variable: id,
  field: 'usageExecutionUpdated',
  select: STATE,
});

export const CANCEL_EXECUTION = operationOn<
  {
    cancelUsageExecution: { execution: UsageExecutionState | null; userErrors: readonly UsageUserError[] };
  },
  { input: { id: string } }
>({
  type: 'mutation',
  name: 'CancelUsageExecution',
  variable: { name: 'input', type: 'CancelUsageExecutionInput' },
  field: 'cancelUsageExecution',
  select: [
    ['execution', STATE],
    ['userErrors', words('code message field')],
  ],
});

/** Texts of what this package sends besides your documents, for a server that accepts listed documents alone. */
export const USAGE_DOCUMENTS: Readonly<Record<string, string>> = {
  UsageExecutionState: toText(EXECUTION_STATE),
  UsageExecutionUpdates: toText(EXECUTION_UPDATES),
  CancelUsageExecution: toText(CANCEL_EXECUTION),
};
