/** Objects that are ready for `JSON.stringify`: their keys are the answer's, and their values need nobody to look at them. */
import type { FieldNode, GraphQLResolveInfo } from 'graphql';

import { collected } from './selected-fields.js';

/** Names by id that rows do not bring themselves. */
export interface Names {
  readonly oauthClients: ReadonlyMap<string, string | null>;
  readonly users: ReadonlyMap<string, string | null>;
}

export type Read<T> = (value: T, names: Names) => unknown;
export type Plan<T> = readonly (readonly [key: string, read: Read<T>])[];
/** How each field of a type is read; `nodes` are all those of one response key. */
export type Fields<T> = Readonly<
  Record<string, (nodes: readonly FieldNode[], info: GraphQLResolveInfo) => Read<T>>
>;

export const plain =
  <T>(key: keyof T) =>
  (): Read<T> =>
  (value) =>
    value[key];

export function nested<T, U>(
  fields: Fields<U>,
  typeName: string,
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
  valueOf: (value: T) => U | null,
): Read<T> {
  const plan = planOf(fields, typeName, nodes, info);
  return (value, names) => {
    const inner = valueOf(value);
    return inner === null ? null : toObject(plan, inner, names);
  };
}

/** Without the setter of `__proto__`, which is a valid alias. Objects of one class stay fast, as bare ones do not. */
function Sendable(this: object): void {}
Sendable.prototype = Object.create(null);
const SendableClass = Sendable as unknown as new () => Record<string, unknown>;

export function toObject<T>(plan: Plan<T>, value: T, names: Names): object {
  const object = new SendableClass();
  for (const [key, read] of plan) object[key] = read(value, names);
  return object;
}

export function planOf<T>(
  fields: Fields<T>,
  typeName: string,
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
): Plan<T> {
  return [...collected(nodes, info)].map(([key, same]) => {
    const name = same[0]!.name.value;
    const fieldOf = fields[name];
    if (name === '__typename') return [key, () => typeName];
    if (!fieldOf) throw new Error(`rows have no field ${name}`);
    return [key, fieldOf(same, info)];
  });
}
