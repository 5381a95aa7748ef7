/** What callers do with executions: start, look at, list, cancel. Everything else happens in the poller. */
import { setTimeout as sleep } from 'node:timers/promises';

import { type Caller, mayUse, scopeOf, visibilityOf } from '../domain/caller.js';
import type { ExecutionErrorCode, UserError, UserErrorCode } from '../domain/error-codes.js';
import { type Execution, isFinal } from '../domain/execution.js';
import type { ExecutionFilter } from '../domain/execution-filter.js';
import { OPERATION_TRAITS, type UsageOperation } from '../domain/operation.js';
import type { Claim, CredentialSource, ExecutionStore, ListPage, PageOf } from '../domain/ports.js';
import { canonicalRequest, type RequestDraft, type UsageRequest } from '../domain/request.js';

export interface ExecutionServiceOptions {
  readonly store: ExecutionStore;
  readonly credentials: CredentialSource;
  /** Makes the first step of a new execution; see `Poller.adopt`. */
  readonly adopt: (claim: Claim) => Promise<Execution | null>;
  readonly node: string;
  readonly leaseMs: number;
  /** How long upstream may take in all. */
  readonly deadlineMs: number;
  readonly resultTtlMs: number;
  /** The wall clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

/** `execution` is null only when `userErrors` is not empty. */
export interface StartResult {
  readonly execution: Execution | null;
  readonly userErrors: readonly UserError[];
}

export interface ExecutionService {
  /**
   * Stores the intent and starts the query upstream. Gives the execution as soon as upstream has answered the start,
   * or after two seconds as it then is. A refusal by upstream is told both ways: as a user error and as the failed
   * execution that keeps it.
   */
  start(caller: Caller, operation: UsageOperation, draft: RequestDraft): Promise<StartResult>;
  /** Null when unknown, foreign or expired. */
  get(caller: Caller, id: string): Promise<Execution | null>;
  list(caller: Caller, filter: ExecutionFilter, page: ListPage): Promise<PageOf<Execution>>;
  count(caller: Caller, filter: ExecutionFilter): Promise<number>;
  /** Ends our watching; upstream has no cancel. Whoever started the execution may do it. */
  cancel(caller: Caller, id: string): Promise<StartResult>;
}

/** Upstream answers a start within a fraction of this; a caller should not wait longer for what polling will show. */
const START_WAIT_MS = 2_000;

export function createExecutionService(options: ExecutionServiceOptions): ExecutionService {
  const { store, credentials } = options;

  async function create(caller: Caller, operation: UsageOperation, request: UsageRequest): Promise<Claim> {
    const { credentialId, sealed } = credentials.hold(caller);
    const owner = {
      organizationId: caller.organization.id,
      scope: scopeOf(caller),
      subjectId: caller.subject.id,
    };
    const { deadlineMs, node, leaseMs } = options;
    const intent = { operation, request, owner, credentialId, sealedCredential: sealed, deadlineMs };
    return store.create(intent, node, leaseMs);
  }

  return {
    async start(caller, operation, draft) {
      if (!mayUse(caller, operation)) return refuse(forbidden(operation));
      const canonical = canonicalRequest(operation, draft, options.now());
      if (!canonical.ok) return refuse(...canonical.userErrors);
      const claim = await create(caller, operation, canonical.request);
      const stepped = await Promise.race([options.adopt(claim), sleep(START_WAIT_MS, null, { ref: false })]);
      const execution =
        stepped ??
        (await store.get(claim.execution.id, visibilityOf(caller)).catch(() => null)) ??
        claim.execution;
      return { execution, userErrors: startRefusals(execution) };
    },
    get: (caller, id) => store.get(id, visibilityOf(caller)),
    list: (caller, filter, page) => store.list(visibilityOf(caller), filter, page),
    count: (caller, filter) => store.count(visibilityOf(caller), filter),

    async cancel(caller, id) {
      const visibility = visibilityOf(caller);
      const present = await store.get(id, visibility);
      if (!present) return refuse(userError('NOT_FOUND', 'There is no such execution.', 'id'));
      if (present.owner.subjectId !== caller.subject.id) {
        const message = 'Only whoever started an execution may cancel it.';
        return { execution: present, userErrors: [userError('FORBIDDEN', message, 'id')] };
      }
      const canceled = await store.cancel(id, visibility, options.resultTtlMs);
      if (canceled) return { execution: canceled, userErrors: [] };
      const execution = (await store.get(id, visibility)) ?? present;
      const message = `The execution had ended before as ${execution.status}; nothing was changed.`;
      return { execution, userErrors: [userError('ALREADY_FINAL', message, 'id')] };
    },
  };
}

function refuse(...userErrors: readonly UserError[]): StartResult {
  return { execution: null, userErrors };
}

function userError(code: UserErrorCode, message: string, field?: string): UserError {
  return { code, message, field: field === undefined ? ['input'] : ['input', field] };
}

function forbidden(operation: UsageOperation): UserError {
  const needed = OPERATION_TRAITS[operation].permissions.join(' or ');
  return userError(
    'FORBIDDEN',
    `${operation} needs the permission ${needed}, which the caller does not have.`,
  );
}

/** Refusals by upstream that the caller of a start can mend, and the code under which they are told. */
const START_REFUSALS: Partial<Record<ExecutionErrorCode, UserErrorCode>> = {
  UPSTREAM_REJECTED: 'UPSTREAM_REJECTED',
  UPSTREAM_FORBIDDEN: 'FORBIDDEN',
  UPSTREAM_NOT_FOUND: 'NOT_FOUND',
};

function startRefusals({ status, error, upstreamId }: Execution): UserError[] {
  const code = error && START_REFUSALS[error.code];
  return isFinal(status) && upstreamId === null && code ? [userError(code, error.message)] : [];
}
