/**
 * A response with its fields found by their names in the schema, whatever alias the query gave them. Without
 * a query, or where the query says nothing of a key, the key itself is taken for the name.
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  getOperationAST,
  parse,
} from 'graphql';
import { isRecord } from '../json.js';

export interface ResponseField {
  /** In the schema. */
  readonly name: string;
  /** In the response: the alias, or else the name. */
  readonly key: string;
  readonly value: ResponseValue;
}

/** An object of the response. */
export interface ResponseNode {
  /** Response keys from the root to here; places in lists are left out. */
  readonly path: readonly string[];
  readonly fields: readonly ResponseField[];
}

export type ResponseValue = string | number | boolean | null | ResponseNode | readonly ResponseValue[];

export function readResponse(data: unknown, query: string): ResponseNode | null {
  if (!isRecord(data)) return null;
  const document = parseQuery(query);
  const operation = document && (getOperationAST(document) ?? firstOperation(document));
  const fragments = new Map(
    (document?.definitions ?? [])
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return toNode(data, operation ? [operation.selectionSet] : [], [], fragments);
}

/** The first field of this name; undefined: not in the response. */
export function fieldOf(node: ResponseNode, name: string): ResponseValue | undefined {
  return node.fields.find((field) => field.name === name)?.value;
}

export function isNode(value: ResponseValue | undefined): value is ResponseNode {
  return isRecord(value) && 'fields' in value;
}

export function isList(value: ResponseValue | undefined): value is readonly ResponseValue[] {
  return Array.isArray(value);
}

export const textOf = (node: ResponseNode, name: string): string | null => {
  const value = fieldOf(node, name);
  return typeof value === 'string' ? value : null;
};

export const numberOf = (node: ResponseNode, name: string): number | null => {
  const value = fieldOf(node, name);
  return typeof value === 'number' ? value : null;
};

export const flagOf = (node: ResponseNode, name: string): boolean | null => {
  const value = fieldOf(node, name);
  return typeof value === 'boolean' ? value : null;
};

export const nodeOf = (node: ResponseNode, name: string): ResponseNode | null => {
  const value = fieldOf(node, name);
  return isNode(value) ? value : null;
};

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;
/** What the query selects under one response key. */
interface Selected {
  readonly name: string;
  readonly selections: SelectionSetNode[];
}

function toNode(
  object: Readonly<Record<string, unknown>>,
  selections: readonly SelectionSetNode[],
  path: readonly string[],
  fragments: Fragments,
): ResponseNode {
  const selected = new Map<string, Selected>();
  for (const selection of selections) collect(selection, fragments, selected, new Set());
  const fields = Object.entries(object).map(([key, value]) => {
    const { name = key, selections: inner = [] } = selected.get(key) ?? {};
    return { name, key, value: toValue(value, inner, [...path, key], fragments) };
  });
  return { path, fields };
}

function toValue(
  value: unknown,
  selections: readonly SelectionSetNode[],
  path: readonly string[],
  fragments: Fragments,
): ResponseValue {
  if (Array.isArray(value)) return value.map((item) => toValue(item, selections, path, fragments));
  if (isRecord(value)) return toNode(value, selections, path, fragments);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** Fields of a selection set and of the fragments that it spreads; `seen` ends cycles, which are invalid. */
function collect(
  { selections }: SelectionSetNode,
  fragments: Fragments,
  into: Map<string, Selected>,
  seen: Set<string>,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const known = into.get(key) ?? { name: selection.name.value, selections: [] };
      if (selection.selectionSet) known.selections.push(selection.selectionSet);
      into.set(key, known);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      collect(selection.selectionSet, fragments, into, seen);
    } else {
      const fragment = fragments.get(selection.name.value);
      if (!fragment || seen.has(selection.name.value)) continue;
      seen.add(selection.name.value);
      collect(fragment.selectionSet, fragments, into, seen);
    }
  }
}

function parseQuery(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null;
  }
}

const firstOperation = (document: DocumentNode) =>
  document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION) ?? null;
