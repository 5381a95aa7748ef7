/**
 * Reading JSON whose shape nobody promises. `UnreadableAnswer` is this folder's own: the HTTP client turns it
 * into an `UpstreamError` that knows the status and the correlation id.
 */

export type Json = Readonly<Record<string, unknown>>;

/** An object that should be a `T`: the keys are known, the values are not. */
export type Unparsed<T> = { readonly [K in keyof T]?: unknown };

export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
  /**
   * `UNAVAILABLE` for something that is not the API's answer at all (a proxy's page, half a body): another try
   * may get one. `INVALID_RESULT` for a final answer that would be the same at every try.
   */
  constructor(
    readonly kind: 'UNAVAILABLE' | 'INVALID_RESULT',
    message: string,
  ) {
    super(message);
  }
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object whose values are still to be parsed, or `UNAVAILABLE`. */
export function objectOf<T extends object>(value: unknown): Unparsed<T> {
  if (isJson(value)) return value;
  throw new UnreadableAnswer('UNAVAILABLE', "Upstream's answer is not of the form that was asked for.");
}

/** A text that says something, or null: upstream writes an empty one for "none". */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** `UNAVAILABLE` unless the value is a text that says something, and that a database can hold. */
export function requiredText(value: unknown, name: string): string {
  const text = textOrNull(value);
  if (text !== null && !text.includes('\0')) return text;
  throw new UnreadableAnswer('UNAVAILABLE', `Upstream's answer lacks ${name}.`);
}

/** The objects in a list; other members and a value that is no list are left out. */
export function objectsOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}
