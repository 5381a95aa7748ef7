/** What was started is stopped in reverse, once, however often it is asked for; one failure does not skip the rest. */
export interface Stopper {
  /** Registers how to stop what has just been started; it is stopped at once when everything else was already. */
  readonly onStop: (stop: () => Promise<void>) => void;
  /** Throws an `AggregateError` when something could not be stopped. */
  readonly stop: () => Promise<void>;
}

export function createStopper(): Stopper {
  const stops: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | null = null;
  let stopped = false;

  async function stopAll(): Promise<void> {
    const errors: unknown[] = [];
    for (let stop = stops.pop(); stop; stop = stops.pop()) {
      try {
        await stop();
      } catch (error) {
        errors.push(error);
      }
    }
    stopped = true;
    if (errors.length > 0) throw new AggregateError(errors, 'not everything could be stopped');
  }

  return {
    onStop(stop) {
      stops.push(stop);
      if (stopped) stopAll().catch(() => {});
    },
    stop: () => (stopping ??= stopAll()),
  };
}
