/** What instants and waits come to. */

/** The most, and the least, that lie in any span of `ms` between `from` and `to`; the instants are sorted. */
export function extremesWithin(
  instants: readonly number[],
  ms: number,
  from: number,
  to: number,
): { readonly most: number; readonly least: number } {
  const counted = (start: number, isOpen: boolean) =>
    instants.filter((at) => (isOpen ? at > start : at >= start) && at < start + ms).length;
  // The count changes at the instants alone: spans that begin at one hold the most, those just behind one the least.
  const starts = instants.filter((at) => at >= from && at + ms <= to);
  return {
    most: Math.max(0, ...starts.map((start) => counted(start, false))),
    least: Math.min(...[from, ...starts].map((start) => counted(start, start !== from))),
  };
}

export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil((sorted.length - 1) * share)] ?? NaN);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

export function gapsOf(instants: readonly number[]): number[] {
  return instants.slice(1).map((at, i) => at - (instants[i] ?? at));
}
