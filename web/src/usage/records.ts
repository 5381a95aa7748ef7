/** Rows and groups alike: labels and counters. */
import { COUNTERS, type Counters, NO_COUNTERS, hasCounters, mapCounters, toCounters } from './counters.js';
import { type ResponseNode, fieldOf, isList, isNode, nodeOf, numberOf, textOf } from './response-tree.js';

export const DIMENSIONS = [
  'DATE',
  'OAUTH_CLIENT',
  'ORGANIZATION',
  'USER',
  'TEMPLATE_URI',
  'HTTP_METHOD',
  'PLATFORM',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export const DIMENSION_NAMES: Readonly<Record<Dimension, string>> = {
  DATE: 'Date',
  OAUTH_CLIENT: 'OAuth client',
  ORGANIZATION: 'Organization',
  USER: 'User',
  TEMPLATE_URI: 'Endpoint',
  HTTP_METHOD: 'Method',
  PLATFORM: 'Platform',
};

export interface Label {
  readonly dimension: Dimension;
  readonly value: string | null;
  /** Display name, where there is one. */
  readonly name: string | null;
}

export interface UsageRecord {
  readonly labels: readonly Label[];
  readonly counters: Counters;
  readonly share: number | null;
  readonly errorRate: number | null;
  readonly throttledRate: number | null;
}

export interface ComparisonRecord {
  readonly labels: readonly Label[];
  readonly baseline: Counters | null;
  readonly current: Counters | null;
  readonly difference: Counters;
}

/** A row: counters of its own, and dimensions beside them. Null: not a row. */
export function toRow(node: ResponseNode): UsageRecord | null {
  if (!hasCounters(node)) return null;
  return { labels: rowLabels(node), counters: toCounters(node), ...rates(node) };
}

/** A group: totals, and what its rows have in common. Null: not a group. */
export function toGroup(node: ResponseNode): UsageRecord | null {
  const totals = nodeOf(node, 'totals');
  const share = numberOf(node, 'share');
  if (textOf(node, 'status') !== null) return null; // An execution has totals too.
  if (!(totals && hasCounters(totals)) && fieldOf(node, 'share') === undefined) return null;
  const counters = totals ? toCounters(totals) : NO_COUNTERS;
  return { labels: keyLabels(node), counters, ...(totals ? rates(totals) : NO_RATES), share };
}

/** One key in two results. Null: nothing of the kind. */
export function toComparison(node: ResponseNode): ComparisonRecord | null {
  const sides = ['baseline', 'current'].filter((side) => fieldOf(node, side) !== undefined);
  const given = nodeOf(node, 'difference');
  const baseline = countersOf(nodeOf(node, 'baseline'));
  const current = countersOf(nodeOf(node, 'current'));
  if (textOf(node, 'status') !== null || !(given || (sides.length === 2 && (baseline || current))))
    return null;
  const difference = given && hasCounters(given) ? toCounters(given) : subtract(current, baseline);
  return { labels: keyLabels(node), baseline, current, difference };
}

const countersOf = (node: ResponseNode | null): Counters | null =>
  node && hasCounters(node) ? toCounters(node) : null;

/** A side that is missing counts as 0, as on the server. */
function subtract(current: Counters | null, baseline: Counters | null): Counters {
  return mapCounters((counter) => {
    const [now, before] = [current?.[counter] ?? null, baseline?.[counter] ?? null];
    return now === null && before === null ? null : (now ?? 0) - (before ?? 0);
  });
}

const NO_RATES = { share: null, errorRate: null, throttledRate: null };

const rates = (node: ResponseNode) => ({
  share: numberOf(node, 'share'),
  errorRate: numberOf(node, 'errorRate'),
  throttledRate: numberOf(node, 'throttledRate'),
});

function rowLabels(node: ResponseNode): Label[] {
  const scalar = (dimension: Dimension, name: string): Label[] =>
    fieldOf(node, name) === undefined ? [] : [{ dimension, value: textOf(node, name), name: null }];
  return [
    ...scalar('DATE', 'date'),
    ...named(node, 'OAUTH_CLIENT', 'oauthClient'),
    ...scalar('ORGANIZATION', 'organizationId'),
    ...named(node, 'USER', 'user'),
    ...scalar('TEMPLATE_URI', 'templateUri'),
    ...scalar('HTTP_METHOD', 'httpMethod'),
    ...scalar('PLATFORM', 'platform'),
  ];
}

function named(node: ResponseNode, dimension: Dimension, name: string): Label[] {
  const value = fieldOf(node, name);
  if (value === undefined) return [];
  return [
    isNode(value)
      ? { dimension, value: textOf(value, 'id'), name: textOf(value, 'name') }
      : { dimension, value: null, name: null },
  ];
}

/** The entries of `key`; one without a dimension asked for is known by what its value looks like. */
function keyLabels(node: ResponseNode): Label[] {
  const key = fieldOf(node, 'key');
  if (!isList(key)) return [];
  return key.filter(isNode).map((entry) => {
    const value = textOf(entry, 'value');
    const dimension = DIMENSIONS.find((one) => one === textOf(entry, 'dimension'));
    return { dimension: dimension ?? guessDimension(value), value, name: textOf(entry, 'name') };
  });
}

function guessDimension(value: string | null): Dimension {
  if (value !== null && ISO_DATE.test(value)) return 'DATE';
  return value?.startsWith('api/') ? 'TEMPLATE_URI' : 'OAUTH_CLIENT';
}

const ISO_DATE = /^\d{4}-\d\d-\d\d$/;

export const dateOf = ({ labels }: { readonly labels: readonly Label[] }): string | null =>
  labels.find(({ dimension }) => dimension === 'DATE')?.value ?? null;

export const labelText = ({ name, value }: Label): string => name ?? value ?? '(none)';

/** Everything but the date. */
export function nameOf(record: { readonly labels: readonly Label[] }): string {
  const labels = record.labels.filter(({ dimension }) => dimension !== 'DATE');
  return (labels.length === 0 ? record.labels : labels).map(labelText).join(' · ') || 'All';
}

/** Metrics that some of them have. */
export const presentCounters = (all: readonly Counters[]): (typeof COUNTERS)[number][] =>
  COUNTERS.filter((counter) => all.some((counters) => counters[counter] !== null));
