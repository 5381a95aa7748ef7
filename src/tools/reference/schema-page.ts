/** `docs/schema.md`: the contract to read, from the schema that is served. */
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  print,
  astFromValue,
} from 'graphql';

const HEAD = `<!-- Written by \`npm run docs\` from the schema. Do not edit. -->

# Schema reference

Every operation, type, field, argument and value of [the contract](../schema/schema.graphql). \`!\` is never null, \`[…]\` is a
list. What the words mean is told in [concepts.md](concepts.md), what may go wrong in [errors.md](errors.md), and what an
operation costs in [limits.md](limits.md).
`;

interface Chapter {
  readonly title: string;
  readonly holds: (type: GraphQLNamedType) => boolean;
}

const isRoot = ({ name }: GraphQLNamedType) => ['Query', 'Mutation', 'Subscription'].includes(name);
/** The roots come first, in the order in which they are used. */
const CHAPTERS: readonly Chapter[] = [
  { title: 'Mutations', holds: ({ name }) => name === 'Mutation' },
  { title: 'Subscriptions', holds: ({ name }) => name === 'Subscription' },
  { title: 'Queries', holds: ({ name }) => name === 'Query' },
  { title: 'Types', holds: (type) => !isRoot(type) && (isObjectType(type) || isInterfaceType(type)) },
  { title: 'Inputs', holds: isInputObjectType },
  { title: 'Enums', holds: isEnumType },
  { title: 'Scalars', holds: (type) => isScalarType(type) && !isSpecifiedScalarType(type) },
];

export function schemaPage(schema: GraphQLSchema): string {
  const types = Object.values(lexicographicSortSchema(schema).getTypeMap()).filter(
    (type) => !isIntrospectionType(type),
  );
  const chapters = CHAPTERS.map(({ title, holds }) => {
    const held = types.filter(holds).map((type) => (isRoot(type) ? membersOf(type) : sectionOf(type)));
    return `## ${title}\n\n${held.join('\n\n')}\n`;
  });
  return [HEAD, ...chapters].join('\n');
}

function sectionOf(type: GraphQLNamedType): string {
  const parents = isObjectType(type) ? type.getInterfaces() : [];
  const lines = [
    `### ${type.name}`,
    sentence(type.description),
    ...(parents.length > 0 ? [`Implements ${parents.map((parent) => linkTo(parent)).join(', ')}.`] : []),
    membersOf(type),
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}

function membersOf(type: GraphQLNamedType): string {
  if (isObjectType(type) || isInterfaceType(type)) {
    const fields = Object.values(type.getFields());
    return fields
      .map(({ name, type: of, description, args }) => entry(name, of, description, args))
      .join('\n');
  }
  if (isInputObjectType(type)) return Object.values(type.getFields()).map(inputOf).join('\n');
  if (!isEnumType(type)) return '';
  // A description that only repeats the name says nothing.
  const values = type
    .getValues()
    .map(({ name, description }) => ({ name, said: description === name ? '' : sentence(description) }));
  return values.map(({ name, said }) => `- \`${name}\`${said ? `: ${said}` : ''}`).join('\n');
}

function entry(
  name: string,
  type: GraphQLType,
  description: string | null | undefined,
  args: readonly GraphQLArgument[] = [],
): string {
  const head = `- **\`${name}\`**: ${linkTo(type)}. ${sentence(description)}`;
  return [head, ...args.map((argument) => `  ${inputOf(argument)}`)].join('\n');
}

function inputOf({ name, type, description, defaultValue }: GraphQLArgument | GraphQLInputField): string {
  const value = defaultValue === undefined ? null : astFromValue(defaultValue, type);
  const preset = value ? ` Default: \`${print(value)}\`.` : '';
  return `- \`${name}\`: ${linkTo(type)}. ${sentence(description)}${preset}`;
}

function linkTo(type: GraphQLType): string {
  const named = getNamedType(type);
  const shown = `\`${String(type)}\``;
  return isSpecifiedScalarType(named) ? shown : `[${shown}](#${named.name.toLowerCase()})`;
}

function sentence(description: string | null | undefined): string {
  return (description ?? '').replaceAll(/\s+/g, ' ').trim();
}
