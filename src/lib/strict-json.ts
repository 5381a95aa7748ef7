/**
 * JSON of which every reader sees the same. `JSON.parse` keeps the last of two equal keys, rounds integers above 2^53
 * and makes Infinity of 1e400: what is checked may then not be what was sent. Such texts are refused, and so are those
 * that are nested deeper than anything we take. The text is parsed first, so that the scan may trust its form.
 */

export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError';
}

/** The deepest input of the schema has 6 levels; recursive code downstream is far from its end at this many. */
export const MAX_JSON_DEPTH = 64;

const TOKEN = /["{}[\]]|-?\d[\d.eE+-]*/g;
const COLON = /\s*:/y;

/** Throws `SyntaxError` for what is no JSON, `StrictJsonError` for what two readers could take differently. */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  scan(text);
  return value;
}

function scan(text: string): void {
  /** The keys of each open object; null for an array. */
  const open: (Set<string> | null)[] = [];
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(text); token; token = TOKEN.exec(text)) {
    const [symbol] = token;
    if (symbol === '"') TOKEN.lastIndex = checkString(text, token.index, open.at(-1) ?? null);
    else if (symbol === '}' || symbol === ']') open.pop();
    else if (symbol === '{' || symbol === '[') open.push(symbol === '{' ? new Set() : null);
    else checkNumber(symbol);
    if (open.length > MAX_JSON_DEPTH)
      throw new StrictJsonError(`nested deeper than ${MAX_JSON_DEPTH} levels`);
  }
}

/** Gives the place behind the string. */
function checkString(text: string, start: number, keys: Set<string> | null): number {
  const end = endOfString(text, start);
  COLON.lastIndex = end;
  if (keys && COLON.test(text)) {
    const raw = text.slice(start, end);
    const key = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
    // Assigned to an object by careless code, it would change what every object is.
    if (key === '__proto__') throw new StrictJsonError('the key __proto__ is not allowed');
    if (keys.has(key)) throw new StrictJsonError('an object has the same key twice');
    keys.add(key);
  }
  return end;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') first -= 1;
  return (at - first) % 2 === 1;
}

function checkNumber(literal: string): void {
  const value = Number(literal);
  const exact = /[.eE]/.test(literal) ? Number.isFinite(value) : Number.isSafeInteger(value);
  if (!exact) throw new StrictJsonError('a number is too large to be kept exactly');
}
