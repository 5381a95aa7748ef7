/** The contract's scalars. Those of `graphql-scalars` keep their names; the interval is our own. */
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import {
  GraphQLDate,
  GraphQLDateTimeISO as LibraryDateTimeISO,
  GraphQLSafeInt as LibrarySafeInt,
} from 'graphql-scalars';

import { type DayInterval, formatInterval, parseInterval } from '../src/domain/interval.js';

/** The library's scalar, which tells the form to whoever misses it. */
function inForm<In, Out>(scalar: GraphQLScalarType<In, Out>, what: string, form: string) {
  const config = scalar.toConfig();
  const refusal = (nodes?: ValueNode) =>
    new GraphQLError(`This is not ${what}. Write it as ${form}.`, { nodes: nodes ?? null });
  return {
    ...config,
    parseValue(value: unknown): In {
      try {
        return config.parseValue(value);
      } catch {
        throw refusal();
      }
    },
    parseLiteral(node: ValueNode): In {
      try {
        return config.parseLiteral(node);
      } catch {
        throw refusal(node);
      }
    },
  };
}

export const DateTimeScalar = new GraphQLScalarType({
  ...inForm(LibraryDateTimeISO, 'an instant', '"2026-02-01T09:30:00Z"'),
  name: 'DateTime',
  description: 'An instant, ISO-8601 in UTC with milliseconds, such as `2026-02-01T09:30:00.000Z`.',
});

export const DateScalar = new GraphQLScalarType({
  ...inForm(GraphQLDate, 'a day', '"2026-02-01"'),
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

function toDayInterval(value: unknown, nodes?: ValueNode): DayInterval {
  const interval = typeof value === 'string' ? parseInterval(value) : null;
  if (!interval)
    throw new GraphQLError(`This is not an interval. ${FORM}`, {
      nodes: nodes ?? null,
      extensions: { code: 'BAD_USER_INPUT' },
    });
  return interval;
}

export const UsageIntervalScalar = new GraphQLScalarType<DayInterval, string>({
  name: 'UsageInterval',
  description:
    'Whole UTC days. Any ISO-8601 interval is taken: two dates (`2026-02-01/2026-02-28`, the last one included), two ' +
    'months (`2026-01/2026-03`, the last one included), two instants (UTC without an offset; the end is not included), ' +
    'or one of these and a duration (`2026-02-01/P4W`). It is shown as the days that it covers, both included.',
  serialize: (value) => (typeof value === 'string' ? value : formatInterval(value as DayInterval)),
  parseValue: (value) => toDayInterval(value),
  parseLiteral: (node) => toDayInterval(node.kind === Kind.STRING ? node.value : null, node),
});
