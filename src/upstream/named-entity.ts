import type { NamedEntity } from '../domain/caller.js';
import { type Json, textOrNull } from './json.js';

/** Id and name alone, whatever else the object has (an OAuth client has its `secret`); null without an id. */
export function toNamedEntity(value: Json): NamedEntity | null {
  const id = textOrNull(value['id']);
  return id === null ? null : { id, name: textOrNull(value['name']) };
}
