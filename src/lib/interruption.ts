/**
 * Interrupts everything that is under way, and whatever begins afterwards. Not `AbortSignal.any` over one signal that
 * lives as long as the process: each listener that a step left on such a signal would be kept until the end.
 */
export interface Interruption {
  /** Aborts `work` when the interruption comes, at once when it has come already. The function that it gives ends that. */
  readonly cover: (work: AbortController) => () => void;
  readonly interrupt: () => void;
}

export function createInterruption(): Interruption {
  const covered = new Set<AbortController>();
  let hasCome = false;
  return {
    cover(work) {
      if (hasCome) work.abort();
      covered.add(work);
      return () => void covered.delete(work);
    },
    interrupt() {
      hasCome = true;
      for (const work of covered) work.abort();
    },
  };
}
