const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const FULL = new Intl.NumberFormat('en');
const SHARE = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** 614160 as `614K`. */
export const compact = (value: number) => COMPACT.format(value);
/** 614160 as `614,160`. */
export const full = (value: number) => FULL.format(value);
/** 0.023 as `2.3%`; null, which is unknown, as a dash. */
export const percent = (share: number | null) => (share === null ? '–' : SHARE.format(share));
/** `2026-10-01` as `Oct 1`. */
export const shortDay = (day: string) => DAY.format(new Date(day));

/** A round number at or above `value` that four lines divide into round steps. */
export function niceMaximum(value: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(value, 4) / 4));
  const factor = [1, 2, 2.5, 3, 4, 5, 10].find((candidate) => candidate * step * 4 >= value) ?? 10;
  return factor * step * 4;
}
