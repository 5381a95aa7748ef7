import {
  createSimulator,
  DEMO_ORGANIZATION,
  type Simulator,
  type SimulatorOptions,
} from '../../src/simulator/simulator.js';
import type { ErrorBody, JobResults, OrganizationJobRow, QueryResults } from '../../src/simulator/wire.js';

/** A Sunday; yesterday is the last day with data. */
export const NOW = Date.parse('2026-11-22T10:00:00Z');
export const HEAVY_CLIENT = DEMO_ORGANIZATION.clients[0]?.id ?? '';

export const QUERY = '/api/v2/usage/query';
export const SEARCH = '/api/v2/usage/simplesearch';
export const JOB = '/api/v2/usage/aggregates/query/jobs';
export const CLIENT_QUERY = `/api/v2/oauth/clients/${HEAVY_CLIENT}/usage/query`;
export const CLIENT_JOB = `/api/v2/usage/client/${HEAVY_CLIENT}/aggregates/query/jobs`;
export const SUMMARY = `/api/v2/oauth/clients/${HEAVY_CLIENT}/usage/summary`;
export const WEEK = '2026-11-09/2026-11-15';

/** A simulator with a few shortcuts over `fetch`; its clock stands at `NOW` and its jobs take no time. */
export interface TestSimulator extends Simulator {
  clock: { now: number };
  call: (path: string, init?: RequestInit & { token?: string | null }) => Promise<Response>;
  post: (path: string, body: unknown, token?: string) => Promise<Response>;
  /** Starts and returns the results' path; throws when the start is refused. */
  start: (path: string, body: unknown, token?: string) => Promise<string>;
  /** Starts a query of the older generation and returns its first results. */
  query: (path: string, body: unknown) => Promise<QueryResults>;
  /** Starts an organization's job and returns its first page. */
  job: (body: unknown) => Promise<JobResults<OrganizationJobRow>>;
}

/** Runs a test with a simulator of its own and stops it. */
export async function withSimulator(
  test: (simulator: TestSimulator) => Promise<void>,
  options: SimulatorOptions = {},
): Promise<void> {
  const clock = { now: NOW };
  const simulator = await createSimulator({ now: () => clock.now, durations: () => 0, ...options });
  try {
    await test(withShortcuts(simulator, clock));
  } finally {
    await simulator.stop();
  }
}

function withShortcuts(simulator: Simulator, clock: { now: number }): TestSimulator {
  const call: TestSimulator['call'] = (path, { token = 'demo-admin', headers, ...init } = {}) =>
    fetch(new URL(path, simulator.url), {
      redirect: 'manual',
      ...init,
      headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...(headers as object) },
    });
  const post: TestSimulator['post'] = (path, body, token = 'demo-admin') =>
    call(path, {
      method: 'POST',
      token,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const start: TestSimulator['start'] = async (path, body, token) => {
    const response = await (body === undefined ? call(path) : post(path, body, token));
    const started = await read<{ resultsUri?: string }>(response);
    if (started.resultsUri === undefined) throw new Error(`start refused: ${JSON.stringify(started)}`);
    return started.resultsUri;
  };
  return {
    ...simulator,
    clock,
    call,
    post,
    start,
    query: async (path, body) => read(await call(await start(path, body))),
    job: async (body) => read(await call(await start(JOB, body))),
  };
}

/** The JSON of an answer, taken for what the test expects it to be. */
export async function read<Body = ErrorBody>(response: Response): Promise<Body> {
  return (await response.json()) as Body;
}

/** Sums one counter over rows. */
export function sumOf<Key extends string>(
  rows: readonly { [key in Key]?: number }[] | undefined,
  key: Key,
): number {
  return (rows ?? []).reduce((sum, row) => sum + (row[key] ?? 0), 0);
}
