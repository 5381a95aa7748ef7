/** Numbers, shares, times and days as people read them. UTC, as the API has them. */
const whole = new Intl.NumberFormat('en-US');
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const signedWhole = new Intl.NumberFormat('en-US', { signDisplay: 'exceptZero' });
const signedShort = new Intl.NumberFormat('en-US', {
  notation: 'compact',
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});

export const formatNumber = (value: number): string => whole.format(value);
/** For axes, where room is short: 1.2M. */
export const formatShort = (value: number): string => short.format(value);
export const formatSigned = (value: number): string => signedWhole.format(value);
export const formatSignedShort = (value: number): string => signedShort.format(value);

/** A share from 0 to 1. What is little but not nothing is not shown as nothing. */
export function formatShare(share: number): string {
  if (share !== 0 && Math.abs(share) < 0.0001) return share < 0 ? '> −0.01%' : '< 0.01%';
  const percent = Math.abs(share) * 100;
  const digits = percent >= 10 || percent === 0 ? 1 : 2;
  return `${(share * 100).toLocaleString('en-US', { maximumFractionDigits: digits })}%`;
}

export function formatSignedShare(share: number): string {
  return share > 0 ? `+${formatShare(share)}` : formatShare(share);
}

export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

export function formatInstant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

const day = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', month: 'short', day: 'numeric' });
const fullDay = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  weekday: 'short',
  year: 'numeric',
  month: 'short',
  day: 'numeric',
});
const month = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', year: 'numeric', month: 'short' });

/** A period by its first day, short, for an axis. */
export function formatPeriod(isoDay: string, period: 'day' | 'week' | 'month'): string {
  const at = new Date(`${isoDay}T00:00:00Z`);
  return period === 'month' ? month.format(at) : day.format(at);
}

/** The same in full. */
export function formatFullPeriod(isoDay: string, period: 'day' | 'week' | 'month'): string {
  const at = new Date(`${isoDay}T00:00:00Z`);
  if (period === 'month') return month.format(at);
  return period === 'week' ? `Week of ${fullDay.format(at)}` : fullDay.format(at);
}
