import { HTTP_METHODS, PLATFORMS, TEMPLATE_URIS } from './catalog.js';
import { dayOf, type DayRange } from './days.js';
import type { UsageJob } from './jobs.js';
import { isCounter, OPERATIONS } from './operations.js';
import { organizationById, type Organization } from './organizations.js';
import { hashNumbers, hashText } from './random.js';
import type { Filters, SortField, UsageRequest } from './request.js';
import { counterAt, textAt, type Rows } from './rows.js';
import { aggregate, syntheticTable } from './table.js';
import { createTraffic, type Series, type Traffic } from './traffic.js';

/** Results kept at a time: enough for a few page walks side by side, a dozen megabytes at the worst. */
const KEPT_RESULTS = 4;
/** Upstream forgets; so does this, and an interval from 1970 on costs no more than one of two years. */
const HISTORY_DAYS = 731;

/** Rows in the order in which they are served. */
export interface OrderedRows extends Rows {
  order: Uint32Array;
}

/** Computes results when they are first asked for and forgets them soon after. */
export interface Results {
  /** @param rowCount ask for exactly so many made-up rows instead of the real ones */
  of(job: UsageJob, rowCount?: number): Promise<OrderedRows>;
}

/** Results of all organizations, none of them computed yet. */
export function createResults(): Results {
  const kept = new Map<string, Promise<OrderedRows>>();
  const traffics = new Map<string, Traffic>();
  const trafficOf = (organization: Organization): Traffic => {
    const traffic = traffics.get(organization.id) ?? createTraffic(organization);
    traffics.set(organization.id, traffic);
    return traffic;
  };
  return {
    of(job, rowCount) {
      const key = `${job.id}/${rowCount ?? 'real'}`;
      const rows =
        kept.get(key) ??
        (rowCount === undefined ? compute(job, trafficOf) : Promise.resolve(invent(job, rowCount)));
      kept.delete(key);
      kept.set(key, rows);
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT_RESULTS) break;
        kept.delete(oldest);
      }
      return rows;
    },
  };
}

async function compute(
  job: UsageJob,
  trafficOf: (organization: Organization) => Traffic,
): Promise<OrderedRows> {
  const organization = organizationById(job.organizationId);
  const traffic = trafficOf(organization);
  const covers = createFilter(job, organization);
  const series = traffic.series.filter(covers);
  const days = availableDays(job.request.days, job.startedAt);
  const table = await aggregate({ organization, traffic, series, days }, job.request);
  return ordered({ table, organization, request: job.request });
}

function invent(job: UsageJob, rowCount: number): OrderedRows {
  const organization = organizationById(job.organizationId);
  const dimensions = Object.values(OPERATIONS[job.operation].groupBy);
  const request: UsageRequest = { ...job.request, dimensions, granularity: 'Day' };
  return ordered({
    table: syntheticTable(organization, dimensions, request.days, rowCount),
    organization,
    request,
  });
}

/** The days of an interval that have data: none before the history begins, none from the running UTC day on. */
function availableDays(days: DayRange, asOf: number): DayRange {
  const today = dayOf(asOf);
  return {
    firstDay: Math.max(days.firstDay, today - HISTORY_DAYS),
    lastDay: Math.min(days.lastDay, today - 1),
  };
}

function createFilter(job: UsageJob, organization: Organization): (series: Series) => boolean {
  const { filters } = job.request;
  const clientId = (series: Series): string => organization.clients[series.client]?.id ?? '';
  const values: Record<keyof Filters, (series: Series) => string> = {
    oauthClientIds: clientId,
    oauthClientNames: (series) => organization.clients[series.client]?.name ?? '',
    userIds: (series) => organization.users[series.user - 1]?.id ?? '',
    organizationIds: () => organization.id,
    httpMethods: (series) => HTTP_METHODS[series.httpMethod] ?? '',
    templateUris: (series) => TEMPLATE_URIS[series.templateUri] ?? '',
    platforms: (series) => PLATFORMS[series.platform] ?? '',
  };
  const checks = (Object.keys(values) as (keyof Filters)[])
    .filter((field) => (filters[field]?.length ?? 0) > 0)
    .map((field) => ({ wanted: new Set(filters[field]), valueOf: values[field] }));
  const isJob = OPERATIONS[job.operation].generation === 'job';
  return (series) =>
    (job.clientId === undefined || clientId(series) === job.clientId) &&
    (isJob || !series.hiddenFromQueries) &&
    checks.every(({ wanted, valueOf }) => wanted.has(valueOf(series)));
}

/** Shuffled, as upstream sends its rows, by a key that depends on the query alone; then sorted if asked to. */
function ordered(rows: Rows): OrderedRows {
  const seed = hashText(JSON.stringify([rows.organization.id, rows.request]));
  const order = Uint32Array.from({ length: rows.table.length }, (_, row) => row);
  for (let place = order.length - 1; place > 0; place--) {
    const other = hashNumbers(seed, place) % (place + 1);
    [order[place], order[other]] = [order[other] ?? 0, order[place] ?? 0];
  }
  return { ...rows, order: rows.request.sortBy.length > 0 ? order.sort(comparison(rows)) : order };
}

function comparison(rows: Rows): (a: number, b: number) => number {
  return (a, b) => {
    for (const { field, descending } of rows.request.sortBy) {
      const [left, right] = [sortValue(rows, a, field), sortValue(rows, b, field)];
      if (left !== right) return left < right === descending ? 1 : -1;
    }
    return 0;
  };
}

function sortValue(rows: Rows, row: number, field: SortField): number | string {
  if (field === 'date') return rows.table.periodAt(row);
  return isCounter(field) ? counterAt(rows.table, row, field) : textAt(rows, row, field);
}
