/**
 * How dear a call to upstream is just now, for each credential: twice as dear each time that calls have to be put off
 * for lack of budget, and then slowly cheaper again. So polls thin out until they fit the budget, those first that pay
 * least, and nobody has to know how many others there are.
 */
export interface CallPrice {
  /** 1 or more: by how much a call is dearer than with budget to spare. */
  pressureOf(credentialId: string): number;
  /** A call was put off for lack of budget. */
  putOff(credentialId: string): void;
}

/** Two of the budget's minutes: in the simulation a pile-up was worked off best when its lesson outlived it. */
const HALVED_AFTER_MS = 120_000;
/** Put-offs that come together are one. */
const RISES_AFTER_MS = 100;
const HIGHEST = 2 ** 10;
/** The one that was not put off for the longest time makes room. */
const MOST_CREDENTIALS = 10_000;

interface Price {
  readonly at: number;
  readonly value: number;
}

/** @param now milliseconds of any clock that is never set back */
export function createCallPrice(now: () => number): CallPrice {
  const prices = new Map<string, Price>();

  function pressureOf(credentialId: string): number {
    const price = prices.get(credentialId);
    if (!price) return 1;
    const value = price.value / 2 ** ((now() - price.at) / HALVED_AFTER_MS);
    if (value > 1) return value;
    prices.delete(credentialId);
    return 1;
  }

  return {
    pressureOf,
    putOff(credentialId) {
      const at = now();
      if (at - (prices.get(credentialId)?.at ?? -Infinity) < RISES_AFTER_MS) return;
      const value = Math.min(HIGHEST, pressureOf(credentialId) * 2);
      prices.delete(credentialId);
      prices.set(credentialId, { at, value });
      const [oldest] = prices.keys();
      if (prices.size > MOST_CREDENTIALS && oldest !== undefined) prices.delete(oldest);
    },
  };
}
