/** Values for the variables of an operation of which only the text is known. */
import {
  type DocumentNode,
  type GraphQLSchema,
  getNullableType,
  type GraphQLType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  typeFromAST,
} from 'graphql';

/** What ids and intervals stand for; a name decides which one is meant. */
export interface Samples {
  readonly executionId: string;
  /** Of another execution, to compare with. */
  readonly baselineId: string;
  readonly clientId: string;
  readonly interval: string;
}

/** What must be given; what may be left out is left out. */
export function sampleVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  samples: Samples,
): Record<string, unknown> {
  const definitions = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : [],
  );
  return Object.fromEntries(
    definitions.flatMap(({ variable, type, defaultValue }) => {
      const of = typeFromAST(schema, type as never) as GraphQLType;
      const isLeftOut = !isNonNullType(of) || defaultValue !== undefined;
      return isLeftOut ? [] : [[variable.name.value, valueOf(of, variable.name.value, samples)]];
    }),
  );
}

function valueOf(required: GraphQLType, name: string, samples: Samples): unknown {
  const type = getNullableType(required);
  if (isListType(type)) return [valueOf(type.ofType, name, samples)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(needed.map((field) => [field.name, valueOf(field.type, field.name, samples)]));
  }
  if (String(type) === 'UsageInterval') return samples.interval;
  if (String(type) === 'ID' && /client/i.test(name)) return samples.clientId;
  if (String(type) === 'ID')
    return /baseline|before|last/i.test(name) ? samples.baselineId : samples.executionId;
  if (String(type) === 'Int') return 10;
  throw new Error(
    `there is no sample of ${String(type)} for $${name}: give variables in a json block behind it`,
  );
}
