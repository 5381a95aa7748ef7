/**
 * How rows are added up by what they have in common.
 *
 * Rows are in the same group when they are equal in every dimension of `by`; null is a value like any other. OAuth
 * clients and users are told apart by id, and by name where upstream gave no id. Groups are sorted like rows (see
 * row-query.ts), with the sum of a metric in the place of its count; what is equal by that is sorted by the key.
 */
import { RequestError } from './error-codes.js';
import type { UsageTotals } from './execution.js';
import { USAGE_DIMENSIONS, USAGE_METRICS, type UsageDimension, type UsageMetric } from './operation.js';
import type { UsageRequest } from './request.js';
import type { OrderDraft, RowFilter, RowOrder } from './row-query.js';

export interface GroupQuery {
  /** Without duplicates, not empty. */
  readonly by: readonly UsageDimension[];
  readonly first: number;
  readonly order: RowOrder;
  /** The metric in whose sum over all groups each group has its share. */
  readonly shareOf: UsageMetric;
  readonly filter: RowFilter;
}

/** One part of what a group has in common. */
export interface GroupKey {
  readonly dimension: UsageDimension;
  /** Id, text, or day; null where the rows have none. */
  readonly value: string | null;
  /** Display name of a client or user, as far as rows have one. */
  readonly name: string | null;
}

export interface UsageGroup {
  /** One entry for each dimension, in the order of `by`. */
  readonly key: readonly GroupKey[];
  readonly totals: UsageTotals;
  /** From 0 to 1; null when nothing was counted. */
  readonly share: number | null;
}

/** Throws `RequestError` `BAD_USER_INPUT` when there is none, or one twice. */
export function groupDimensions(by: readonly UsageDimension[]): readonly UsageDimension[] {
  if (by.length === 0)
    throw bad(
      `by needs at least one of ${USAGE_DIMENSIONS.join(', ')}; sums over everything are in \`totals\`.`,
    );
  const twice = by.find((dimension, i) => by.indexOf(dimension) !== i);
  if (twice) throw bad(`by has ${twice} twice; name each dimension once.`);
  return by;
}

/**
 * The order asked for; by default along the time when the groups have one, else the largest first. Throws
 * `RequestError` `BAD_USER_INPUT` for a dimension that groups do not have.
 */
export function groupOrder(
  draft: OrderDraft | null | undefined,
  by: readonly UsageDimension[],
  { metrics }: UsageRequest,
): RowOrder {
  if (!draft && by.includes('DATE')) return { field: 'DATE', direction: 'ASC' };
  if (!draft) return { field: mainMetric(metrics), direction: 'DESC' };
  const { field, direction } = draft;
  if (!isMetric(field) && !by.includes(field))
    throw bad(
      `Groups can be ordered by a metric or by what they are made by (${by.join(', ')}), not by ${field}.`,
    );
  return { field, direction: direction ?? 'ASC' };
}

/** What a group has its share in: the metric that it is ordered by, else the first that was asked for. */
export function sharedMetric({ field }: RowOrder, { metrics }: UsageRequest): UsageMetric {
  return isMetric(field) ? field : mainMetric(metrics);
}

/** The first that was asked for. */
export function mainMetric(metrics: readonly UsageMetric[]): UsageMetric {
  return metrics[0] ?? 'REQUESTS';
}

export function isMetric(field: RowOrder['field']): field is UsageMetric {
  return USAGE_METRICS.some((metric) => metric === field);
}

function bad(message: string): RequestError {
  return new RequestError('BAD_USER_INPUT', message);
}
