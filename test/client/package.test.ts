/** The package as `npm pack` makes it: what is in it, and that it works where it is installed, in Node and in a browser. */
import { execFile } from 'node:child_process';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { chromiumPath, NO_CHROMIUM, openPage } from '../support/browser.js';
import { startProxy } from '../support/proxy.js';
import { INTERVAL } from '../support/starts.js';
import { until } from '../support/until.js';

const run = promisify(execFile);
const NAME = 'genesys-usage-graphql-client';
const START = `mutation ($input: QueryOrganizationUsageInput!) {
  queryOrganizationUsage(input: $input) { execution { id } userErrors { code message } }
}`;
const RESULT = 'query ($id: ID!) { usageExecution(id: $id) { status totals { rowCount } } }';
const VARIABLES = { input: { interval: INTERVAL, reuse: { maxAgeSeconds: 0 } } };

let app: TestApp;
/** A project that has the package, and nothing else, installed. */
let project: string;
let files: string[];

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'usage-graphql-client-'));
  const installed = join(project, 'node_modules', NAME);
  await mkdir(installed, { recursive: true });
  const { stdout } = await run('npm', ['pack', './client', '--json', '--pack-destination', project]);
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as {
    filename: string;
    files: { path: string }[];
  }[];
  files = packed?.files.map(({ path }) => path) ?? [];
  await run('tar', ['-xzf', join(project, packed?.filename ?? ''), '-C', installed, '--strip-components=1']);
  app = await startAppWithSimulator({ env: { ALLOWED_ORIGINS: '*' } });
}, 60_000);
afterAll(async () => {
  await app?.stop();
  await rm(project, { recursive: true, force: true });
});

describe('the packed package', () => {
  it('holds what its exports name, and no source, test or map', async () => {
    const { exports } = JSON.parse(await readFile('client/package.json', 'utf8')) as {
      exports: Record<string, string | Record<string, string>>;
    };
    const named = Object.values(exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    );
    expect(files).toEqual(expect.arrayContaining(named.map((path) => path.replace('./', ''))));
    expect(
      files.filter(
        (path) => !/^(dist\/[\w-]+\.(js|d\.ts)|dist\/LICENSE|package\.json|README\.md)$/.test(path),
      ),
    ).toEqual([]);
  });

  it('imports nothing at run time but itself', async () => {
    const folder = join(project, 'node_modules', NAME, 'dist');
    const scripts = (await readdir(folder)).filter((name) => name.endsWith('.js'));
    const texts = await Promise.all(scripts.map((name) => readFile(join(folder, name), 'utf8')));
    const imports = texts.flatMap((text) =>
      [...text.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(([, from]) => from),
    );
    expect(imports.filter((from) => !from?.startsWith('./'))).toEqual([]);
    expect(imports.length).toBeGreaterThan(10);
  });

  it('runs a query in Node', async () => {
    const program = join(project, 'program.mjs');
    await writeFile(
      program,
      `import { fromFetch, runUsageQuery } from '${NAME}';
       const headers = { authorization: 'Bearer demo-admin' };
       const client = fromFetch({ url: '${app.url}/graphql', headers });
       const options = { result: ${JSON.stringify(RESULT)} };
       console.log(JSON.stringify(await runUsageQuery(client, ${JSON.stringify(START)}, ${JSON.stringify(VARIABLES)}, options)));`,
    );
    const { stdout } = await run(process.execPath, [program]);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'SUCCEEDED', totals: { rowCount: 1 } });
  });

  it('has types that a strict project takes, whether or not it knows Node', async () => {
    await writeFile(
      join(project, 'program.ts'),
      `import { fromFetch, runUsageQuery, type UsageExecutionState } from '${NAME}';
       const client = fromFetch({ url: '/graphql' });
       export const state: Promise<UsageExecutionState> = runUsageQuery(client, '', {});
       // @ts-expect-error an option that there is not
       export const wrong = runUsageQuery(client, '', {}, { nonsense: true });`,
    );
    const options = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'nodenext',
      '--target',
      'es2023',
    ];
    const libraries = ['--lib', 'es2023,dom', '--types', ''];
    await writeFile(join(project, 'package.json'), '{ "type": "module" }');
    const tsc = join(process.cwd(), 'node_modules/.bin/tsc');
    await run(tsc, [...options, ...libraries, 'program.ts'], { cwd: project });
  }, 60_000);
});

describe('the examples in docs/clients/run-usage-query.md', () => {
  const LIBRARIES = ['@apollo/client', '@urql/core', 'graphql-sse', 'graphql-ws'];
  const text = readFileSync('docs/clients/run-usage-query.md', 'utf8');
  const examples = [...text.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code = '']) => code);

  beforeAll(async () => {
    for (const name of LIBRARIES) {
      const link = join(project, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(process.cwd(), 'node_modules', name), link);
    }
  });

  it.each([
    [1, /rowCount: \d+,\s+requests: \d+/],
    [2, /^exe_\w+ starting\nexe_\w+ push\naborted ABORTED true Canceled exe_\w+\./],
    [3, /^SUCCEEDED$/m],
    [4, /^SUCCEEDED$/m],
    [5, /^SUCCEEDED$/m],
    [6, /^SUCCEEDED$/m],
  ])('run: number %i', async (number, expected) => {
    const program = join(project, `example-${number}.mjs`);
    await writeFile(program, examples[number - 1] ?? '');
    // What the second one stops has to be running.
    const held =
      number === 2 ? app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' }) : null;
    const env = { ...process.env, USAGE_URL: `${app.url}/graphql`, USAGE_TOKEN: 'demo-admin' };
    const { stdout } = await run(process.execPath, [program], { env });
    held?.remove();
    expect(stdout).toMatch(expected);
  });

  it('are all of them', () => {
    expect(examples).toHaveLength(6);
  });
});

if (chromiumPath === null) console.warn(`The client package is not tested in a browser: ${NO_CHROMIUM}.`);
const describeInBrowser = chromiumPath === null ? describe.skip : describe;

describeInBrowser('in a browser', () => {
  it('a bundled page has its result, though the network breaks in the middle', async () => {
    const proxy = await startProxy(app.url);
    const url = `${proxy.url}graphql`;
    const page = await servePage(await bundle());
    const opened = await openPage(page.url);
    try {
      const held = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
      const given = { url, document: START, result: RESULT, variables: VARIABLES };
      await opened.page.evaluate(`void start(${JSON.stringify(given)})`);
      const text = () => opened.page.locator('output').innerText();
      await until('a state to be pushed', async () => (await text()).includes('push RUNNING'));
      await proxy.cut();
      await until('the loss to be noticed', async () => (await text()).endsWith('lost RUNNING'));
      await proxy.mend();
      await until('the push to be back', async () => (await text()).endsWith('push RUNNING'));
      held.remove();
      await until('the result', async () => (await text()).includes('"rowCount":1'));
    } finally {
      await opened.close();
      await page.stop();
      await proxy.stop();
    }
  }, 60_000);
});

/** As a frontend team's build does it; gives the folder of the built page. */
async function bundle(): Promise<string> {
  await writeFile(
    join(project, 'page.js'),
    `import { fromFetch, runUsageQuery } from '${NAME}';
     const output = document.querySelector('output');
     const say = (text) => output.append(text + '\\n');
     globalThis.start = ({ url, document, variables, result }) => {
       const client = fromFetch({ url, headers: () => ({ authorization: 'Bearer demo-admin' }) });
       const onProgress = ({ connection, execution }) => say(connection + ' ' + execution?.status);
       return runUsageQuery(client, document, variables, { result, onProgress }).then(
         (execution) => say(JSON.stringify(execution)),
         (error) => say('failed ' + error.code + ' ' + error.message),
       );
     };`,
  );
  await writeFile(
    join(project, 'index.html'),
    `<!doctype html><link rel="icon" href="data:,"><output></output>
     <script type="module" src="/page.js"></script>`,
  );
  await run(process.execPath, [join(process.cwd(), 'node_modules/vite/bin/vite.js'), 'build', project]);
  return join(project, 'dist');
}

async function servePage(folder: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    response.setHeader('content-type', pathname.endsWith('.js') ? 'text/javascript' : 'text/html');
    response.setHeader('connection', 'close');
    createReadStream(join(folder, pathname === '/' ? 'index.html' : pathname)).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
