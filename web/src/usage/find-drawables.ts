/** Finds what can be drawn in a response, by its shape: wherever it stands, whatever it is called. */
import {
  type ComparisonRecord,
  DIMENSION_NAMES,
  type UsageRecord,
  dateOf,
  toComparison,
  toGroup,
  toRow,
} from './records.js';
import { type ExecutionFacts, type Totals, toExecution, toTotals } from './execution.js';
import {
  type ResponseField,
  type ResponseNode,
  fieldOf,
  flagOf,
  isList,
  isNode,
  nodeOf,
  numberOf,
} from './response-tree.js';

interface Found {
  /** The same as long as the response has the same form. */
  readonly key: string;
  /** For a tab; no two are equal. */
  readonly title: string;
}

export interface RecordsFound extends Found {
  readonly kind: 'records';
  readonly records: readonly UsageRecord[];
  /** On all pages together; null: not asked for. */
  readonly totalCount: number | null;
  /** Behind this page there are more. */
  readonly more: boolean;
}

export interface ComparisonFound extends Found {
  readonly kind: 'comparison';
  readonly records: readonly ComparisonRecord[];
}

export interface ExecutionFound extends Found {
  readonly kind: 'execution';
  readonly execution: ExecutionFacts;
}

export interface ExecutionsFound extends Found {
  readonly kind: 'executions';
  readonly executions: readonly ExecutionFacts[];
}

export interface TotalsFound extends Found {
  readonly kind: 'totals';
  readonly totals: Totals;
}

export type Drawable = RecordsFound | ComparisonFound | ExecutionFound | ExecutionsFound | TotalsFound;

/** In the order of the response. */
export function findDrawables(root: ResponseNode | null): Drawable[] {
  if (root === null) return [];
  const found: Drawable[] = [];
  visitFields(root, found);
  return withOwnTitles(found);
}

/** What is shown first: the most telling of what holds anything. */
export function mostTelling(found: readonly Drawable[]): Drawable | null {
  return found.reduce<Drawable | null>((best, one) => (best && rank(best) <= rank(one) ? best : one), null);
}

function rank(found: Drawable): number {
  switch (found.kind) {
    case 'comparison':
      return found.records.length > 0 ? 0 : 5;
    case 'records':
      return found.records.length > 0 ? 1 : 5;
    case 'executions':
      return found.executions.length > 0 ? 2 : 5;
    case 'execution':
      return 3;
    case 'totals':
      return 4;
  }
}

function visitFields(node: ResponseNode, found: Drawable[], skip?: ResponseNode | null): void {
  for (const field of node.fields) if (field.value !== skip) visit(field, node, found);
}

function visit(field: ResponseField, parent: ResponseNode, found: Drawable[]): void {
  const { value } = field;
  if (isList(value)) return visitList(field, value.filter(isNode), { page: null, parent }, found);
  if (!isNode(value)) return;
  const items = connectionItems(value);
  if (items) return visitList(field, items, { page: value, parent }, found);

  const execution = toExecution(value);
  const totals = execution ? null : toTotals(value);
  const key = value.path.join('.');
  if (execution) found.push({ kind: 'execution', key, title: 'Execution', execution });
  else if (totals) found.push({ kind: 'totals', key, title: 'Totals', totals });
  visitFields(value, found, execution?.totals ? nodeOf(value, 'totals') : null);
}

/** The items of a connection, by `nodes` or by `edges`; null: not a connection. */
function connectionItems(node: ResponseNode): ResponseNode[] | null {
  const nodes = fieldOf(node, 'nodes');
  if (isList(nodes)) return nodes.filter(isNode);
  const edges = fieldOf(node, 'edges');
  if (!isList(edges)) return null;
  return edges.filter(isNode).flatMap((edge) => nodeOf(edge, 'node') ?? []);
}

interface Place {
  /** The connection around the list. */
  readonly page: ResponseNode | null;
  readonly parent: ResponseNode;
}

function visitList(field: ResponseField, items: ResponseNode[], place: Place, found: Drawable[]): void {
  const drawable = items.length === 0 ? emptyList(field, place) : filledList(field, items, place);
  if (drawable) found.push(drawable);
  else for (const item of items) visitFields(item, found);
}

function filledList(field: ResponseField, items: ResponseNode[], place: Place): Drawable | null {
  const key = [...place.parent.path, field.key].join('.');
  const executions = all(items, toExecution);
  if (executions) return { kind: 'executions', key, title: 'Executions', executions };
  const compared = all(items, toComparison);
  if (compared) return { kind: 'comparison', key, title: 'Comparison', records: compared };
  const groups = all(items, toGroup);
  if (groups) return { ...records(key, groups, place), title: groupsTitle(groups) };
  const rows = all(items, toRow);
  return rows && { ...records(key, rows, place), title: 'Rows' };
}

/** Nothing has no shape: here the name in the schema has to do. */
function emptyList({ name, key }: ResponseField, place: Place): Drawable | null {
  const path = [...place.parent.path, key].join('.');
  const compared = ['baseline', 'current'].some((side) => fieldOf(place.parent, side) !== undefined);
  if (name === 'groups' && compared)
    return { kind: 'comparison', key: path, title: 'Comparison', records: [] };
  if (name === 'groups') return { ...records(path, [], place), title: 'Groups' };
  if (name === 'rows') return { ...records(path, [], place), title: 'Rows' };
  if (name === 'usageExecutions')
    return { kind: 'executions', key: path, title: 'Executions', executions: [] };
  return null;
}

function records(key: string, list: UsageRecord[], { page }: Place): Omit<RecordsFound, 'title'> {
  const totalCount = page && numberOf(page, 'totalCount');
  const pageInfo = page && nodeOf(page, 'pageInfo');
  const more = (pageInfo && flagOf(pageInfo, 'hasNextPage')) ?? (totalCount ?? 0) > list.length;
  return { kind: 'records', key, records: list, totalCount, more };
}

function groupsTitle(groups: readonly UsageRecord[]): string {
  const [first] = groups;
  const others = first?.labels.filter(({ dimension }) => dimension !== 'DATE') ?? [];
  const names = others.map(({ dimension }) => inSentence(DIMENSION_NAMES[dimension])).join(' and ');
  if (first && dateOf(first) !== null) return names ? `Over time, by ${names}` : 'Over time';
  return names ? `By ${names}` : 'Groups';
}

const inSentence = (name: string): string => (name.startsWith('OAuth') ? name : name.toLowerCase());

/** All of them, or null when one is something else. */
function all<T>(items: readonly ResponseNode[], parse: (node: ResponseNode) => T | null): T[] | null {
  const parsed = items.map(parse).filter((item) => item !== null);
  return parsed.length === items.length ? parsed : null;
}

/** Equal titles are told apart by the path, or else by their number. */
function withOwnTitles(found: readonly Drawable[]): Drawable[] {
  const titles = new Map<string, number>();
  return found.map((one) => {
    const alone = found.filter(({ title }) => title === one.title).length === 1;
    const title = alone ? one.title : `${one.title} · ${placeName(one, found)}`;
    const count = (titles.get(title) ?? 0) + 1;
    titles.set(title, count);
    return { ...one, title: count === 1 ? title : `${title} (${count})` };
  });
}

/** The last response key of the path which the others of the same title do not have in its place. */
function placeName(one: Drawable, found: readonly Drawable[]): string {
  const path = one.key.split('.');
  const others = found.filter((other) => other !== one && other.title === one.title);
  const own = path.findLast((key, index) => others.some((other) => other.key.split('.')[index] !== key));
  return own ?? path.at(-1) ?? '';
}
