import { post } from '../../support/clients.js';
import { until } from '../../support/until.js';

export interface StartedExecution {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly done: boolean;
  readonly request: { readonly interval: string };
}

const EXECUTIONS = '{ usageExecutions(first: 50) { nodes { id version status done request { interval } } } }';

/** What the server itself knows about the executions of these intervals, once there is one for each. */
export async function startedExecutions(
  url: string,
  intervals: readonly string[],
): Promise<Map<string, StartedExecution>> {
  const found = new Map<string, StartedExecution>();
  await until(
    'all executions',
    async () => {
      for (const execution of await read(url)) found.set(execution.request.interval, execution);
      return intervals.every((interval) => found.has(interval));
    },
    60_000,
  );
  return found;
}

/** The same, once they are final. */
export async function finalExecutions(
  url: string,
  intervals: readonly string[],
): Promise<Map<string, StartedExecution>> {
  let found = await startedExecutions(url, intervals);
  await until(
    'all final states',
    async () => {
      found = await startedExecutions(url, intervals);
      return intervals.every((interval) => found.get(interval)?.done);
    },
    60_000,
  );
  return found;
}

async function read(url: string): Promise<StartedExecution[]> {
  const { data } = await post(url, { query: EXECUTIONS });
  return (data as { usageExecutions: { nodes: StartedExecution[] } }).usageExecutions.nodes;
}
