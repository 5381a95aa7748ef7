/** Three real programs on one PostgreSQL in front of one simulated upstream, which this process holds in its hand. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { tokenHash } from '../../dist/src/auth/token-hash.js';
import { canonicalRequest } from '../../dist/src/domain/request.js';
import { silentLogger } from '../../dist/src/lib/logger.js';
import { createSimulator, type Simulator, type UsageJob } from '../../dist/src/simulator/simulator.js';
import { createDatabase } from '../../dist/src/store/database.js';
import { startEmbeddedPostgres } from '../../dist/src/store/embedded/embedded-postgres.js';
import { createExecutionStore } from '../../dist/src/store/execution-store.js';
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

export async function startNodes(options: NodesOptions): Promise<Nodes> {
  const { count, durations, env, rateLimitPerMinute = 300 } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'usage-graphql-bench-'));
  // For root: the server's user has to get through.
  await chmod(dataDir, 0o755);
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
 * Executions that upstream works on, of the same owner as the newest of this token: put into the store, since to start
 * them all would take longer than the measurement. Their upstream jobs are real, started with other tokens.
 */
export async function putOutstanding(
  nodes: Nodes,
  { token, count, withinMs }: Outstanding,
): Promise<string[]> {
  const { simulator, databaseUrl } = nodes;
  const { rows } = await query<{ organization_id: string; scope: string; subject_id: string }>(
    databaseUrl,
    'SELECT organization_id, scope, subject_id FROM executions WHERE credential_id = $1 LIMIT 1',
    [tokenHash(token)],
  );
  const [like] = rows;
  if (!like) throw new Error('nothing was started with this token');
  const owner = { organizationId: like.organization_id, scope: like.scope, subjectId: like.subject_id };
  const draft = { interval: { from: '2026-01-01', to: '2026-01-28' } };
  const canonical = canonicalRequest('ORGANIZATION_QUERY', draft, Date.now());
  if (!canonical.ok) throw new Error('the request is not valid');
  const database = createDatabase(databaseUrl, silentLogger, { maxConnections: 4 });
  const store = createExecutionStore(database.db);
  const upstreamIds: string[] = [];
  let helper = '';
  try {
    for (let i = 0; i < count; i += 1) {
      // A token may start so many within its own limit.
      if (i % 250 === 0) helper = simulator.tokens.issue();
      const upstreamId = await startJob(simulator.url, helper);
      const claim = await store.create(
        {
          operation: 'ORGANIZATION_QUERY',
          request: canonical.request,
          owner,
          credentialId: tokenHash(token),
          sealedCredential: null,
          deadlineMs: 3_600_000,
          requestKey: `outstanding ${upstreamId}`,
        },
        'bench',
        60_000,
      );
      await store.recordSubmitted(claim, upstreamId, 1_000 + (withinMs * i) / count);
      upstreamIds.push(upstreamId);
    }
  } finally {
    await database.stop();
  }
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
