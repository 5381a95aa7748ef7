/**
 * Upstream as a whole is left alone while it fails, for starts and polls alike: what pauses is the host, or one
 * credential when others work. A call that comes in a pause is put off, which is no failure of its execution.
 */
import { createHash } from 'node:crypto';

import pLimit from 'p-limit';

import type { UpstreamTroubleStore } from '../../domain/ports/upstream-limits.js';
import type { UsageUpstream } from '../../domain/ports/usage-upstream.js';
import { requestDigest } from '../../domain/request-key.js';
import { UpstreamError } from '../../domain/upstream-error.js';
import { type Passage, UPSTREAM_HOST as HOST } from '../../domain/upstream-trouble.js';
import type { Logger } from '../../lib/logger.js';
import { PutOffError } from './put-off-error.js';
import { logFailure } from '../log-failure.js';

export interface PatientUpstreamOptions {
  readonly upstream: UsageUpstream;
  readonly troubles: UpstreamTroubleStore;
  /** Names the credential of a token, as executions do. */
  readonly credentialIdOf: (token: string) => string;
  readonly log: Logger;
}

/** Credentials remembered as failing: some of them are never used again. What is forgotten is learnt anew with a pass. */
const MOST_FAILING = 10_000;

export function createPatientUpstream(options: PatientUpstreamOptions): UsageUpstream {
  const { upstream, troubles, credentialIdOf, log } = options;
  /** What this node has seen fail: a call that passed before that may be the first to succeed again. */
  const failing = new Set<string>();
  /** Noted in the order in which the answers came: out of order, a few failures could look like a row of them. */
  const inTurn = pLimit(1);

  async function patiently<T>(subject: string, token: string, call: () => Promise<T>): Promise<T> {
    const keys = [HOST, `credential ${credentialIdOf(token)}`];
    const passage = await troubles.pass(keys);
    if (!passage.passes) throw new PutOffError(passage.retryInMs, 'UPSTREAM_FAILING');
    try {
      const answer = await call();
      await note(() => worked(keys, passage));
      return answer;
    } catch (error) {
      await note(() => judge(keys, subject, passage, error));
      throw error;
    }
  }

  /** What upstream said matters more than that it could not be noted. */
  async function note(work: () => Promise<void>): Promise<void> {
    await inTurn(work).catch((error: unknown) =>
      logFailure(log, error, {}, 'could not note how upstream is'),
    );
  }

  async function judge(keys: string[], subject: string, passage: Passed, error: unknown): Promise<void> {
    const isAnswer = error instanceof UpstreamError;
    const hurt = isAnswer ? keys.filter((key) => isTrouble(key, error)) : [];
    if (hurt.length > 0) await failed(hurt, subject, passage);
    if (isAnswer)
      return worked(
        keys.filter((key) => !hurt.includes(key)),
        passage,
      );
    // It was not asked, or nobody waited for the answer: somebody else has to find out.
    if (passage.probes.length > 0) await troubles.yieldProbes(passage.probes);
  }

  async function failed(keys: string[], subject: string, { probes }: Passed): Promise<void> {
    for (const key of keys) failing.add(key);
    const [longest] = failing;
    if (failing.size > MOST_FAILING && longest !== undefined) failing.delete(longest);
    const pausedMs = await troubles.failed(keys, digestOf(subject), probes);
    if (pausedMs > 0) log.info({ pausedMs, probe: probes.length > 0 }, 'upstream fails, and is left alone');
  }

  async function worked(keys: string[], { troubled }: Passed): Promise<void> {
    const known = keys.filter((key) => failing.delete(key));
    if (keys.length === 0 || (!troubled && known.length === 0)) return;
    if (await troubles.worked(keys)) log.info({ failing: failing.size }, 'upstream works again');
  }

  return {
    start: (query, token, signal) =>
      patiently(requestDigest(query.operation, query.request), token, () =>
        upstream.start(query, token, signal),
      ),
    poll: (query, token, signal, take) =>
      patiently(query.upstreamId, token, () => upstream.poll(query, token, signal, take)),
  };
}

type Passed = Extract<Passage, { passes: true }>;

/**
 * Whether an answer speaks against the host or the credential. A refusal shows that the host works; a 429 that says
 * for how long is obeyed by the budget, one that does not is the token's trouble.
 */
function isTrouble(key: string, { kind, status, retryAfterMs }: UpstreamError): boolean {
  if (kind === 'RATE_LIMITED') return key !== HOST && retryAfterMs === null;
  const isRefusal = status !== null && status >= 400 && status < 500;
  return kind === 'UNAVAILABLE' && !isRefusal;
}

/** Ids of upstream have any length. */
function digestOf(subject: string): string {
  return createHash('sha256').update(subject).digest('base64url').slice(0, 22);
}
