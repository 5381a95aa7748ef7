import { describe, expect, it } from '@jest/globals';
import { type GraphQLScalarType, Kind } from 'graphql';

import { DateScalar, DateTimeScalar, SafeIntScalar, UsageIntervalScalar } from '../../schema/scalars.js';

const LENGTH = 100_000;
/** What makes a careless pattern try again and again. */
const ENDLESS = {
  digits: '1'.repeat(LENGTH),
  dashes: '2026-'.repeat(LENGTH / 5),
  slashes: '2026-01-01/'.repeat(LENGTH / 11),
  spaces: `2026-01-01${' '.repeat(LENGTH)}x`,
  fractions: `2026-01-01T00:00:00.${'0'.repeat(LENGTH)}X`,
  durations: `2026-01-01/P${'1Y'.repeat(LENGTH / 2)}`,
  zeros: `${'0'.repeat(LENGTH)}1e`,
  'line feeds': `2026-01-01${'\n'.repeat(LENGTH)}`,
  'wide characters': '\u{1F600}'.repeat(LENGTH / 2),
} as const;

/** Quadratic time would be minutes for all of them: far above the time that a test may take. */
const TIMES = 100;

describe.each<[string, GraphQLScalarType]>([
  ['UsageInterval', UsageIntervalScalar],
  ['DateTime', DateTimeScalar],
  ['Date', DateScalar],
  ['SafeInt', SafeIntScalar],
])('%s', (_name, scalar) => {
  it.each(Object.entries(ENDLESS))(
    'refuses 100 KB of %s at once, as a variable and in the query',
    (_kind, value) => {
      for (let time = 0; time < TIMES; time += 1) {
        expect(() => scalar.parseValue(value)).toThrow();
        expect(() => scalar.parseLiteral({ kind: Kind.STRING, value }, {})).toThrow();
      }
    },
  );
});
