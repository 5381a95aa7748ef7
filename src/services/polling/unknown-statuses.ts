import type { Logger } from '../../lib/logger.js';

/** Statuses that upstream gives and nobody knows: they are taken for "still runs", and somebody should hear of them. */
export interface UnknownStatuses {
  count(executionId: string, upstreamStatus: string): void;
  /** How often each was met by this process. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Upstream's words become keys: beyond so many they are counted together. */
const MOST_STATUSES = 50;
const OTHERS = 'others';

export function createUnknownStatuses(log: Logger): UnknownStatuses {
  const counts = new Map<string, number>();
  return {
    counts,
    count(executionId, upstreamStatus) {
      const key = counts.has(upstreamStatus) || counts.size < MOST_STATUSES ? upstreamStatus : OTHERS;
      const times = (counts.get(key) ?? 0) + 1;
      counts.set(key, times);
      log.warn({ executionId, upstreamStatus, times }, 'an unknown upstream status');
    },
  };
}
