/** The contract's scalars. Those of `graphql-scalars` keep their names; the interval is our own. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import {
  GraphQLDate,
  GraphQLDateTimeISO as LibraryDateTimeISO,
  GraphQLSafeInt as LibrarySafeInt,
} from 'graphql-scalars';

import { type DayInterval, formatInterval, parseInterval } from '../src/domain/interval.js';

export const DateTimeScalar = new GraphQLScalarType({
  ...LibraryDateTimeISO.toConfig(),
  name: 'DateTime',
  description: 'An instant, ISO-8601 in UTC with milliseconds, such as `2026-02-01T09:30:00.000Z`.',
});

export const DateScalar = new GraphQLScalarType({
  ...GraphQLDate.toConfig(),
  description: 'A UTC day, `yyyy-MM-dd`.',
  // Rows hold days as text already: building a Date of each to write it back the same would be waste.
  serialize: String,
});

export const SafeIntScalar = new GraphQLScalarType({
  ...LibrarySafeInt.toConfig(),
  description:
    'A whole number up to 2^53 - 1, the largest that a JSON number holds exactly in every client. Counters use it: ' +
    'a busy organization makes more requests in a month than an Int can count.',
});

const FORM =
  'Write an ISO-8601 interval of days, months or instants, such as "2026-02-01/2026-02-28", "2026-01/2026-03" or ' +
  '"2026-02-01/P4W".';

function toDayInterval(value: unknown): DayInterval {
  const interval = typeof value === 'string' ? parseInterval(value) : null;
  if (!interval)
    throw new GraphQLError(`This is not an interval. ${FORM}`, { extensions: { code: 'BAD_USER_INPUT' } });
  return interval;
}

export const UsageIntervalScalar = new GraphQLScalarType<DayInterval, string>({
  name: 'UsageInterval',
  description:
    'Whole UTC days. Any ISO-8601 interval is taken: two dates (`2026-02-01/2026-02-28`, the last one included), two ' +
    'months (`2026-01/2026-03`, the last one included), two instants (UTC without an offset; the end is not included), ' +
    'or one of these and a duration (`2026-02-01/P4W`). It is shown as the days that it covers, both included.',
  serialize: (value) => (typeof value === 'string' ? value : formatInterval(value as DayInterval)),
  parseValue: toDayInterval,
  parseLiteral: (node) => toDayInterval(node.kind === Kind.STRING ? node.value : null),
});
