/** Text of a parsed operation document. Type definitions are not printed: no client sends them. */

interface AstNode {
  readonly kind: string;
  readonly [part: string]: unknown;
}

/** Throws `TypeError` for a node that has no place in an operation document. */
export function print(node: object): string {
  const { kind } = node as AstNode;
  const printer = PRINTERS[kind];
  if (!printer) throw new TypeError(`A document to be sent can not hold a ${kind}.`);
  return printer(node as AstNode);
}

const PRINTERS: Readonly<Record<string, (node: AstNode) => string>> = {
  Name: ({ value }) => String(value),
  Document: ({ definitions }) => all(definitions, '\n\n'),
  OperationDefinition: ({ operation, name, variableDefinitions, directives, selectionSet }) =>
    words(
      String(operation),
      one(name) + wrap('(', all(variableDefinitions, ', '), ')'),
      all(directives, ' '),
      one(selectionSet),
    ),
  FragmentDefinition: ({ name, typeCondition, directives, selectionSet }) =>
    words('fragment', one(name), 'on', one(typeCondition), all(directives, ' '), one(selectionSet)),
  VariableDefinition: ({ variable, type, defaultValue, directives }) =>
    words(`${one(variable)}: ${one(type)}`, wrap('= ', one(defaultValue)), all(directives, ' ')),
  SelectionSet: ({ selections }) => `{ ${all(selections, ' ')} }`,
  Field: ({ alias, name, arguments: given, directives, selectionSet }) =>
    words(
      wrap('', one(alias), ': ') + one(name) + wrap('(', all(given, ', '), ')'),
      all(directives, ' '),
      one(selectionSet),
    ),
  FragmentSpread: ({ name, directives }) => words(`...${one(name)}`, all(directives, ' ')),
  InlineFragment: ({ typeCondition, directives, selectionSet }) =>
    words('...', wrap('on ', one(typeCondition)), all(directives, ' '), one(selectionSet)),
  Argument: named,
  Directive: ({ name, arguments: given }) => `@${one(name)}${wrap('(', all(given, ', '), ')')}`,
  NamedType: ({ name }) => one(name),
  ListType: ({ type }) => `[${one(type)}]`,
  NonNullType: ({ type }) => `${one(type)}!`,
  Variable: ({ name }) => `$${one(name)}`,
  IntValue: ({ value }) => String(value),
  FloatValue: ({ value }) => String(value),
  // Every escape of JSON is one of GraphQL; a block string says the same in this form.
  StringValue: ({ value }) => JSON.stringify(value),
  BooleanValue: ({ value }) => String(value),
  NullValue: () => 'null',
  EnumValue: ({ value }) => String(value),
  ListValue: ({ values }) => `[${all(values, ', ')}]`,
  ObjectValue: ({ fields }) => `{${all(fields, ', ')}}`,
  ObjectField: named,
};

function named({ name, value }: AstNode): string {
  return `${one(name)}: ${one(value)}`;
}

/** A part that may be missing. */
function one(part: unknown): string {
  return typeof part === 'object' && part !== null ? print(part) : '';
}

function all(parts: unknown, between: string): string {
  return Array.isArray(parts) ? parts.map(one).join(between) : '';
}

function wrap(before: string, text: string, behind = ''): string {
  return text === '' ? '' : before + text + behind;
}

function words(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
