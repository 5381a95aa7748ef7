/** What is left of the budget of upstream requests that a caller's executions share. */
import type { Caller } from '../../domain/caller.js';
import type { UpstreamBudgetStore } from '../../domain/ports/upstream-limits.js';
import type { BudgetState } from '../../domain/upstream-budget.js';

export interface BudgetServiceOptions {
  readonly budget: Pick<UpstreamBudgetStore, 'read'>;
  /** Names the credential with which upstream is asked for this caller: the caller's own, or the service's. */
  readonly credentialIdOf: (token: string) => string;
}

export interface BudgetService {
  of(caller: Caller): Promise<BudgetState>;
}

export function createBudgetService({ budget, credentialIdOf }: BudgetServiceOptions): BudgetService {
  return { of: ({ token }) => budget.read(credentialIdOf(token)) };
}
