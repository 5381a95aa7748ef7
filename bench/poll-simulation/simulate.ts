/** Plays a policy against a mix, event by event. */
import type { Query } from './mixes.ts';
import type { PolicyFactory } from './policies.ts';

export interface Outcome {
  /** A query, on average. */
  readonly calls: number;
  /** From a result's completion to the poll that finds it, in seconds. */
  readonly meanLag: number;
  readonly p99Lag: number;
}

interface Poll {
  readonly atMs: number;
  readonly query: Query;
  readonly polls: number;
  /** When the query was last found running; its start before that. */
  readonly lastMs: number;
}

const MINUTE_MS = 60_000;

/** @param skip so many queries at the beginning do not count: what a policy has learned from them does */
export function simulate(
  create: PolicyFactory,
  queries: readonly Query[],
  callsPerMinute: number | null,
  skip = 0,
): Outcome {
  let nowMs = 0;
  const policy = create(() => nowMs);
  const counted = new Set(queries.slice(skip));
  const due = createQueue();
  const made: number[] = [];
  const lags: number[] = [];
  let calls = 0;
  for (const query of queries) due.add({ atMs: query.startMs, query, polls: -1, lastMs: query.startMs });

  for (let poll = due.take(); poll; poll = due.take()) {
    nowMs = poll.atMs;
    const { query, polls, lastMs } = poll;
    const ageMs = nowMs - query.startMs;
    if (polls >= 0 && callsPerMinute !== null) {
      const freeAtMs = (made[made.length - callsPerMinute] ?? Number.NEGATIVE_INFINITY) + MINUTE_MS;
      if (freeAtMs > nowMs) {
        policy.putOff?.(query);
        due.add({ ...poll, atMs: freeAtMs });
        continue;
      }
      made.push(nowMs);
    }
    if (polls >= 0 && counted.has(query)) calls += 1;
    if (polls >= 0 && ageMs >= query.durationMs) {
      if (counted.has(query)) lags.push((ageMs - query.durationMs) / 1_000);
      policy.ended?.(query, { afterMs: lastMs - query.startMs, untilMs: ageMs });
      continue;
    }
    const waitMs = policy.wait(query, ageMs, polls + 1);
    due.add({ atMs: nowMs + waitMs, query, polls: polls + 1, lastMs: nowMs });
  }
  lags.sort((a, b) => a - b);
  return {
    calls: calls / lags.length,
    meanLag: lags.reduce((sum, lag) => sum + lag, 0) / lags.length,
    p99Lag: lags[Math.floor(lags.length * 0.99)] ?? 0,
  };
}

/** A binary heap by time. */
function createQueue() {
  const heap: Poll[] = [];
  const before = (a: number, b: number) => (heap[a]?.atMs ?? Infinity) < (heap[b]?.atMs ?? Infinity);
  const swap = (a: number, b: number) => {
    const [first, second] = [heap[a], heap[b]];
    if (first && second) [heap[a], heap[b]] = [second, first];
  };
  return {
    add(poll: Poll): void {
      let place = heap.push(poll) - 1;
      for (let up = (place - 1) >> 1; place > 0 && before(place, up); up = (place - 1) >> 1) {
        swap(place, up);
        place = up;
      }
    },
    take(): Poll | undefined {
      const first = heap[0];
      const last = heap.pop();
      if (heap.length === 0 || !last) return first;
      heap[0] = last;
      for (let place = 0; ;) {
        const left = 2 * place + 1;
        const least = before(left + 1, left) ? left + 1 : left;
        if (!before(least, place)) return first;
        swap(place, least);
        place = least;
      }
    },
  };
}
