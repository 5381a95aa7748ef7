/**
 * Addresses are built from parts, never from texts that upstream or a caller wrote: an id can not leave its
 * place in the path, and a link in an answer gives a cursor, not a host.
 */
import { UpstreamError } from '../domain/upstream-error.js';

/** What to ask for, under the base URL. */
export interface Target {
  readonly path: readonly string[];
  /** A list sends the name several times; an undefined value leaves it out. */
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Upstream's names and UUIDs; no dot in front, no slash, no percent sign. */
const PART = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;

/** True when upstream could have given this id; others are not sent. */
export function isPathPart(text: string): boolean {
  return PART.test(text);
}

/** The absolute address of a target; throws `REJECTED` for a part that is no id. */
export function urlOf(baseUrl: string, { path, query = {} }: Target): string {
  if (!path.every(isPathPart)) {
    throw new UpstreamError('REJECTED', "An id has characters that upstream's ids do not have.");
  }
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of typeof value === 'string' ? [value] : (value ?? [])) search.append(name, item);
  }
  const base = baseUrl.replace(/\/+$/, '');
  const suffix = search.size > 0 ? `?${search.toString()}` : '';
  return `${base}/${path.map(encodeURIComponent).join('/')}${suffix}`;
}

/** The first of these query parameters that a link has, whatever its host; null when it has none. */
export function queryParameter(link: string, names: readonly string[]): string | null {
  if (!URL.canParse(link, 'http://base.invalid')) return null;
  const { searchParams } = new URL(link, 'http://base.invalid');
  return names.map((name) => searchParams.get(name)).find((value) => value) ?? null;
}
