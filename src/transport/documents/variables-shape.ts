/** Whether variables are of a size that the library can read: it prints the whole of a value with each thing wrong in it. */
import { RequestError } from '../../domain/error-codes.js';
import { FIXED_LIMITS } from './limits.js';

/** Throws `RequestError` `QUERY_TOO_COMPLEX`. Stops at the first value too many. */
export function checkVariables(variables: unknown): void {
  const level = [variables];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > FIXED_LIMITS.literalDepth)
      throw tooMany(FIXED_LIMITS.literalDepth, 'levels of lists and objects');
    for (const value of level.splice(0)) {
      if (typeof value !== 'object' || value === null) continue;
      const items: unknown[] = Object.values(value);
      values += items.length;
      if (values > FIXED_LIMITS.variableValues) throw tooMany(FIXED_LIMITS.variableValues, 'values');
      for (const item of items) level.push(item);
    }
  }
}

function tooMany(limit: number, what: string): RequestError {
  return new RequestError('QUERY_TOO_COMPLEX', `The variables have more than ${limit} ${what}.`);
}
