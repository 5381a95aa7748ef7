/** Figures that cost something to read: shared by those who ask within a short time, and never waited for for long. */

export interface FreshOptions {
  /** Milliseconds that only rise. @default performance.now */
  readonly now?: () => number;
  /** The longest that somebody waits for a look. @default 1_000 */
  readonly waitMs?: number;
}

/** Scrapes come every 15 to 60 seconds: each gets new figures, and several scrapers of one node share them. */
const FRESH_MS = 2_000;
/** A look that takes long is taken less often: a node keeps the database busy for one part in so many at most. */
const REST_FACTOR = 50;
/** But often enough that they are never stale; a database so slow has other worries. */
const LONGEST_REST_MS = 10_000;
/** Past that they tell of another time: better none. */
const STALE_MS = 45_000;
/** A scrape is given up after 10 s by default, and the figures of this process must not be lost with those of others. */
const WAIT_MS = 1_000;

interface Known<T> {
  readonly figures: T;
  readonly at: number;
}

/** Null: none are known, or the last look failed. */
export function createFreshFigures<T>(
  read: () => Promise<T>,
  { now = () => performance.now(), waitMs = WAIT_MS }: FreshOptions = {},
): () => Promise<T | null> {
  let known: Known<T> | null = null;
  let nextAt = -Infinity;
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    const since = now();
    try {
      known = { figures: await read(), at: since };
      const restMs = Math.min((now() - since) * REST_FACTOR, LONGEST_REST_MS);
      nextAt = since + Math.max(FRESH_MS, restMs);
    } catch {
      known = null;
      nextAt = now() + FRESH_MS;
    }
    looking = null;
  }

  return async () => {
    if (!looking && now() >= nextAt) looking = look();
    if (looking) await atMost(waitMs, looking);
    return known && now() - known.at < STALE_MS ? known.figures : null;
  };
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([work, over.promise]);
  clearTimeout(timer);
}
