import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { finishedId, INTERVAL, startedId } from '../support/starts.js';
import { EXAMPLES_FOLDER } from './support/run-example.js';

const COMPILER = createRequire(import.meta.url).resolve('relay-compiler/cli.js');
const SCHEMA = join(EXAMPLES_FOLDER, '../schema/schema.graphql');

interface Result {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly unknown[];
}
/** What examples/relay/src/network.ts gives; the file is no part of the tests' own build. */
interface Network {
  request(text: string, variables: Record<string, unknown>): Promise<Result>;
  subscribe(
    text: string,
    variables: Record<string, unknown>,
    sink: { next(result: Result): void; error(error: unknown): void; complete(): void },
  ): () => void;
  stop(): void;
}
interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly requests: number } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

let folder: string;
let texts: Map<string, string>;
let app: TestApp;
let network: Network;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usage-relay-'));
  texts = await compile(SCHEMA);
  app = await startAppWithSimulator();
  const { createNetwork } = await importNetwork();
  network = createNetwork(app.url, () => Promise.resolve('demo-admin'));
}, 60_000);
afterAll(async () => {
  network?.stop();
  await app?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Jest imports no TypeScript; without its types the file is what a bundler would make of it. */
async function importNetwork(): Promise<{
  readonly createNetwork: (server: string, freshToken: () => Promise<string>) => Network;
}> {
  const source = await readFile(join(EXAMPLES_FOLDER, 'relay/src/network.ts'), 'utf8');
  // In the build, from where its imports are found.
  const stripped = fileURLToPath(new URL('../../examples/relay-network.mjs', import.meta.url));
  await mkdir(join(stripped, '..'), { recursive: true });
  await writeFile(stripped, stripTypeScriptTypes(source));
  return import(stripped);
}

/** Gives the text of each operation that the compiler has written, by its name. */
async function compile(schema: string): Promise<Map<string, string>> {
  const project = await mkdtemp(join(folder, 'project-'));
  await cp(join(EXAMPLES_FOLDER, 'relay/src'), join(project, 'src'), { recursive: true });
  const config = JSON.parse(
    await readFile(join(EXAMPLES_FOLDER, 'relay/relay.config.json'), 'utf8'),
  ) as object;
  await cp(schema, join(project, 'schema.graphql'));
  await writeFile(join(project, 'queries.json'), '{}');
  // As in the example, but that the texts are also written into one file, from which they can be sent.
  const persistConfig = { file: './queries.json', algorithm: 'SHA256' };
  await writeFile(
    join(project, 'relay.config.json'),
    JSON.stringify({ ...config, schema: './schema.graphql', persistConfig }),
  );
  await promisify(execFile)(process.execPath, [COMPILER, 'relay.config.json'], { cwd: project });
  const written = JSON.parse(await readFile(join(project, 'queries.json'), 'utf8')) as Record<string, string>;
  return new Map(Object.values(written).map((text) => [/^\w+ (\w+)/.exec(text)?.[1] ?? '', text]));
}

async function ask(operation: string, variables: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { data, errors } = await network.request(texts.get(operation) ?? '', variables);
  if (errors || !data) throw new Error(`no data: ${JSON.stringify(errors)}`);
  return data;
}

describe('Relay’s compiler', () => {
  it('accepts the schema: mutation, query, both pagination fragments, subscription', () => {
    expect([...texts.keys()].sort()).toEqual([
      'RecentUsagePaginationQuery',
      'RecentUsageQuery',
      'StartUsageMutation',
      'UsagePageQuery',
      'UsageRowsPaginationQuery',
      'UsageStateSubscription',
    ]);
  });

  it('would refuse a schema whose rows are no connection', async () => {
    const schema = join(folder, 'broken.graphql');
    const text = await readFile(SCHEMA, 'utf8');
    await writeFile(schema, text.replace(/(type UsageRowConnection \{[^}]*?)edges:/, '$1items:'));
    await expect(compile(schema)).rejects.toMatchObject({ stderr: expect.stringContaining('edges') });
  });
});

describe('what Relay’s compiler writes', () => {
  it('starts a query', async () => {
    const input = { interval: INTERVAL, groupBy: ['OAUTH_CLIENT'] };
    const { queryOrganizationUsage } = await ask('StartUsageMutation', { input });
    expect(queryOrganizationUsage).toMatchObject({
      execution: { id: expect.stringMatching(/^exe_/) },
      userErrors: [],
    });
  });

  it('pages through all rows, from the page’s own query on by the node', async () => {
    const id = await finishedId(app.url);
    const first = await ask('UsagePageQuery', { id, count: 10 });
    let { rows } = first['usageExecution'] as { rows: Page };
    const requests = rows.edges.map(({ node }) => node.requests);
    while (rows.pageInfo.hasNextPage) {
      const cursor = rows.pageInfo.endCursor;
      const orderBy = [{ field: 'REQUESTS', direction: 'DESC' }];
      const { node } = await ask('UsageRowsPaginationQuery', { id, count: 10, cursor, orderBy });
      ({ rows } = node as { rows: Page });
      requests.push(...rows.edges.map((edge) => edge.node.requests));
    }
    expect(requests.length).toBeGreaterThan(10);
    expect(requests).toEqual(requests.toSorted((a, b) => b - a));
  });

  it('pages through executions', async () => {
    const id = await startedId(app.url);
    const { usageExecutions: newest } = await ask('RecentUsagePaginationQuery', { count: 1, cursor: null });
    expect(newest).toMatchObject({ edges: [{ node: { id } }], pageInfo: { hasNextPage: true } });
    const cursor = (newest as Page).pageInfo.endCursor;
    const { usageExecutions: next } = await ask('RecentUsagePaginationQuery', { count: 1, cursor });
    expect(next).toMatchObject({ edges: [{ node: { id: expect.not.stringMatching(id) } }] });
  });

  it('is told the final state with its rows', async () => {
    const id = await startedId(app.url);
    const told = await new Promise<Result[]>((resolve, reject) => {
      const results: Result[] = [];
      network.subscribe(
        texts.get('UsageStateSubscription') ?? '',
        { id },
        {
          next: (result) => void results.push(result),
          error: (error) => reject(new Error(JSON.stringify(error))),
          complete: () => resolve(results),
        },
      );
    });
    expect(told.at(-1)).toMatchObject({
      data: {
        usageExecutionUpdated: {
          id,
          status: 'SUCCEEDED',
          rows: { edges: expect.arrayContaining([expect.anything()]) },
        },
      },
    });
  });
});
