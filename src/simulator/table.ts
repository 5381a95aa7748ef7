/**
 * Filters, groups and sums the base table. A result is two flat arrays instead of row objects: a key in mixed
 * radix that holds the period and every dimension's position, and five counts. 100,000 rows then take 3 MB.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HTTP_METHODS, PLATFORMS, TEMPLATE_URIS } from './catalog.js';
import { periodOf, type DayRange } from './days.js';
import type { Dimension } from './operations.js';
import type { Organization } from './organizations.js';
import { hashNumbers } from './random.js';
import type { UsageRequest } from './request.js';
import type { Series, Traffic } from './traffic.js';

const { floor } = Math; // looked up once, as in random.ts
const COUNTS = 5;
/** The service that asks may live in this very process: never keep its event loop for longer than this. */
const TURN_MS = 8;

/** Rows of a result, not in any order that means something. */
export interface UsageTable {
  length: number;
  /** Period of a row as the UTC day that it starts on; 0 without a granularity. */
  periodAt(row: number): number;
  /** Position of a row's value on the dimension's axis; undefined when it was not grouped by. */
  positionAt(row: number, dimension: Dimension): number | undefined;
  /** A row's count by its place in 200, 300, 400, 429, 500. */
  countAt(row: number, place: number): number;
}

/** Which series a query covers and over which days; both already cut to what there is. */
export interface Selection {
  organization: Organization;
  traffic: Traffic;
  series: readonly Series[];
  days: DayRange;
}

/** Sums the selected facts by the request's own dimensions and granularity, a few milliseconds at a time. */
export async function aggregate(selection: Selection, request: UsageRequest): Promise<UsageTable> {
  const axes = axesOf(request.dimensions, selection.organization);
  const radix = radixOf(axes);
  const keys = selection.series.map((series) => seriesKey(series, axes));
  const sums = createSums();
  let turnEnds = performance.now() + TURN_MS;
  for (let day = selection.days.firstDay; day <= selection.days.lastDay; day++) {
    const period = periodOf(day, request.granularity) * radix;
    selection.series.forEach((series, index) => {
      const fact = selection.traffic.factOf(series, day);
      if (fact !== undefined) sums.add(period + (keys[index] ?? 0), fact);
    });
    if (performance.now() < turnEnds) continue;
    await nextTurn();
    turnEnds = performance.now() + TURN_MS;
  }
  return toTable(sums.keys(), sums.counts(), axes, radix);
}

/** A table of exactly `count` rows, grouped by every given dimension and by day, each row's key once. */
export function syntheticTable(
  organization: Organization,
  dimensions: readonly Dimension[],
  days: DayRange,
  count: number,
): UsageTable {
  const axes = axesOf(dimensions, organization);
  const radix = radixOf(axes);
  const keys = new Float64Array(count);
  const counts = new Uint32Array(count * COUNTS);
  const span = days.lastDay - days.firstDay + 1;
  for (let row = 0; row < count; row++) {
    const combination = floor(row / span);
    // past the last combination the days after the interval are used, so that no key comes twice
    const day = days.firstDay + (row % span) + span * floor(combination / radix);
    keys[row] = day * radix + (combination % radix);
    for (let place = 0; place < COUNTS; place++)
      counts[row * COUNTS + place] = hashNumbers(row, place) % 1000;
  }
  return toTable(keys, counts, axes, radix);
}

interface Axis {
  dimension: Dimension;
  size: number;
  step: number;
}

function axesOf(dimensions: readonly Dimension[], organization: Organization): Axis[] {
  const sizes: Record<Dimension, number> = {
    client: organization.clients.length,
    clientName: organization.clients.length,
    organization: 1,
    user: organization.users.length + 1,
    templateUri: TEMPLATE_URIS.length,
    httpMethod: HTTP_METHODS.length,
    platform: PLATFORMS.length,
  };
  let step = 1;
  return dimensions.map((dimension) => {
    const axis = { dimension, size: sizes[dimension], step };
    step *= axis.size;
    return axis;
  });
}

function radixOf(axes: readonly Axis[]): number {
  return axes.reduce((product, axis) => product * axis.size, 1);
}

function seriesKey(series: Series, axes: readonly Axis[]): number {
  return axes.reduce((key, axis) => key + axis.step * seriesPosition(series, axis.dimension), 0);
}

function seriesPosition(series: Series, dimension: Dimension): number {
  if (dimension === 'organization') return 0;
  return dimension === 'clientName' ? series.client : series[dimension];
}

interface Sums {
  add(key: number, counts: readonly number[]): void;
  keys(): Float64Array;
  counts(): Uint32Array;
}

function createSums(): Sums {
  const rowOf = new Map<number, number>();
  let sums = new Uint32Array(1024 * COUNTS);
  return {
    add(key, counts) {
      let row = rowOf.get(key);
      if (row === undefined) {
        row = rowOf.size;
        rowOf.set(key, row);
        if (rowOf.size * COUNTS > sums.length) sums = doubled(sums);
      }
      const start = row * COUNTS;
      for (let place = 0; place < COUNTS; place++) {
        sums[start + place] = (sums[start + place] ?? 0) + (counts[place] ?? 0);
      }
    },
    keys: () => Float64Array.from(rowOf.keys()),
    counts: () => sums.slice(0, rowOf.size * COUNTS),
  };
}

function doubled(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function toTable(keys: Float64Array, counts: Uint32Array, axes: readonly Axis[], radix: number): UsageTable {
  const keyAt = (row: number): number => keys[row] ?? 0;
  const axisOf = new Map(axes.map((axis) => [axis.dimension, axis]));
  return {
    length: keys.length,
    periodAt: (row) => floor(keyAt(row) / radix),
    positionAt(row, dimension) {
      const axis = axisOf.get(dimension);
      return axis && floor((keyAt(row) % radix) / axis.step) % axis.size;
    },
    countAt: (row, place) => counts[row * COUNTS + place] ?? 0,
  };
}
