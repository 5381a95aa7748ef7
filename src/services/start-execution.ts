/**
 * Starting a query, and not starting it when there is one that will do. Invariant: what decides whether a new
 * execution is needed is the store (`createUnlessShared`); everything before it here only spares the store work.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { type Caller, mayUse, scopeOf, visibilityOf } from '../domain/caller.js';
import { resultDay } from '../domain/data-day.js';
import {
  ASK_FOR_ROLE,
  type ExecutionErrorCode,
  RequestError,
  type UserError,
  type UserErrorCode,
} from '../domain/error-codes.js';
import { type Execution, isFinal } from '../domain/execution.js';
import { OPERATION_TRAITS, type UsageOperation } from '../domain/operation.js';
import type { CredentialSource } from '../domain/ports/credentials.js';
import type {
  Claim,
  ExecutionStore,
  NewExecution,
  Sharing,
  StoredStart,
} from '../domain/ports/execution-store.js';
import { canonicalRequest, type RequestDraft, type UsageRequest } from '../domain/request.js';
import { requestDigest, requestKey } from '../domain/request-key.js';
import { checkStartOptions, type StartOptions } from '../domain/start-options.js';
import type { CredentialVisits } from './upstream-calls/credential-visits.js';
import type { FinalWait } from './final-wait.js';

export interface StartExecutionOptions {
  readonly store: ExecutionStore;
  readonly credentials: CredentialSource;
  /** Makes the first step of a new execution; see `Poller.adopt`. */
  readonly adopt: (claim: Claim) => Promise<Execution | null>;
  readonly wait: FinalWait;
  /** Whoever joins an execution that waits for a token lends his. */
  readonly visits: Pick<CredentialVisits, 'saw'>;
  readonly node: string;
  readonly leaseMs: number;
  /** How long upstream may take in all. */
  readonly deadlineMs: number;
  /** See `domain/data-day.ts`. */
  readonly dataDayBoundaryMs: number;
  /** The wall clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

export type ExecutionSource = 'FRESH' | 'JOINED' | 'REUSED';

/** `execution` and `source` are null only when `userErrors` is not empty. */
export interface StartResult {
  readonly execution: Execution | null;
  readonly source: ExecutionSource | null;
  readonly userErrors: readonly UserError[];
}

/** `gone` is aborted when nobody waits for the answer any more. */
export type StartExecution = (
  caller: Caller,
  operation: UsageOperation,
  draft: RequestDraft & StartOptions,
  gone: AbortSignal,
) => Promise<StartResult>;

/** Upstream answers a start within a fraction of this; a caller should not wait longer for what polling will show. */
const START_WAIT_MS = 2_000;

export function createStartExecution(options: StartExecutionOptions): StartExecution {
  const { store, node, leaseMs } = options;
  const inTurn = createTurns();

  function intentOf(caller: Caller, query: Query): NewExecution {
    const { credentialId, sealed, onlyHere } = options.credentials.hold(caller);
    const owner = {
      organizationId: caller.organization.id,
      scope: scopeOf(caller),
      subjectId: caller.subject.id,
    };
    const credential = { credentialId, sealedCredential: sealed, heldHere: onlyHere };
    return { ...query, owner, ...credential, deadlineMs: options.deadlineMs };
  }

  /** The token is held only when a new execution may need it. */
  async function createFor(caller: Caller, query: Query, sharing: Sharing): Promise<StoredStart> {
    const intent = intentOf(caller, query);
    if (sharing.maxAgeSeconds !== 0 || sharing.idempotency)
      return store.createUnlessShared(intent, sharing, node, leaseMs);
    return { source: 'FRESH', claim: await store.create(intent, node, leaseMs) };
  }

  function startOrShare(caller: Caller, query: Query, sharing: Sharing): Promise<StoredStart> {
    const attempt = async () => (await store.findShared(sharing)) ?? createFor(caller, query, sharing);
    return sharing.maxAgeSeconds === 0 ? attempt() : inTurn(query.requestKey, attempt);
  }

  /** As upstream has answered the start, or as it is when that takes too long. */
  async function firstStep(claim: Claim, caller: Caller): Promise<Execution> {
    const stepped = await Promise.race([options.adopt(claim), sleep(START_WAIT_MS, null, { ref: false })]);
    const read = () => store.get(claim.execution.id, visibilityOf(caller)).catch(() => null);
    return stepped ?? (await read()) ?? claim.execution;
  }

  return async (caller, operation, draft, gone) => {
    const since = performance.now();
    if (!mayUse(caller, operation)) return refuse(forbidden(operation));
    const nowMs = options.now();
    const canonical = canonicalRequest(operation, draft, nowMs);
    const optionErrors = checkStartOptions(draft);
    if (!canonical.ok) return refuse(...canonical.userErrors, ...optionErrors);
    if (optionErrors.length > 0) return refuse(...optionErrors);

    const { request } = canonical;
    if (gone.aborted) throw clientLeft();
    const digest = requestDigest(operation, request);
    const visibility = visibilityOf(caller);
    const day = resultDay(request, nowMs, options.dataDayBoundaryMs);
    const query = { operation, request, requestKey: requestKey(visibility, digest, day) };
    const sharing = sharingOf(caller, draft, query.requestKey, digest);
    const started = await startOrShare(caller, query, sharing);
    if (started.source === 'KEY_TAKEN') return refuse(KEY_REUSED);
    if (started.source === 'JOINED') options.visits.saw(caller, started.execution);

    const present = started.source === 'FRESH' ? await firstStep(started.claim, caller) : started.execution;
    const remainingMs = (draft.waitMs ?? 0) - (performance.now() - since);
    const execution = await options.wait.untilFinal(present, visibility, remainingMs, gone);
    return { execution, source: started.source, userErrors: startRefusals(execution) };
  };
}

/** Nobody reads it, and upstream need not be asked for nobody. */
function clientLeft(): RequestError {
  return new RequestError('SERVICE_UNAVAILABLE', 'The client has left before its query was started.');
}

type Query = Pick<NewExecution, 'operation' | 'requestKey'> & { readonly request: UsageRequest };

function sharingOf(
  caller: Caller,
  { reuse, idempotencyKey }: StartOptions,
  key: string,
  digest: string,
): Sharing {
  const named = idempotencyKey ?? null;
  return {
    visibility: visibilityOf(caller),
    requestKey: key,
    maxAgeSeconds: reuse?.maxAgeSeconds ?? null,
    idempotency: named === null ? null : { key: named, subjectId: caller.subject.id, requestDigest: digest },
  };
}

/**
 * Of identical starts that come together at this node, the first goes ahead and the others look when it is through: a
 * thousand of them cost one transaction and as many quick reads, and never wait for a lock with a connection in hand.
 */
function createTurns() {
  const ahead = new Map<string, Promise<unknown>>();
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const first = ahead.get(key);
    if (first) {
      // Whether it has failed is its own affair.
      await first.catch(() => {});
      return work();
    }
    const working = work();
    ahead.set(key, working);
    try {
      return await working;
    } finally {
      ahead.delete(key);
    }
  };
}

function refuse(...userErrors: readonly UserError[]): StartResult {
  return { execution: null, source: null, userErrors };
}

const KEY_REUSED: UserError = {
  code: 'IDEMPOTENCY_KEY_REUSED',
  message: 'This key was used for another request within the last 24 hours. Give each request its own.',
  field: ['input', 'idempotencyKey'],
};

function forbidden(operation: UsageOperation): UserError {
  const needed = OPERATION_TRAITS[operation].permissions.join(' or ');
  const message = `${operation} needs the permission ${needed}, which the caller does not have. ${ASK_FOR_ROLE}`;
  return { code: 'FORBIDDEN', message, field: ['input'] };
}

/** Refusals by upstream that the caller of a start can mend, and the code under which they are told. */
const START_REFUSALS: Partial<Record<ExecutionErrorCode, UserErrorCode>> = {
  UPSTREAM_REJECTED: 'UPSTREAM_REJECTED',
  UPSTREAM_FORBIDDEN: 'FORBIDDEN',
  UPSTREAM_NOT_FOUND: 'NOT_FOUND',
};

/** Upstream's words say what is wrong at best. */
const WHAT_TO_DO: Partial<Record<UserErrorCode, string>> = {
  UPSTREAM_REJECTED: 'Change the input and start anew.',
  FORBIDDEN: ASK_FOR_ROLE,
  NOT_FOUND: 'If it is about an OAuth client, check that clientId is the id of one of this organization.',
};

/** Whoever repeats a start under its key is told the same again. */
function startRefusals({ status, error, upstreamId }: Execution): UserError[] {
  const code = error && START_REFUSALS[error.code];
  const isRefused = isFinal(status) && upstreamId === null && code;
  if (!isRefused) return [];
  const message = `${error.message.replace(/\.?$/, '.')} ${WHAT_TO_DO[code] ?? ''}`.trim();
  return [{ code, message, field: ['input'] }];
}
