/** A port: what all nodes together keep to when they ask upstream. */
import type { Admission, BudgetState, UpstreamCall } from '../upstream-budget.js';
import type { Passage } from '../upstream-trouble.js';

/** Calls to upstream, counted for each credential (see `CredentialSource`) over all nodes, by the store's clock. */
export interface UpstreamBudgetStore {
  /** Counts a call that fits; one that does not must not be made. */
  admit(credentialId: string, call: UpstreamCall): Promise<Admission>;
  /** Counts a call that was made without asking. */
  count(credentialId: string): Promise<void>;
  /** Upstream wants to be left alone: nothing is admitted for so long. */
  block(credentialId: string, ms: number): Promise<void>;
  read(credentialId: string): Promise<BudgetState>;
  /** Forgets credentials that have their whole budget; gives their number. */
  sweep(): Promise<number>;
}

/** What fails of upstream, counted over all nodes; keys name the host and credentials. See `domain/upstream-trouble.ts`. */
export interface UpstreamTroubleStore {
  pass(keys: readonly string[]): Promise<Passage>;
  /**
   * A call has failed. `subject` names its query, `probes` are those that `pass` gave for it. Gives the milliseconds
   * for which calls now pause, 0 when they do not.
   */
  failed(keys: readonly string[], subject: string, probes: readonly string[]): Promise<number>;
  /** A call has been answered: nothing pauses any more. True when something did. */
  worked(keys: readonly string[]): Promise<boolean>;
  /** A probe was not made after all: the next call is one. */
  yieldProbes(keys: readonly string[]): Promise<void>;
  /** Forgets what has not been asked for a day; gives their number. */
  sweep(): Promise<number>;
}
