/** Three real programs on one PostgreSQL in front of one simulated upstream, which this process holds in its hand. */
import { rm } from 'node:fs/promises';

import { tokenHash } from '../../dist/src/auth/token-hash.js';
import { silentLogger } from '../../dist/src/lib/logger.js';
import { createSimulator, type Simulator, type UsageJob } from '../../dist/src/simulator/simulator.js';
import { startEmbeddedPostgres } from '../../dist/src/store/embedded/embedded-postgres.js';
import { makeDataDir } from '../lib/data-dir.ts';
import { type Program, startProgram } from '../lib/program.ts';
import { query } from '../lib/query.ts';

export interface Nodes {
  readonly simulator: Simulator;
  readonly databaseUrl: string;
  readonly programs: readonly Program[];
  stop(): Promise<void>;
}

export interface NodesOptions {
  readonly count: number;
  readonly durations: (job: Omit<UsageJob, 'durationMs'>) => number;
  readonly env?: Readonly<Record<string, string>>;
  /** @default upstream's own */
  readonly rateLimitPerMinute?: number;
}

const JOBS_AT_ONCE = 100;

export async function startNodes(options: NodesOptions): Promise<Nodes> {
  const { count, durations, env, rateLimitPerMinute = 300 } = options;
  const dataDir = await makeDataDir();
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLogger });
  const simulator = await createSimulator({ durations, rateLimitPerMinute });
  const programs: Program[] = [];
  const stop = async () => {
    await Promise.all(programs.map((program) => program.stop()));
    await simulator.stop();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  const shared = {
    DATABASE_URL: postgres.url,
    GENESYS_API_URL: simulator.url,
    GENESYS_LOGIN_URL: simulator.url,
    TOKEN_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    ...env,
  };
  try {
    for (let i = 0; i < count; i += 1) programs.push(await startProgram(shared));
  } catch (error) {
    await stop();
    throw error;
  }
  return { simulator, databaseUrl: postgres.url, programs, stop };
}

export interface Outstanding {
  /** Whose executions: its credential has to be in the store, as after any start. */
  readonly token: string;
  readonly count: number;
  /** Their next polls are spread over so long. */
  readonly withinMs: number;
}

/**
 * Executions that upstream works on, of the same owner as what was started with this token: put into the store, since to
 * start them all would take longer than the measurement. Their upstream jobs are real, started with other tokens. Gives
 * upstream's ids.
 */
export async function putOutstanding(
  nodes: Nodes,
  { token, count, withinMs }: Outstanding,
): Promise<string[]> {
  const { simulator, databaseUrl } = nodes;
  const upstreamIds: string[] = [];
  while (upstreamIds.length < count) {
    // As many as upstream lets a token start within a minute.
    const helper = simulator.tokens.issue();
    const some = Math.min(JOBS_AT_ONCE, count - upstreamIds.length);
    upstreamIds.push(
      ...(await Promise.all(Array.from({ length: some }, () => startJob(simulator.url, helper)))),
    );
  }
  const { rowCount } = await query(
    databaseUrl,
    `INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request, request_key, status,
       upstream_id, submitted_at, deadline_at, due_at, next_poll_at)
     SELECT organization_id, scope, subject_id, credential_id, operation, request, 'outstanding ' || each.id, 'RUNNING',
       each.id, now(), now() + interval '2 hours', at, at
     FROM (SELECT * FROM executions WHERE credential_id = $1 ORDER BY created_at LIMIT 1) AS started,
       unnest($2::text[]) WITH ORDINALITY AS each (id, n),
       LATERAL (SELECT now() + make_interval(secs => 1 + $3::float8 * (each.n - random()))) AS due (at)`,
    [tokenHash(token), upstreamIds, withinMs / count / 1_000],
  );
  if (rowCount !== count) throw new Error('nothing was started with this token');
  return upstreamIds;
}

async function startJob(url: string, token: string): Promise<string> {
  const response = await fetch(`${url}/api/v2/usage/query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ interval: '2026-01-01T00:00:00Z/2026-01-28T00:00:00Z' }),
  });
  const body = (await response.json()) as { executionId?: string };
  if (body.executionId === undefined) throw new Error(`not started: ${JSON.stringify(body)}`);
  return body.executionId;
}

/** A start that nothing is identical to. Gives the id as the database has it, without dashes. */
export async function startExecution(url: string, token: string): Promise<string> {
  const input = { interval: '2026-02-01/2026-02-20', reuse: { maxAgeSeconds: 0 } };
  const text = `mutation Start($input: QueryOrganizationUsageInput!) {
    queryOrganizationUsage(input: $input) { execution { id } } }`;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: text, variables: { input } }),
  });
  const answer = await response.text();
  const id = /"id":"exe_(\w+)"/.exec(answer)?.[1];
  if (id === undefined) throw new Error(`not started: ${answer}`);
  return id;
}
