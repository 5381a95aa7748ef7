/**
 * Documents, without the `graphql` package: whoever brings one has made it with a tool of theirs (code generation, a
 * `gql` tag, a plain text), and the few of our own are built here, as nodes, since Apollo Client takes nothing else.
 */
import { print } from './print.js';

/** A parsed document, as every GraphQL library makes them. */
export interface DocumentNodeLike {
  readonly kind: string;
  readonly definitions: readonly object[];
}

/** A document as far as it is sent: a node, or a text. */
export type AnyDocument = DocumentNodeLike | string | TextLike;

/**
 * A document that bears the types of its result and its variables, as code generation makes them (`TypedDocumentNode`
 * or `TypedDocumentString`); also a text or a node without types, for which nothing is checked.
 */
export type UsageDocument<TResult = unknown, TVariables = never> = AnyDocument & {
  readonly __apiType?: (variables: TVariables) => TResult;
};

/** What is left of `String` when its methods do not matter: the text documents of code generation extend it. */
interface TextLike {
  readonly length: number;
  toString(): string;
}

/** The text that goes to the server. */
export function toText(document: AnyDocument): string {
  return isNode(document) ? print(document) : document.toString();
}

/** Whether it is a parsed document, which some libraries insist on. */
export function isNode(document: AnyDocument): document is DocumentNodeLike {
  return typeof document === 'object' && 'kind' in document;
}

/** A field, or one with what is selected of it. */
export type Selection = string | readonly [field: string, selections: readonly Selection[]];

/** An operation on one root field that takes one variable. */
export function operationOn<TResult, TVariables>(options: {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly name: string;
  readonly variable: { readonly name: string; readonly type: string };
  readonly field: string;
  readonly select: readonly Selection[];
}): UsageDocument<TResult, TVariables> & DocumentNodeLike {
  const { type, name, variable, field, select } = options;
  const value = { kind: 'Variable', name: toName(variable.name) };
  const definition = {
    kind: 'VariableDefinition',
    variable: value,
    type: { kind: 'NonNullType', type: { kind: 'NamedType', name: toName(variable.type) } },
    directives: [],
  };
  const argument = { kind: 'Argument', name: toName(variable.name), value };
  const root = { ...toField([field, select]), arguments: [argument] };
  const operation = {
    kind: 'OperationDefinition',
    operation: type,
    name: toName(name),
    variableDefinitions: [definition],
    directives: [],
    selectionSet: { kind: 'SelectionSet', selections: [root] },
  };
  return { kind: 'Document', definitions: [operation] };
}

function toField(selection: Selection): object {
  const [name, selections] = typeof selection === 'string' ? [selection, []] : selection;
  const field = { kind: 'Field', name: toName(name), arguments: [], directives: [] };
  if (selections.length === 0) return field;
  return { ...field, selectionSet: { kind: 'SelectionSet', selections: selections.map(toField) } };
}

function toName(value: string): object {
  return { kind: 'Name', value };
}
