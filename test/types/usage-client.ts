/** What must compile, and what must not, for those who use the client package. Nothing here runs. */
import {
  followUsageExecution,
  fromFetch,
  runUsageQuery,
  type UsageExecutionState,
} from '../../client/src/index.js';
import { Report, StartReport, StartWithoutId, Totals } from '../documents/client.graphql.js';
import type { Equal, Expect } from '../support/type-assert.js';

const client = fromFetch({ url: '/graphql' });
const input = { interval: '2026-10-01/2026-10-28' };
const first = { resultVariables: { first: 10 } };

const state = () => runUsageQuery(client, StartReport, { input });
const followed = () => followUsageExecution(client, 'exe_1');
const totals = () => runUsageQuery(client, StartReport, { input }, { result: Totals });
const report = () => followUsageExecution(client, 'exe_1', { result: Report, ...first });
const texts = () => runUsageQuery(client, 'mutation { anything }', { anything: true });

type Result<Run extends () => Promise<unknown>> = Awaited<ReturnType<Run>>;

export type _WithoutResult = Expect<Equal<Result<typeof state>, UsageExecutionState>>;
export type _Followed = Expect<Equal<Result<typeof followed>, UsageExecutionState>>;
export type _Text = Expect<Equal<Result<typeof texts>, UsageExecutionState>>;
export type _Totals = Expect<Equal<Result<typeof totals>['totals']['requests'], number | null>>;
export type _Report = Expect<
  Equal<Result<typeof report>['rows']['nodes'][number]['requests'], number | null>
>;

export const refused = [
  // @ts-expect-error the interval is missing
  () => runUsageQuery(client, StartReport, { input: {} }),
  // @ts-expect-error a granularity that there is not
  () => runUsageQuery(client, StartReport, { input: { ...input, granularity: 'HOUR' } }),
  // @ts-expect-error no variables at all
  () => runUsageQuery(client, StartReport, {}),
  // @ts-expect-error this document selects no id to follow
  () => runUsageQuery(client, StartWithoutId, { input }),
  // @ts-expect-error a query starts nothing
  () => runUsageQuery(client, Totals, { id: 'exe_1' }),
  // @ts-expect-error the result's own variable is missing
  () => runUsageQuery(client, StartReport, { input }, { result: Report }),
  // @ts-expect-error and here it is of the wrong type
  () => runUsageQuery(client, StartReport, { input }, { result: Report, resultVariables: { first: '10' } }),
  // @ts-expect-error a start is no result
  () => runUsageQuery(client, StartReport, { input }, { result: StartReport }),
  // @ts-expect-error a field that the result does not select
  () => totals().then((execution) => execution.rows),
];
