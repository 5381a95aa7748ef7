/** No limit of upstream's lasts longer than a day; a longer wait is a mistake, and would overflow a timer. */
export const MAX_RETRY_AFTER_MS = 86_400_000;

const SECONDS = /^\d+(?:\.\d+)?$/;
/** The three date forms that RFC 9110 (5.6.7) has a recipient accept all start with the name of a weekday. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;
/** The oldest of the three, which means UTC without saying so. */
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

/**
 * How long a `Retry-After` header asks to wait, in milliseconds, at most a day.
 *
 * - whole seconds, and fractions although no standard has them: that long, rounded up to a millisecond
 * - an HTTP date: until then, rounded up to a whole second; a past one: 0
 * - missing, negative, or anything else (`120junk`): null. The caller then backs off by itself, at least 1 s
 */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (SECONDS.test(text)) return capped(Math.ceil(Number(text) * 1000));
  if (!HTTP_DATE.test(text)) return null;
  const at = Date.parse(ASCTIME.test(text) ? `${text} GMT` : text);
  return Number.isNaN(at) ? null : capped(Math.ceil((at - nowMs) / 1000) * 1000);
}

function capped(ms: number): number {
  return Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
