/** What is counted while a simulation runs. */

export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Values in bins that grow by a fortieth: any number of them in little memory, 2.5 % exact. */
export interface Distribution {
  add(value: number, times?: number): void;
  spread(): Spread;
}

const RATIO = 1.025;
const LEAST_MS = 0.1;

export function createDistribution(): Distribution {
  const bins = new Map<number, number>();
  let count = 0;
  let max = 0;
  const at = (share: number): number => {
    let passed = 0;
    for (const bin of [...bins.keys()].sort((a, b) => a - b)) {
      passed += bins.get(bin) ?? 0;
      if (passed >= share * count)
        return bin < 0 ? 0 : Number((LEAST_MS * RATIO ** (bin + 0.5)).toPrecision(3));
    }
    return NaN;
  };
  return {
    add(value, times = 1) {
      const bin = value < LEAST_MS ? -1 : Math.floor(Math.log(value / LEAST_MS) / Math.log(RATIO));
      bins.set(bin, (bins.get(bin) ?? 0) + times);
      count += times;
      max = Math.max(max, value);
    },
    spread: () => ({ count, p50: at(0.5), p99: at(0.99), max: Number(max.toPrecision(3)) }),
  };
}

export interface Figures {
  started: number;
  ended: number;
  polls: number;
  calls: number;
  putOff: number;
  changes: number;
  looks: number;
  owed: number;
  delivered: number;
  spread: number;
  /** From a result's completion to the poll that found it. */
  readonly detection: Distribution;
  /** From that poll's answer to the subscriber. */
  readonly delivery: Distribution;
  /** From the instant a poll was planned for until upstream is asked. */
  readonly lateness: Distribution;
  readonly connected: Distribution;
  readonly resynced: Distribution;
}

export function createFigures(): Figures {
  return {
    started: 0,
    ended: 0,
    polls: 0,
    calls: 0,
    putOff: 0,
    changes: 0,
    looks: 0,
    owed: 0,
    delivered: 0,
    spread: 0,
    detection: createDistribution(),
    delivery: createDistribution(),
    lateness: createDistribution(),
    connected: createDistribution(),
    resynced: createDistribution(),
  };
}
