/** Which queries take about as long as each other; see `duration-models.ts`. */
import { dayCount, parseInterval } from '../../domain/interval.js';
import type { UsageOperation } from '../../domain/operation.js';
import type { UsageRequest } from '../../domain/request.js';
import type { KindPath } from './duration-models.js';

/** Operation; the same with the length of its interval and its grouping; and that of one tenant. */
export function kindOf(operation: UsageOperation, request: UsageRequest, organizationId: string): KindPath {
  const { granularity, groupBy } = request;
  const shape = [operation, `${lengthClass(request)}d`, granularity ?? '-', groupBy.join('+') || '-'].join(
    ' ',
  );
  return [operation, shape, `${shape} ${organizationId}`];
}

/** Days, rounded up to a power of two: how long a query takes goes with the order of magnitude. */
function lengthClass({ days, interval }: UsageRequest): number {
  const parsed = interval === null ? null : parseInterval(interval);
  const count = days ?? (parsed ? dayCount(parsed) : 1);
  return 2 ** Math.ceil(Math.log2(Math.max(1, count)));
}
