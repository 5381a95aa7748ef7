/** Relay's arguments and cursors. A cursor is opaque to clients and names the list that it belongs to. */
import { RequestError } from '../src/domain/error-codes.js';
import type { PageInfo } from '../schema/node.type.js';

/** What one answer shows of groups: more than anybody reads, and a body that is still small. */
export const MOST_GROUPS = 1_000;

/** Checks `first` against what a page may hold. */
export function pageSize(first: number, most: number): number {
  if (Number.isInteger(first) && first >= 0 && first <= most) return first;
  throw new RequestError(
    'BAD_USER_INPUT',
    `first must be from 0 to ${most}, not ${first}. Read what is more page by page.`,
  );
}

/** `list` names the list that the cursor belongs to, `place` the item in it. */
export function toCursor(list: string, place: string): string {
  return Buffer.from(`${list} ${place}`).toString('base64url');
}

const REFUSAL =
  'after must be a cursor from an earlier page of this very list. Leave it out to begin at the start.';

/** The place in a cursor of this list; null without a cursor. Throws for a cursor of another list, or for none at all. */
export function fromCursor(
  list: string,
  cursor: string | null | undefined,
  form: RegExp,
  refusal = REFUSAL,
): string | null {
  if (cursor === null || cursor === undefined) return null;
  const text = Buffer.from(cursor, 'base64url').toString();
  const place = text.startsWith(`${list} `) ? text.slice(list.length + 1) : '';
  if (form.test(place)) return place;
  throw new RequestError('BAD_USER_INPUT', refusal);
}

/** A connection without its count. */
export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: PageInfo;
}

export interface Connection<T> extends Page<T> {
  readonly totalCount: number;
}

export function toConnection<T>(
  edges: readonly { readonly cursor: string; readonly node: T }[],
  hasNextPage: boolean,
  totalCount: number,
): Connection<T> {
  return { ...pageOf(edges, hasNextPage), totalCount };
}

export function pageOf<T>(
  edges: readonly { readonly cursor: string; readonly node: T }[],
  hasNextPage: boolean,
): Page<T> {
  const pageInfo = pageInfoOf(hasNextPage, edges[0]?.cursor, edges.at(-1)?.cursor);
  return { edges, nodes: edges.map((edge) => edge.node), pageInfo };
}

/** `start` and `end`: the cursors of the first and of the last item; none of an empty page. */
export function pageInfoOf(hasNextPage: boolean, start?: string, end?: string): PageInfo {
  return { hasNextPage, hasPreviousPage: false, startCursor: start ?? null, endCursor: end ?? null };
}
