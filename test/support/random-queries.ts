/** Queries at random over the whole schema: selections, arguments, variables, aliases, fragments, directives. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLInputType,
} from 'graphql';

import type { RawOperation } from './clients.js';

export interface RandomQueriesOptions {
  readonly schema: GraphQLSchema;
  /** From 0 to 1; the same numbers give the same queries. */
  readonly random: () => number;
  readonly ids: readonly string[];
  /** Cursors, some of which lead somewhere. */
  readonly cursors: readonly string[];
  /** `Type.field`: what is another thing at each look. */
  readonly without: ReadonlySet<string>;
}

const MOST_DEPTH = 5;
/** Two of them are special to objects. */
const ALIASES = ['a', 'b', '__proto__', 'toJSON', 'name'];

/** Valid for the most part; some have arguments that are refused, or variables that do not fit. */
export function randomQuery(options: RandomQueriesOptions): RawOperation {
  return new Writer(options).operation();
}

class Writer {
  readonly #fragments: string[] = [];
  readonly #definitions = new Map<string, string>();
  readonly #variables: Record<string, unknown> = {};
  #aliases = 0;

  constructor(private readonly options: RandomQueriesOptions) {}

  operation(): RawOperation {
    const root = this.options.schema.getQueryType()!;
    const selection = this.#selection(root, 0);
    const definitions = [...this.#definitions].map(([name, type]) => `$${name}: ${type}`).join(', ');
    const head = definitions ? `query Q(${definitions})` : this.#chance(0.5) ? 'query Q' : 'query';
    return {
      query: [`${head} ${selection}`, ...this.#fragments].join('\n'),
      ...(this.#chance(0.2) && head.includes('Q') ? { operationName: 'Q' } : {}),
      variables: this.#variables,
    };
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    if (isAbstractType(type)) {
      const [one] = this.options.schema.getPossibleTypes(type);
      return `{ __typename id ... on ${one!.name} ${this.#selection(one!, depth)} }`;
    }
    if (!isObjectType(type)) return '';
    const parts = Array.from({ length: this.#int(1, depth === 0 ? 1 : 5) }, () => this.#part(type, depth));
    return `{ ${parts.join(' ')} }`;
  }

  #part(type: GraphQLObjectType, depth: number): string {
    if (this.#chance(0.08)) return `...${this.#directive()} ${this.#selection(type, depth)}`;
    if (this.#chance(0.05)) return `... on ${type.name}${this.#directive()} ${this.#selection(type, depth)}`;
    if (this.#chance(0.06)) {
      const name = `F${this.#fragments.length}`;
      // Its place is kept, since it may hold others.
      const index = this.#fragments.push('') - 1;
      this.#fragments[index] = `fragment ${name} on ${type.name} ${this.#selection(type, depth)}`;
      return `...${name}${this.#directive()}${this.#chance(0.2) ? ` ...${name}` : ''}`;
    }
    return this.#field(type, depth);
  }

  #field(type: GraphQLObjectType, depth: number): string {
    // Fields of one name and other arguments would not go together.
    const alias = `${this.#chance(0.04) ? this.#pick(ALIASES) : `a${(this.#aliases += 1)}`}: `;
    if (this.#chance(0.07)) return `__typename${this.#directive()}`;
    const fields = Object.values(type.getFields()).filter(
      (field) =>
        !this.options.without.has(`${type.name}.${field.name}`) &&
        (depth < MOST_DEPTH || !isObjectType(getNamedType(field.type))),
    );
    const field = this.#pick(fields);
    if (!field) return '__typename';
    const below = this.#selection(getNamedType(field.type), depth + 1);
    const isFree = field.args.length === 0 && this.#chance(0.85);
    return `${isFree ? '' : alias}${field.name}${this.#arguments(field)}${this.#directive()} ${below}`;
  }

  #directive(): string {
    if (!this.#chance(0.12)) return '';
    const value = this.#chance(0.5)
      ? this.#variable('Boolean!', this.#chance(0.5))
      : String(this.#chance(0.5));
    return ` @${this.#pick(['skip', 'include'])}(if: ${value})`;
  }

  #arguments(field: GraphQLField<unknown, unknown>): string {
    const given = field.args.filter(({ type }) => isNonNullType(type) || this.#chance(0.4));
    if (given.length === 0) return '';
    return `(${given.map((argument) => `${argument.name}: ${this.#argument(argument)}`).join(', ')})`;
  }

  #argument({ name, type }: GraphQLArgument): string {
    const value = this.#value(type, name);
    if (this.#chance(0.4)) return this.#variable(String(type), value);
    return literal(value, type);
  }

  #variable(type: string, value: unknown): string {
    const name = `v${this.#definitions.size}`;
    this.#definitions.set(name, type);
    if (value !== undefined) this.#variables[name] = value;
    return `$${name}`;
  }

  #value(type: GraphQLInputType, name: string): unknown {
    if (isNonNullType(type)) return this.#value(type.ofType, name) ?? 'x';
    if (this.#chance(0.08)) return null;
    if (isListType(type)) {
      return Array.from({ length: this.#int(0, 2) }, () => this.#value(type.ofType, name));
    }
    if (isEnumType(type)) return this.#pick(type.getValues())!.name;
    if (!isInputObjectType(type)) return this.#scalar(type.name, name);
    const fields = Object.values(type.getFields()).filter(
      (field) => isNonNullType(field.type) || this.#chance(0.2),
    );
    return Object.fromEntries(fields.map((field) => [field.name, this.#value(field.type, field.name)]));
  }

  #scalar(type: string, name: string): unknown {
    if (type === 'ID') return this.#pick(this.options.ids);
    if (type === 'Boolean') return this.#chance(0.5);
    if (type === 'Int' || type === 'SafeInt')
      return this.#chance(0.1) ? this.#pick([-1, 0, 1_001, 'x']) : this.#int(0, 20);
    if (type === 'Date') return this.#pick(['2026-01-01', '2099-01-01', 'x']);
    if (type === 'DateTime') return this.#pick(['2026-01-01T00:00:00.000Z', '2099-01-01T00:00:00Z', 'x']);
    if (name === 'after') return this.#pick(this.options.cursors);
    return this.#pick(['api/v2', 'users', 'é', '']);
  }

  #chance(share: number): boolean {
    return this.options.random() < share;
  }

  #int(from: number, to: number): number {
    return from + Math.floor(this.options.random() * (to - from + 1));
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.options.random() * from.length)];
  }
}

/** Names of enums stand without quotes. */
function literal(value: unknown, type: GraphQLInputType): string {
  if (value === null || value === undefined) return 'null';
  if (isNonNullType(type)) return literal(value, type.ofType);
  if (Array.isArray(value)) {
    const of = isListType(type) ? type.ofType : type;
    return `[${value.map((item) => literal(item, of)).join(', ')}]`;
  }
  if (isEnumType(type) && typeof value === 'string') return value;
  if (!isInputObjectType(type) || typeof value !== 'object') return JSON.stringify(value);
  const fields = type.getFields();
  const parts = Object.entries(value).map(([key, inner]) => `${key}: ${literal(inner, fields[key]!.type)}`);
  return `{${parts.join(', ')}}`;
}
