/**
 * What the libraries' messages may show. However much is wrong with a request, its answer stays small. And where
 * introspection is off, a message names nothing of the schema that the request did not name itself: hints at names that
 * would be right, and names of types, tell the whole schema to whoever asks often enough.
 */
import {
  type GraphQLFormattedError,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** What was asked, to which messages may refer. */
export interface Asked {
  readonly text: unknown;
  readonly variables: unknown;
}

export interface ShownErrors {
  /** For errors that were found before anything was executed. */
  refusals(errors: readonly GraphQLFormattedError[], asked: Asked): readonly GraphQLFormattedError[];
  /** For errors beside data; as many as there are fields. */
  ofFields(errors: readonly GraphQLFormattedError[], asked: Asked): readonly GraphQLFormattedError[];
}

/** An answer of so many, each as long as it may be, has less than 4 KB. */
const MOST_ERRORS = 8;
const MOST_MESSAGE_BYTES = 300;
const MOST_LOCATIONS = 3;

/** What the library collects of each kind before it gives up. */
export const MOST_LIBRARY_ERRORS = MOST_ERRORS;

const NAME = /[_A-Za-z]\w*/g;
const QUOTED = /"[^"]*"/g;
const HINT = / ?Did you mean [^]*$/;
const HIDDEN = '(hidden)';
/** Codes of the libraries' own messages about a document and its variables. Syntax knows nothing of the schema. */
const ABOUT_SCHEMA: ReadonlySet<unknown> = new Set(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

export function createShownErrors(schema: GraphQLSchema, introspection: boolean): ShownErrors {
  const hide = introspection ? null : createHiding(schema);
  const teach = introspection ? createTeaching(schema) : (message: string) => message;
  const shown = (errors: readonly GraphQLFormattedError[], asked: Asked) => {
    const held = hide && errors.some(isAboutSchema) ? namesIn(asked) : null;
    return errors.map((error) => {
      const message = hide && held && isAboutSchema(error) ? hide(error.message, held) : teach(error.message);
      const locations = error.locations?.slice(0, MOST_LOCATIONS);
      return { ...error, message: shortened(message), ...(locations ? { locations } : {}) };
    });
  };
  return {
    refusals: (errors, asked) => shown(errors.slice(0, MOST_ERRORS), asked),
    ofFields: shown,
  };
}

function isAboutSchema({ extensions }: GraphQLFormattedError): boolean {
  return ABOUT_SCHEMA.has(extensions?.['code']);
}

function namesIn({ text, variables }: Asked): ReadonlySet<string> {
  const everything = `${typeof text === 'string' ? text : ''} ${JSON.stringify(variables ?? null)}`;
  return new Set(everything.match(NAME) ?? []);
}

/** Types are hidden wherever they stand, all other names where the library quotes them. */
function createHiding(schema: GraphQLSchema) {
  const types = new Set(Object.keys(schema.getTypeMap()));
  const members = memberNames(schema);
  return (message: string, held: ReadonlySet<string>): string => {
    const hidden = (names: ReadonlySet<string>) => (name: string) =>
      names.has(name) && !held.has(name) ? HIDDEN : name;
    return message
      .replace(HINT, '')
      .replace(QUOTED, (quoted) => quoted.replace(NAME, hidden(members)))
      .replace(NAME, hidden(types));
  };
}

/** The library tells which value an enum lacks; where names may be told, those that it has stand behind it. */
function createTeaching(schema: GraphQLSchema) {
  return (message: string): string => {
    const type = schema.getType(/ does not exist in "(\w+)" enum\.$/.exec(message)?.[1] ?? '');
    if (!isEnumType(type)) return message;
    const names = type.getValues().map(({ name }) => name);
    return `${message} It has: ${names.join(', ')}.`;
  };
}

/** Names of fields, arguments, input fields and enum values. */
function memberNames(schema: GraphQLSchema): ReadonlySet<string> {
  const names = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isEnumType(type)) for (const { name } of type.getValues()) names.add(name);
    if (isInputObjectType(type)) for (const name of Object.keys(type.getFields())) names.add(name);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      names.add(field.name);
      for (const argument of field.args) names.add(argument.name);
    }
  }
  return names;
}

/** Texts of the request stand in messages, and a character has up to six bytes in JSON. */
function shortened(message: string): string {
  const cut = message.slice(0, MOST_MESSAGE_BYTES);
  const fits = Buffer.byteLength(JSON.stringify(cut)) <= MOST_MESSAGE_BYTES + 2;
  const shown = fits ? cut : message.slice(0, Math.floor(MOST_MESSAGE_BYTES / 6));
  return shown.length < message.length ? `${shown.toWellFormed()}…` : message;
}
