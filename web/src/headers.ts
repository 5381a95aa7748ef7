import { isRecord } from './json.js';

export type Headers = Record<string, string>;

/** Header names in lower case, so that there is one `authorization`, the editor's before the field's. */
export function requestHeaders(edited: unknown, token: string | null): Headers {
  const headers: Headers = token === null ? {} : { authorization: `Bearer ${token}` };
  for (const [name, value] of Object.entries(isRecord(edited) ? edited : {})) {
    headers[name.toLowerCase()] = String(value);
  }
  return headers;
}
