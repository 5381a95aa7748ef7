import type { NamedEntity } from '../domain/caller.js';
import { textOrNull, type Unparsed } from './json.js';
import type { WireReference } from './wire.js';

/** Id and name alone, whatever else the object has (an OAuth client has its `secret`); null without an id. */
export function toNamedEntity(value: Unparsed<WireReference>): NamedEntity | null {
  const id = textOrNull(value.id);
  return id === null ? null : { id, name: textOrNull(value.name) };
}
