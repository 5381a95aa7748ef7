/**
 * What fields cost, in rows: an operation may cost so much before it is executed (docs/limits.md). The unit is one
 * row of a full page; each of its fields, like every field without a price of its own, is a twentieth of that.
 */
import type { ComplexityEstimator } from 'graphql-query-complexity';

/** One statement that finds what it wants by an index. */
const READ = 10;
/** One statement over all rows of a result: a few milliseconds for 10,000, and a tenth of a second for the largest. */
export const PASS_COST = 250;
/** Upstream is asked, page by page. */
export const UPSTREAM_COST = 250;

/** An item of a page: `nodes` and `edges`. */
export const itemCost: ComplexityEstimator = ({ childComplexity }) => 1 + childComplexity;

/** What `first` is when it is left out, and at most. */
interface PageSize {
  readonly otherwise: number;
  readonly most: number;
}

/** A connection, which holds `first` times what is asked of an item. */
export function pageCost(size: PageSize): ComplexityEstimator {
  return ({ args, childComplexity }) =>
    (isOneRead(args) ? READ : PASS_COST) + sizeOf(args, size) * childComplexity;
}

/** A list of groups. */
export function groupsCost(size: PageSize): ComplexityEstimator {
  return ({ args, childComplexity }) => PASS_COST + sizeOf(args, size) * (1 + childComplexity);
}

/** The groups of a comparison stand below it, beside what is asked of both executions once. */
export function comparisonCost(size: PageSize): ComplexityEstimator {
  return ({ args, childComplexity }) => 2 * PASS_COST + sizeOf(args, size) + childComplexity;
}

export const passCost: ComplexityEstimator = ({ childComplexity }) => PASS_COST + childComplexity;
export const upstreamCost: ComplexityEstimator = ({ childComplexity }) => UPSTREAM_COST + childComplexity;

type Args = Readonly<Record<string, unknown>>;

function isOneRead({ orderBy, filter }: Args): boolean {
  const ordered = Array.isArray(orderBy) && orderBy.length > 0;
  return !ordered && (filter === null || filter === undefined);
}

/** A page of -1,000 rows, or of too many, is refused by its resolver: it costs nothing, and pays for nothing else. */
function sizeOf({ first }: Args, { otherwise, most }: PageSize): number {
  if (typeof first !== 'number') return otherwise;
  return first >= 0 && first <= most ? first : 0;
}
