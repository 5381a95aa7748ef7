import { invalid } from './api-error.js';

/**
 * Reads a whole number from 1 up out of the query string.
 *
 * @throws ApiError 400 `invalid.value` for anything else
 */
export function readCount(
  query: URLSearchParams,
  name: string,
  { fallback, max }: { fallback: number; max: number },
): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max)
    throw invalid('invalid.value', name, `${name} must be a whole number from 1 to ${max}`);
  return value;
}

/** An opaque cursor for a position in one job's rows. */
export function toCursor(jobId: string, position: number): string {
  return Buffer.from(`${jobId}:${position}`).toString('base64url');
}

/**
 * Reads the position out of the query string's `after`; 0 without one.
 *
 * @throws ApiError 400 for a cursor of another job and for junk
 */
export function readCursor(query: URLSearchParams, jobId: string): number {
  const cursor = query.get('after');
  if (cursor === null || cursor === '') return 0;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const position = text.startsWith(`${jobId}:`) ? text.slice(jobId.length + 1) : '';
  if (!/^\d{1,9}$/.test(position))
    throw invalid('invalid.value', 'after', 'after is not a cursor of these results');
  return Number(position);
}
