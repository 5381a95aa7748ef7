/** What a query selects below a field, read from its document. */
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

/**
 * The fields below some fields, by response key, as CollectFields of the specification has them. For object types alone
 * that have no interface and are in no union: there a valid fragment always applies.
 */
export function collected(
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
): ReadonlyMap<string, readonly FieldNode[]> {
  const byKey = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const collect = (set: SelectionSetNode): void => {
    for (const node of set.selections) if (isIncluded(node, info)) add(node);
  };
  const add = (node: SelectionNode): void => {
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
export function wantedNames(info: GraphQLResolveInfo): ReadonlySet<string> {
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

/** Response keys and indexes, from the root. */
export function pathOf(path: GraphQLResolveInfo['path']): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: GraphQLResolveInfo['path'] | undefined = path; at; at = at.prev) keys.unshift(at.key);
  return keys;
}
