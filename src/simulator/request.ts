import type { DayRange } from './days.js';
import type { Dimension } from './operations.js';
import type { Counter, Granularity } from './wire.js';

/** Filters of a query; a list that is missing or empty lets everything through. */
export interface Filters {
  oauthClientNames?: string[];
  oauthClientIds?: string[];
  userIds?: string[];
  organizationIds?: string[];
  httpMethods?: string[];
  templateUris?: string[];
  platforms?: string[];
}

export type SortField = Dimension | Counter | 'date';

/** A query of any operation once its body has been found valid. */
export interface UsageRequest {
  days: DayRange;
  granularity?: Granularity;
  counters: Counter[];
  dimensions: Dimension[];
  filters: Filters;
  sortBy: { field: SortField; descending: boolean }[];
}
