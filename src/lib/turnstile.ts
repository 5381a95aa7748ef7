/** Lets so many in at a time; the others wait in the order in which they came. */
export interface Turnstile {
  /**
   * Settles when there is room; the function that it gives makes room for the next one, and may be called again. Rejects
   * with the reason of `signal` when that is aborted before.
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createTurnstile(places: number): Turnstile {
  const waiting = new Set<() => void>();
  let free = places;

  function leaveOnce(): () => void {
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      const [next] = waiting;
      // The place goes over: nobody who comes just now can take it.
      if (next) next();
      else free += 1;
    };
  }

  return {
    enter(signal) {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      if (free > 0) {
        free -= 1;
        return Promise.resolve(leaveOnce());
      }
      return new Promise((resolve, reject) => {
        const giveUp = () => {
          waiting.delete(goIn);
          reject(signal.reason as Error);
        };
        const goIn = () => {
          waiting.delete(goIn);
          signal.removeEventListener('abort', giveUp);
          resolve(leaveOnce());
        };
        waiting.add(goIn);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}
