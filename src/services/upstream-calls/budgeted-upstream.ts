/**
 * Upstream behind the shared budget: every request, each page of a result included, is admitted before it is made.
 * A refusal is no failure but a `PutOffError`; an answer that asks for patience blocks the credential for everybody.
 */
import type { UpstreamBudgetStore } from '../../domain/ports/upstream-limits.js';
import type { UsageUpstream } from '../../domain/ports/usage-upstream.js';
import type { UpstreamCall } from '../../domain/upstream-budget.js';
import { UpstreamError } from '../../domain/upstream-error.js';
import type { Logger } from '../../lib/logger.js';
import { logFailure } from '../log-failure.js';
import { PutOffError } from './put-off-error.js';

export interface BudgetedUpstreamOptions {
  readonly upstream: UsageUpstream;
  readonly budget: Pick<UpstreamBudgetStore, 'admit' | 'block'>;
  /** Names the credential of a token, as executions do. */
  readonly credentialIdOf: (token: string) => string;
  readonly log: Logger;
}

/** For a 429 that does not say for how long: the token is over its limit, and asking at once would only repeat it. */
const BLOCK_MS = 5_000;

export function createBudgetedUpstream(options: BudgetedUpstreamOptions): UsageUpstream {
  const { upstream, budget, credentialIdOf, log } = options;

  async function within<T>(kind: UpstreamCall, token: string, call: () => Promise<T>): Promise<T> {
    const credentialId = credentialIdOf(token);
    const admission = await budget.admit(credentialId, kind);
    if (!admission.admitted) {
      const { retryInMs, blocked } = admission;
      throw new PutOffError(retryInMs, blocked ? 'UPSTREAM_ASKED_TO_WAIT' : 'BUDGET_USED_UP');
    }
    try {
      return await call();
    } catch (error) {
      await blockIfAsked(budget, credentialId, error, log);
      throw error;
    }
  }

  return {
    start: (query, token, signal) => within('START', token, () => upstream.start(query, token, signal)),
    poll: (query, token, signal, take) =>
      within('POLL', token, () => upstream.poll(query, token, signal, take)),
  };
}

/** Leaves a credential alone when upstream's answer asks for it. Never throws: what upstream said matters more. */
export async function blockIfAsked(
  budget: Pick<UpstreamBudgetStore, 'block'>,
  credentialId: string,
  error: unknown,
  log: Logger,
): Promise<void> {
  const ms = error instanceof UpstreamError ? patienceAsked(error) : 0;
  if (ms === 0) return;
  log.info({ ms }, 'upstream wants to be left alone with a token');
  await budget.block(credentialId, ms).catch((err: unknown) => {
    logFailure(log, err, {}, 'could not note that upstream wants to be left alone');
  });
}

function patienceAsked({ kind, retryAfterMs }: UpstreamError): number {
  if (kind === 'RATE_LIMITED') return retryAfterMs || BLOCK_MS;
  return retryAfterMs ?? 0;
}
