/** Upstream and its credentials as a test wants them: written against the ports, without a network. */
import type { CredentialSource } from '../../src/domain/ports/credentials.js';
import type {
  PollAnswer,
  SubmittedQuery,
  TakeRows,
  UpstreamQuery,
  UsageUpstream,
} from '../../src/domain/ports/usage-upstream.js';
import {
  UpstreamError,
  type UpstreamErrorDetails,
  type UpstreamErrorKind,
} from '../../src/domain/upstream-error.js';

type Reply<Query, Answer> = (
  query: Query,
  token: string,
  signal: AbortSignal,
  take?: TakeRows,
) => Answer | Promise<Answer>;

export interface ScriptedUpstream extends UsageUpstream {
  onStart: Reply<UpstreamQuery, { upstreamId: string }>;
  onPoll: Reply<SubmittedQuery, PollAnswer>;
  /** What was asked so far, with the token that it was asked with. */
  readonly starts: (UpstreamQuery & { token: string })[];
  readonly polls: (SubmittedQuery & { token: string })[];
}

export const RUNNING: PollAnswer = { state: 'RUNNING', upstreamStatus: 'Running', known: true };
export const NO_ROWS: PollAnswer = { state: 'ROWS', rows: [], nextCursor: null };

/** Accepts every query and answers that it still runs, until told otherwise. */
export function scriptedUpstream(): ScriptedUpstream {
  const upstream: ScriptedUpstream = {
    onStart: () => ({ upstreamId: `upstream-${upstream.starts.length}` }),
    onPoll: () => RUNNING,
    starts: [],
    polls: [],
    async start(query, token, signal) {
      upstream.starts.push({ ...query, token });
      return upstream.onStart(query, token, signal);
    },
    async poll(query, token, signal, take) {
      upstream.polls.push({ ...query, token });
      return upstream.onPoll(query, token, signal, take);
    },
  };
  return upstream;
}

/** Throws the reason of the signal once it is aborted, as upstream's client does; never answers. */
export function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

export function upstreamError(kind: UpstreamErrorKind, details: UpstreamErrorDetails = {}): UpstreamError {
  return new UpstreamError(kind, `Upstream said ${kind}.`, details);
}

export function fails(kind: UpstreamErrorKind, details: UpstreamErrorDetails = {}): () => never {
  return () => {
    throw upstreamError(kind, details);
  };
}

export interface ScriptedCredentials extends CredentialSource {
  /** Null: this node does not have it. */
  token: string | null;
  /** What a refusal is answered with; the token is renewed when it is true. */
  renewable: boolean;
  readonly refusals: string[];
}

export function scriptedCredentials(): ScriptedCredentials {
  const credentials: ScriptedCredentials = {
    token: 'token-1',
    renewable: false,
    refusals: [],
    hold: () => ({ credentialId: 'credential-1', sealed: null, onlyHere: false }),
    tokenFor: async () => credentials.token,
    async refused(_id, token) {
      credentials.refusals.push(token);
      if (credentials.renewable) credentials.token = 'token-2';
      return credentials.renewable;
    },
    heldIds: () => [],
    keyIds: () => [],
    release: () => {},
  };
  return credentials;
}
