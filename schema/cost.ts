/**
 * What fields cost, in rows: an operation may cost so much before it is executed (docs/limits.md). The unit is one
 * row of a full page; each of its fields, like every field without a price of its own, is a twentieth of that.
 */
import type { ComplexityEstimator } from 'graphql-query-complexity';

const FIELD = 0.05;
const KEY_NAME = 0.2;
const ALIASED_NAME = 0.6;
/** One statement that finds what it wants by an index. */
const READ = 10;
/** One statement over all rows of a result: a few milliseconds for 10,000, and a tenth of a second for the largest. */
export const PASS_COST = 250;
/** Upstream is asked, page by page. */
export const UPSTREAM_COST = 250;
/** How many there are is known only when they have been read. */
const USUAL_CLIENTS = 100;

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

/**
 * A name that may have to be looked up takes as long as half a dozen plain fields. A row has two at most, and that is in
 * its price; a key has seven, and aliases make as many as one likes.
 */
const nameCost =
  (plain: number): ComplexityEstimator =>
  ({ node }) =>
    node.alias ? ALIASED_NAME : plain;
export const entityNameCost = nameCost(FIELD);
export const keyNameCost = nameCost(KEY_NAME);

/** A list of groups. Its keys are lists, too: of an entry for each dimension. */
export function groupsCost(size: PageSize): ComplexityEstimator {
  return ({ args, childComplexity }) => PASS_COST + sizeOf(args, size) * groupCost(args, childComplexity);
}

/** The groups of a comparison stand below it, beside what is asked of both executions once. */
export function comparisonCost(size: PageSize): ComplexityEstimator {
  return ({ args, childComplexity, context }) => {
    const { compared = 0 } = context as Compared;
    (context as Compared).compared = 0;
    return 2 * PASS_COST + sizeOf(args, size) * groupCost(args, compared) + childComplexity;
  };
}

/** Only the comparison above, which is weighed next, knows how many groups there are. */
export const comparedGroupsCost: ComplexityEstimator = ({ childComplexity, context }) => {
  const { compared = 0 } = context as Compared;
  (context as Compared).compared = compared + childComplexity;
  return 0;
};

/** What one weighing keeps on its way: the price of one compared group. */
interface Compared {
  compared?: number;
}

function groupCost({ by }: Args, childComplexity: number): number {
  return 1 + (Array.isArray(by) ? by.length : 1) * childComplexity;
}

export const passCost: ComplexityEstimator = ({ childComplexity }) => PASS_COST + childComplexity;
export const upstreamCost: ComplexityEstimator = ({ childComplexity }) =>
  UPSTREAM_COST + USUAL_CLIENTS * childComplexity;

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
