/**
 * Whether a document is of a size that the validation and execution of graphql-js can take: both follow every spread
 * of a fragment, so that 800 bytes of fragments in fragments keep them busy for hours. Here each fragment is measured
 * once, and what its spreads multiply is multiplied as a number.
 */
import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TokenKind,
  type ValueNode,
} from 'graphql';

import { RequestError } from '../../domain/error-codes.js';
import { FIXED_LIMITS, type GraphQLLimits } from './limits.js';

/** What a selection set comes to with its fragments filled in. Numbers may be as large as Infinity. */
interface Shape {
  readonly fields: number;
  readonly aliases: number;
  /** In the sets below; those of the set itself follow from `keys`. */
  readonly repeatsBelow: number;
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly fragmentChain: number;
  /** How often each response key stands in the set itself. */
  readonly keys: ReadonlyMap<string, number>;
}

/** Throws `RequestError` `QUERY_TOO_COMPLEX`, or `GraphQLError` for fragments that hold themselves. Linear in the document. */
export function checkShape(document: DocumentNode, limits: GraphQLLimits): void {
  checkComments(document);
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  atMost(FIXED_LIMITS.operations, operations.length, 'operations');
  const measure = createMeasure(document);
  let fields = 0;
  for (const definition of document.definitions) {
    if (!('selectionSet' in definition)) continue;
    const shape = measure(definition);
    fields += shape.fields;
    atMost(FIXED_LIMITS.fragmentChain, shape.fragmentChain, 'fragments inside of each other');
    atMost(FIXED_LIMITS.repeats, repeatsOf(shape), 'fields that stand there twice');
    atMost(limits.aliases, shape.aliases, 'aliases');
    if (definition.kind === Kind.OPERATION_DEFINITION) checkOperation(definition, shape, limits);
  }
  atMost(FIXED_LIMITS.fields, fields, 'fields');
}

/** Throws `RequestError` `QUERY_TOO_COMPLEX`: before anything is done with the text. */
export function checkLength(text: string): void {
  atMost(FIXED_LIMITS.characters, text.length, 'characters');
}

function checkOperation(operation: OperationDefinitionNode, shape: Shape, limits: GraphQLLimits): void {
  const rootFields = [...shape.keys.values()].reduce((sum, count) => sum + count, 0);
  atMost(limits.rootFields, rootFields, 'fields at the root');
  atMost(limits.depth, shape.depth, 'levels of fields');
  atMost(FIXED_LIMITS.introspectionDepth, shape.introspectionDepth, 'levels of introspection');
  atMost(FIXED_LIMITS.variables, operation.variableDefinitions?.length ?? 0, 'variables');
}

function checkComments({ loc }: DocumentNode): void {
  let comments = 0;
  for (let token = loc?.startToken ?? null; token; token = token.next)
    if (token.kind === TokenKind.COMMENT) comments += 1;
  atMost(FIXED_LIMITS.comments, comments, 'comments');
}

type Definition = OperationDefinitionNode | FragmentDefinitionNode;

/** Each definition is measured once, and every node of the document is seen once. */
function createMeasure(document: DocumentNode): (definition: Definition) => Shape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const measured = new Map<Definition, Shape | null>();
  const literals = createLiteralCheck();

  function ofDefinition(definition: Definition): Shape {
    const known = measured.get(definition);
    if (known) return known;
    if (known === null) throw cyclic(definition);
    measured.set(definition, null);
    literals.directives(definition.directives);
    for (const variable of definition.variableDefinitions ?? []) {
      literals.directives(variable.directives);
      if (variable.defaultValue) literals.value(variable.defaultValue);
    }
    const shape = ofSet(definition.selectionSet);
    measured.set(definition, shape);
    return shape;
  }

  function ofSet({ selections }: SelectionSetNode): Shape {
    return selections.map(ofSelection).reduce(together, EMPTY);
  }

  function ofSelection(selection: SelectionNode): Shape {
    literals.directives(selection.directives);
    switch (selection.kind) {
      case Kind.FIELD:
        for (const argument of selection.arguments ?? []) literals.value(argument.value);
        return ofField(selection, selection.selectionSet ? ofSet(selection.selectionSet) : EMPTY);
      case Kind.INLINE_FRAGMENT: {
        return inFragment(ofSet(selection.selectionSet));
      }
      case Kind.FRAGMENT_SPREAD: {
        const fragment = fragments.get(selection.name.value);
        return inFragment(fragment ? ofDefinition(fragment) : EMPTY);
      }
    }
  }

  return ofDefinition;
}

const EMPTY: Shape = {
  fields: 0,
  aliases: 0,
  repeatsBelow: 0,
  depth: 0,
  introspectionDepth: 0,
  fragmentChain: 0,
  keys: new Map(),
};

/** Going into a fragment is work, whatever is in it. */
function inFragment(shape: Shape): Shape {
  return { ...shape, fields: shape.fields + 1, fragmentChain: shape.fragmentChain + 1 };
}

function ofField({ name, alias }: FieldNode, below: Shape): Shape {
  const introspects = name.value === '__schema' || name.value === '__type';
  const deepest = Math.max(below.depth, below.introspectionDepth);
  return {
    fields: below.fields + 1,
    aliases: below.aliases + (alias ? 1 : 0),
    repeatsBelow: repeatsOf(below),
    depth: introspects ? 1 : below.depth + 1,
    introspectionDepth: introspects ? deepest + 1 : below.introspectionDepth,
    fragmentChain: below.fragmentChain,
    keys: new Map([[alias?.value ?? name.value, 1]]),
  };
}

function together(one: Shape, other: Shape): Shape {
  // Only the accumulator is written to, and it belongs to this one set.
  const keys = one === EMPTY ? new Map<string, number>() : (one.keys as Map<string, number>);
  for (const [key, count] of other.keys) keys.set(key, (keys.get(key) ?? 0) + count);
  return {
    fields: one.fields + other.fields,
    aliases: one.aliases + other.aliases,
    repeatsBelow: one.repeatsBelow + other.repeatsBelow,
    depth: Math.max(one.depth, other.depth),
    introspectionDepth: Math.max(one.introspectionDepth, other.introspectionDepth),
    fragmentChain: Math.max(one.fragmentChain, other.fragmentChain),
    keys,
  };
}

function repeatsOf({ keys, repeatsBelow }: Shape): number {
  let repeats = repeatsBelow;
  for (const count of keys.values()) repeats += count - 1;
  return repeats;
}

/** Counts directives, and items of lists and objects, over the whole document. */
function createLiteralCheck() {
  let directivesSeen = 0;
  let itemsSeen = 0;

  function value(node: ValueNode, depth = 0): void {
    if (node.kind !== Kind.LIST && node.kind !== Kind.OBJECT) return;
    atMost(FIXED_LIMITS.literalDepth, depth + 1, 'levels of lists and objects in an argument');
    const items = node.kind === Kind.LIST ? node.values : node.fields.map((field) => field.value);
    itemsSeen += items.length;
    atMost(FIXED_LIMITS.listItems, itemsSeen, 'values in lists and objects');
    for (const item of items) value(item, depth + 1);
  }

  function directives(nodes: readonly DirectiveNode[] = []): void {
    directivesSeen += nodes.length;
    atMost(FIXED_LIMITS.directives, nodes.length, 'directives at one place');
    atMost(FIXED_LIMITS.allDirectives, directivesSeen, 'directives');
    for (const node of nodes) for (const argument of node.arguments ?? []) value(argument.value);
  }

  return { value, directives };
}

function atMost(limit: number, found: number, what: string): void {
  if (found <= limit) return;
  throw new RequestError(
    'QUERY_TOO_COMPLEX',
    `The document has more than ${limit} ${what}. Ask for less, or in several requests.`,
  );
}

function cyclic(node: ASTNode): GraphQLError {
  const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } };
  return new GraphQLError('A fragment must not hold itself.', { nodes: node, extensions });
}
