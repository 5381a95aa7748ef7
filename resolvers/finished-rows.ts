/**
 * Rows of a page, as they are to be sent. graphql-js takes some microseconds for each field of each row, and a full page
 * has thousands; here a selection is read once, and then each row is an object whose keys are the answer's. Done only
 * where the outcome is the same by construction: rows and what is below them are plain values of known types. What
 * would be an error of a field (a counter that no `SafeInt` holds) is left to graphql-js.
 */
import {
  type FieldNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

import type { UsageRow } from '../schema/usage-row.type.js';
import type { RequestContext } from '../src/services/request-context.js';

/** A row and its place; the cursor is made only when it is asked for. */
export interface PlacedRow {
  readonly cursor: string;
  readonly node: UsageRow;
}

/** Names by id that rows do not bring themselves. */
interface Names {
  readonly oauthClients: ReadonlyMap<string, string | null>;
  readonly users: ReadonlyMap<string, string | null>;
}

type Read<T> = (value: T, names: Names) => unknown;
type Plan<T> = readonly (readonly [key: string, read: Read<T>])[];
/** How each field of a type is read; `nodes` are all those of one response key. */
type Fields<T> = Readonly<Record<string, (nodes: readonly FieldNode[], info: GraphQLResolveInfo) => Read<T>>>;

/**
 * Hands a list of rows over as it is to be sent, and gives true; false: it is for graphql-js to walk through. `of`: the
 * type of its items.
 */
export async function handOver(
  of: 'UsageRow' | 'UsageRowEdge',
  rows: readonly PlacedRow[],
  { finishedLists, loaders }: RequestContext,
  info: GraphQLResolveInfo,
): Promise<boolean> {
  if (!finishedLists || !rows.every(({ node }) => isSendable(node))) return false;
  const plan = planOf(of === 'UsageRow' ? ROW_OF_EDGE : EDGE, of, info.fieldNodes, info);
  const names = await namesFor(rows, wantedNames(info), loaders);
  finishedLists.push({ path: pathOf(info.path), items: rows.map((row) => toObject(plan, row, names)) });
  return true;
}

function isSendable(row: UsageRow): boolean {
  return (
    isCount(row.requests) &&
    isCount(row.status200) &&
    isCount(row.status300) &&
    isCount(row.status400) &&
    isCount(row.status429) &&
    isCount(row.status500)
  );
}

function isCount(counter: number | null): boolean {
  return counter === null || Number.isSafeInteger(counter);
}

const plain =
  <T>(key: keyof T) =>
  (): Read<T> =>
  (value) =>
    value[key];

const OAUTH_CLIENT: Fields<NonNullable<UsageRow['oauthClient']>> = {
  id: plain('id'),
  name:
    () =>
    ({ id, name }, { oauthClients }) =>
      name ?? (id === null ? null : (oauthClients.get(id) ?? null)),
};

const USER: Fields<NonNullable<UsageRow['user']>> = {
  id: plain('id'),
  name:
    () =>
    ({ id, name }, { users }) =>
      name ?? users.get(id) ?? null,
};

const ROW: Fields<UsageRow> = {
  date: plain('date'),
  oauthClient: (nodes, info) => nested(OAUTH_CLIENT, 'OAuthClient', nodes, info, (row) => row.oauthClient),
  organizationId: plain('organizationId'),
  user: (nodes, info) => nested(USER, 'User', nodes, info, (row) => row.user),
  platform: plain('platform'),
  httpMethod: plain('httpMethod'),
  templateUri: plain('templateUri'),
  requests: plain('requests'),
  status200: plain('status200'),
  status300: plain('status300'),
  status400: plain('status400'),
  status429: plain('status429'),
  status500: plain('status500'),
};

const ROW_OF_EDGE: Fields<PlacedRow> = Object.fromEntries(
  Object.entries(ROW).map(([name, fieldOf]) => [
    name,
    (nodes, info): Read<PlacedRow> => {
      const read = fieldOf(nodes, info);
      return ({ node }, names) => read(node, names);
    },
  ]),
) satisfies Fields<PlacedRow>;

const EDGE: Fields<PlacedRow> = {
  cursor: plain('cursor'),
  node: (nodes, info) => nested(ROW, 'UsageRow', nodes, info, (edge) => edge.node),
};

function nested<T, U>(
  fields: Fields<U>,
  typeName: string,
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
  valueOf: (value: T) => U | null,
): Read<T> {
  const plan = planOf(fields, typeName, nodes, info);
  return (value, names) => {
    const inner = valueOf(value);
    return inner === null ? null : toObject(plan, inner, names);
  };
}

/** Without the setter of `__proto__`, which is a valid alias. Objects of one class stay fast, as bare ones do not. */
function Sendable(this: object): void {}
Sendable.prototype = Object.create(null);
const SendableClass = Sendable as unknown as new () => Record<string, unknown>;

function toObject<T>(plan: Plan<T>, value: T, names: Names): object {
  const object = new SendableClass();
  for (const [key, read] of plan) object[key] = read(value, names);
  return object;
}

function planOf<T>(
  fields: Fields<T>,
  typeName: string,
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
): Plan<T> {
  return [...collected(nodes, info)].map(([key, same]) => {
    const name = same[0]!.name.value;
    const fieldOf = fields[name];
    if (name === '__typename') return [key, () => typeName];
    if (!fieldOf) throw new Error(`rows have no field ${name}`);
    return [key, fieldOf(same, info)];
  });
}

/** The fields below some fields, by response key, as CollectFields of the specification has them. */
function collected(
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
): ReadonlyMap<string, readonly FieldNode[]> {
  const byKey = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const collect = (set: SelectionSetNode): void => {
    for (const node of set.selections) if (isIncluded(node, info)) add(node);
  };
  const add = (node: SelectionNode): void => {
    // The types here have no interface and are in no union, so that a valid fragment always applies.
    if (node.kind === Kind.INLINE_FRAGMENT) return collect(node.selectionSet);
    if (node.kind === Kind.FIELD) {
      const key = (node.alias ?? node.name).value;
      const same = byKey.get(key);
      if (same) same.push(node);
      else byKey.set(key, [node]);
      return;
    }
    const fragment = info.fragments[node.name.value];
    if (!fragment || visited.has(node.name.value)) return;
    visited.add(node.name.value);
    collect(fragment.selectionSet);
  };
  for (const { selectionSet } of nodes) if (selectionSet) collect(selectionSet);
  return byKey;
}

function isIncluded(node: SelectionNode, { variableValues }: GraphQLResolveInfo): boolean {
  if (!node.directives?.length) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variableValues);
  if (skip?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.['if'] !== false;
}

/** Of which kinds names are asked for, anywhere below: through both, if both are. */
function wantedNames(info: GraphQLResolveInfo): ReadonlySet<string> {
  const wanted = new Set<string>();
  const look = (nodes: readonly FieldNode[], under: string): void => {
    for (const same of collected(nodes, info).values()) {
      const name = same[0]!.name.value;
      if (name === 'name') wanted.add(under);
      else look(same, name);
    }
  };
  look(info.fieldNodes, '');
  return wanted;
}

async function namesFor(
  rows: readonly PlacedRow[],
  wanted: ReadonlySet<string>,
  loaders: RequestContext['loaders'],
): Promise<Names> {
  const [clients, users] = [new Set<string>(), new Set<string>()];
  for (const { node } of rows) {
    const { oauthClient, user } = node;
    if (oauthClient && oauthClient.name === null && oauthClient.id !== null) clients.add(oauthClient.id);
    if (user && user.name === null) users.add(user.id);
  }
  const [oauthClients, ofUsers] = await Promise.all([
    loaded(wanted.has('oauthClient') ? clients : [], loaders.oauthClients),
    loaded(wanted.has('user') ? users : [], loaders.users),
  ]);
  return { oauthClients, users: ofUsers };
}

async function loaded(
  ids: Iterable<string>,
  loader: RequestContext['loaders']['users'],
): Promise<ReadonlyMap<string, string | null>> {
  const names = [...ids].map(async (id) => [id, (await loader.load(id))?.name ?? null] as const);
  return new Map(await Promise.all(names));
}

function pathOf(path: GraphQLResolveInfo['path']): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: GraphQLResolveInfo['path'] | undefined = path; at; at = at.prev) keys.unshift(at.key);
  return keys;
}
