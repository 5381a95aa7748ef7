export interface Alarm {
  readonly ring: () => void;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A sleep that can be cut short, also by a ring that came just before it. */
export function createAlarm(): Alarm {
  let rung = false;
  let wakeUp: (() => void) | null = null;
  return {
    ring: (): void => {
      rung = true;
      wakeUp?.();
    },
    sleep: async (ms: number): Promise<void> => {
      if (!rung && ms > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wakeUp = null;
      rung = false;
    },
  };
}
