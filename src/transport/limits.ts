/** What a document may cost before it is executed; the same behind all three doors. */
import type { ParseOptions } from 'graphql';

/**
 * Validation compares every two fields of the same name: a document of 12,000 tokens, still under the limits of bytes,
 * holds up the whole process for two minutes, and one of 1,000 for a tenth of a second. Introspection has 183.
 */
export const PARSE_OPTIONS: ParseOptions = { maxTokens: 1_000 };
