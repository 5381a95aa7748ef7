/** Every server of a comparison, each in a process of its own, with the same rows. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startProgram } from './program.ts';

export interface Server {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
}

export interface Servers {
  readonly all: readonly Server[];
  readonly executionId: string;
  readonly rows: number;
  stop(): Promise<void>;
}

export const OURS = 'genesys-usage-graphql';
export const PEERS = ['raw', 'mercurius with jit', 'mercurius', 'yoga', 'apollo'] as const;
export const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer demo-admin' };

const PEER = fileURLToPath(new URL('peer.ts', import.meta.url));
const ROW = `date oauthClient { id name } organizationId user { id name } platform httpMethod templateUri
  requests status200 status300 status400 status429 status500`;
/** A page of 1,000 rows × 13 fields. */
export const PAGE_QUERY = `query Page($id: ID!, $after: String) {
  usageExecution(id: $id) { rows(first: 1000, after: $after) { nodes { ${ROW} } pageInfo { hasNextPage endCursor } } }
}`;
export const STATUS_QUERY = 'query Status($id: ID!) { usageExecution(id: $id) { id status version done } }';

/** The cursor behind which a page begins. */
export function cursorAt(executionId: string, position: number): string {
  return Buffer.from(`${executionId} ${position}`).toString('base64url');
}

export async function ask(url: string, query: string, variables: object = {}): Promise<string> {
  const body = JSON.stringify({ query, variables });
  return (await fetch(`${url}/graphql`, { method: 'POST', headers: HEADERS, body })).text();
}

export async function startServers(): Promise<Servers> {
  const program = await startProgram();
  const executionId = await finishedExecution(program.url);
  const nodes = await allRows(program.url, executionId);
  const file = join(tmpdir(), `usage-graphql-rows-${process.pid}.json`);
  await writeFile(file, JSON.stringify({ id: executionId, nodes }));
  const peers = await Promise.all(PEERS.map((name) => startPeer(name, file)));
  return {
    all: [{ name: OURS, url: program.url, pid: program.pid }, ...peers.map(({ server }) => server)],
    executionId,
    rows: nodes.length,
    async stop() {
      for (const { child } of peers) child.kill();
      await program.stop();
      await rm(file, { force: true });
    },
  };
}

async function startPeer(name: string, file: string): Promise<{ server: Server; child: ChildProcess }> {
  const child = spawn(process.execPath, [PEER, name, file], {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { server: { name, url: String(line).trim(), pid: child.pid ?? 0 }, child };
}

async function finishedExecution(url: string): Promise<string> {
  const day = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
  const groupBy = '[OAUTH_CLIENT, USER, TEMPLATE_URI, HTTP_METHOD, PLATFORM]';
  const input = `{interval: "${day(30)}/${day(2)}", granularity: DAY, groupBy: ${groupBy}, waitMs: 30000}`;
  const text = await ask(
    url,
    `mutation { aggregateOrganizationUsage(input: ${input}) { execution { id status } } }`,
  );
  const id = /"id":"(exe_\w+)","status":"SUCCEEDED"/.exec(text)?.[1];
  if (!id) throw new Error(`no finished execution: ${text}`);
  return id;
}

async function allRows(url: string, id: string): Promise<object[]> {
  const rows: object[] = [];
  for (;;) {
    const text = await ask(url, PAGE_QUERY, {
      id,
      after: rows.length > 0 ? cursorAt(id, rows.length) : null,
    });
    const { data } = JSON.parse(text) as {
      data: { usageExecution: { rows: { nodes: object[]; pageInfo: { hasNextPage: boolean } } } };
    };
    rows.push(...data.usageExecution.rows.nodes);
    if (!data.usageExecution.rows.pageInfo.hasNextPage) return rows;
  }
}
