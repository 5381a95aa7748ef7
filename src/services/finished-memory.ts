/**
 * What a subscriber to everything that ends was told already, as long as a read of the store could bring it again. Every
 * such subscriber has one, and stays for days: it must not grow with all that ends meanwhile.
 */
export interface FinishedMemory {
  has(id: string): boolean;
  /** `finishedAt`: milliseconds since the epoch. */
  add(id: string, finishedAt: number): void;
  /** No read will reach back behind this instant any more. */
  forgetBefore(ms: number): void;
  readonly size: number;
}

/** Far more than can end within the overlap of two reads. */
const MOST = 20_000;

export function createFinishedMemory(most = MOST): FinishedMemory {
  const ended = new Map<string, number>();
  return {
    has: (id) => ended.has(id),
    add(id, finishedAt) {
      ended.set(id, finishedAt);
      const [oldest] = ended.keys();
      if (ended.size > most && oldest !== undefined) ended.delete(oldest);
    },
    forgetBefore(ms) {
      // They come nearly in the order in which they ended; one that does not is kept a little longer.
      for (const [id, finishedAt] of ended) {
        if (finishedAt >= ms) return;
        ended.delete(id);
      }
    },
    get size() {
      return ended.size;
    },
  };
}
