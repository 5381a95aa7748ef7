/** What a document may have and cost before it is executed; the same behind all three doors. See docs/limits.md. */

/** Those that an operator may change. */
export interface GraphQLLimits {
  /** Words, names, numbers and signs of a document. */
  readonly tokens: number;
  /** Fields inside of fields, fragments filled in. */
  readonly depth: number;
  /** Of one operation, fragments filled in. */
  readonly aliases: number;
  readonly rootFields: number;
  /** In rows that an answer may hold; the schema says what a field costs. */
  readonly cost: number;
}

export const DEFAULT_LIMITS: GraphQLLimits = {
  // Introspection has 200, the longest documented operation 110.
  tokens: 1_000,
  // The deepest that the contract has without introspection is 8.
  depth: 10,
  // graphql-js compares every two fields of one name; a dashboard has a dozen questions in one request.
  aliases: 30,
  rootFields: 20,
  // Five full pages of all columns, or forty passes over a result.
  cost: 10_000,
};

/** What nobody needs more of, whatever the service is used for. */
export const FIXED_LIMITS = {
  /** As long as a frame of a WebSocket; comments and blanks count here alone. */
  characters: 64 * 1024,
  comments: 1_000,
  /** With fragments filled in, over all definitions together: introspection has 500. */
  fields: 1_500,
  /** Fields that say again what stands beside them, as fragments of components do. */
  repeats: 50,
  /** GraphiQL asks for types nine levels deep: 15 in all. */
  introspectionDepth: 18,
  /** Fragments in fragments. */
  fragmentChain: 20,
  operations: 10,
  /** At one place: there are `@skip` and `@include`. */
  directives: 4,
  allDirectives: 50,
  /** A filter takes 200 values. */
  listItems: 500,
  /** Lists and objects in each other, in one argument. */
  literalDepth: 10,
  variables: 50,
  /** In all variables together: seven filters of 200 values, and the rest. */
  variableValues: 2_000,
} as const;
