/**
 * The budget of each tenant's token as the store keeps it (`src/store/upstream-budget.ts`), in memory: the rules are the
 * domain's, and so is how refused calls are placed one behind the other.
 */
import {
  type BudgetOptions,
  mostBefore,
  mostStarts,
  type UpstreamCall,
} from '../../dist/src/domain/upstream-budget.js';

export interface Budgets {
  /** Null: admitted; else milliseconds until it may be tried again. */
  admit(tenant: number, call: UpstreamCall, now: number): number | null;
}

interface Calls {
  starts: number[];
  polls: number[];
  readonly next: Record<UpstreamCall, number>;
}

/** As in the store. */
const WINDOWS_AHEAD = 5;

export function createBudgets({ limit, windowMs }: BudgetOptions): Budgets {
  const tenants = new Map<number, Calls>();

  function callsOf(tenant: number, now: number): Calls {
    const known = tenants.get(tenant) ?? { starts: [], polls: [], next: { START: 0, POLL: 0 } };
    tenants.set(tenant, known);
    const isRecent = (at: number) => at > now - windowMs;
    if (!known.starts.every(isRecent)) known.starts = known.starts.filter(isRecent);
    if (!known.polls.every(isRecent)) known.polls = known.polls.filter(isRecent);
    return known;
  }

  return {
    admit(tenant, call, now) {
      const calls = callsOf(tenant, now);
      const most = mostBefore(limit, call);
      const all = [...calls.starts, ...calls.polls].sort((a, b) => b - a);
      const ofStarts = call === 'START' ? calls.starts.at(-mostStarts(limit)) : undefined;
      const freeAt = Math.max(ofStarts ?? -Infinity, all[most - 1] ?? -Infinity) + windowMs;
      if (freeAt <= now) {
        calls[call === 'START' ? 'starts' : 'polls'].push(now);
        return null;
      }
      const next = calls.next[call];
      const place = next >= freeAt && next <= freeAt + windowMs * WINDOWS_AHEAD ? next : freeAt;
      calls.next[call] = place + windowMs / most;
      return place - now;
    },
  };
}
