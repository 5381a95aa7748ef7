/** The command line against the real service: what it prints, where, and with which code it ends. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { EXIT } from '../../src/cli/exit-code.js';
import { Execution, ExecutionTable } from '../documents/usage.graphql.js';
import { startApp, startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization, dataOf, execute, post } from '../support/clients.js';
import { startProxy } from '../support/proxy.js';
import { DEMO_CLIENT_ID, INTERVAL, startedId } from '../support/starts.js';
import { until } from '../support/until.js';
import {
  endCommands,
  runCommand,
  startCommand,
  startOnTerminal,
  startShell,
  terminalCanBeMade,
} from './command-line.js';

const cleanUp: (() => unknown)[] = [];
let app: TestApp;
let env: Record<string, string>;
let directory: string;

beforeAll(async () => {
  app = await startAppWithSimulator();
  env = { USAGE_SERVER: app.url, USAGE_TOKEN: 'demo-admin' };
  directory = await mkdtemp(join(tmpdir(), 'usage-graphql-cli-'));
});
afterEach(async () => {
  endCommands();
  for (const clean of cleanUp.splice(0).toReversed()) await clean();
});
afterAll(async () => {
  await app?.stop();
  await rm(directory, { recursive: true, force: true });
});

const QUERY = ['query', '--interval', INTERVAL, '--fresh'];
const ID = /exe_\w+/;

const run = (...args: string[]) => runCommand(args, env);

/** Upstream works on everything until `complete` is called. */
function holdUpstream(): { readonly complete: () => void } {
  const held = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
  cleanUp.push(() => held.remove());
  return { complete: () => held.remove() };
}

async function newest() {
  const query =
    '{ usageExecutions(first: 1) { nodes { id status operation request { clientId granularity } } } }';
  const { usageExecutions } = dataOf(await post(app.url, { query })) as {
    usageExecutions: { nodes: { id: string; status: string; operation: string; request: object }[] };
  };
  return usageExecutions.nodes[0];
}

async function isRunning(): Promise<boolean> {
  return (await newest())?.status === 'RUNNING';
}

/** A command that has started a query of its own, which upstream works on. */
async function startQuery(args: readonly string[] = QUERY, given: Record<string, string> = env) {
  const before = (await newest())?.id;
  const waiting = startCommand(args, given);
  await until('a new one to run', async () => (await newest())?.id !== before && (await isRunning()));
  return { waiting, id: (await newest())?.id ?? '' };
}

async function totalsOf(id: string): Promise<{ rowCount: number; requests: number | null }> {
  const { usageExecution } = dataOf(await execute(app.url, ExecutionTable, { id, by: ['HTTP_METHOD'] }));
  if (!usageExecution) throw new Error(`no ${id}`);
  return usageExecution.totals;
}

describe('usage query', () => {
  it('prints the rows as a table, and nothing else anywhere', async () => {
    const { code, stdout, stderr } = await run(
      ...QUERY,
      '--granularity=day',
      '--group-by=http-method',
      '--metric=requests,status-429',
    );

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^date +method +requests +429$/);
    expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\d +[A-Z]+ +[\d,]+ +[\d,]+$/);
    const { id = '' } = (await newest()) ?? {};
    const { rowCount, requests } = await totalsOf(id);
    expect(lines).toHaveLength(rowCount + 2);
    expect(lines.at(-1)).toContain(`${rowCount} rows · ${requests?.toLocaleString('en-US')} requests`);
    expect(lines.slice(1, -1).map((line) => line.slice(0, 10))).toEqual(
      lines
        .slice(1, -1)
        .map((line) => line.slice(0, 10))
        .toSorted(),
    );
  });

  it('shows as many rows as are asked for, and says how many there are', async () => {
    const { stdout } = await run(...QUERY, '--group-by', 'http-method', '--limit', '2');
    expect(stdout.trimEnd().split('\n')).toHaveLength(4);
    expect(stdout).toMatch(/^2 of \d+ rows · /m);
  });

  it('prints all rows as CSV, exactly as the server exports them', async () => {
    const { code, stdout } = await run(...QUERY, '--group-by', 'oauth-client', '--format', 'csv');
    const { id = '' } = (await newest()) ?? {};
    const exported = await fetch(`${app.url}/executions/${id}/rows.csv`, {
      headers: authorization('demo-admin'),
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: await exported.text() });
  });

  it('prints one JSON document with all rows', async () => {
    const { code, stdout } = await run(...QUERY, '--group-by', 'oauth-client', '--format', 'json');
    const { execution, rows } = JSON.parse(stdout) as {
      execution: { id: string };
      rows: { requests: number }[];
    };
    expect(code).toBe(0);
    expect(execution).toMatchObject({ status: 'SUCCEEDED', operation: 'ORGANIZATION_QUERY', error: null });
    const { rowCount, requests } = await totalsOf(execution.id);
    expect(rows).toHaveLength(rowCount);
    expect(rows.reduce((sum, row) => sum + row.requests, 0)).toBe(requests);
  });

  it('prints a JSON document without rows, too', async () => {
    const none = app.simulator.faults.inject({ kind: 'rows', count: 0 });
    cleanUp.push(() => none.remove());
    const { stdout } = await run(...QUERY, '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ rows: [] });
    expect((await run(...QUERY)).stdout).toBe('0 rows\n');
  });

  it.each([
    ['the whole organization', [], 'ORGANIZATION_QUERY', { clientId: null }],
    ['one client', ['--client', DEMO_CLIENT_ID], 'OAUTH_CLIENT_QUERY', { clientId: DEMO_CLIENT_ID }],
    ['the newer generation', ['--aggregates'], 'ORGANIZATION_AGGREGATES', { clientId: null }],
    [
      'one client of the newer generation',
      ['--client', DEMO_CLIENT_ID, '--aggregates'],
      'OAUTH_CLIENT_AGGREGATES',
      { clientId: DEMO_CLIENT_ID },
    ],
    [
      'several clients',
      ['--client', DEMO_CLIENT_ID, '00000000-0000-4000-8000-000000000000', '--granularity', 'week'],
      'ORGANIZATION_AGGREGATES',
      { clientId: null, granularity: 'WEEK' },
    ],
  ])('asks for %s', async (_what, args, operation, request) => {
    expect(await run(...QUERY, ...args)).toMatchObject({ code: 0, stderr: '' });
    expect(await newest()).toMatchObject({ operation, request });
  });

  it('takes a result that is here already, unless a fresh one is wanted', async () => {
    const args = ['query', '--interval', '2026-01-01/2026-01-31', '--detach'];
    const first = await run(...args);
    await run('show', first.stdout.trim(), '--watch');
    expect((await run(...args)).stdout).toBe(first.stdout);
    expect((await run(...args, '--fresh')).stdout).not.toBe(first.stdout);
  });

  it('does not wait when it is detached; the execution is shown later', async () => {
    const { complete } = holdUpstream();
    const started = await run(...QUERY, '--detach');
    expect(started).toMatchObject({ code: 0, stderr: '' });
    const id = ID.exec(started.stdout)?.[0] ?? '';
    expect(started.stdout).toBe(`${id}\n`);
    await until('it to run', isRunning);
    const shown = await run('show', id);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/^status +RUNNING$/m) });
    complete();
    expect(await run('show', id, '--watch')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/1 row/),
    });
  });
});

describe('the exit code', () => {
  it('is 1 when the query fails, and the reason is told', async () => {
    const failing = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Failed' });
    cleanUp.push(() => failing.remove());
    const { code, stdout, stderr } = await run(...QUERY, '--format', 'csv');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const { id = '' } = (await newest()) ?? {};
    const { usageExecution } = dataOf(await execute(app.url, Execution, { id }));
    expect(stderr).toContain(`error UPSTREAM_FAILED: ${usageExecution?.error?.message}`);
    expect((await run('show', id)).code).toBe(1);
  });

  it('is 1 when somebody else cancels it', async () => {
    holdUpstream();
    const { waiting, id } = await startQuery();
    expect(await run('cancel', id)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Canceled ${id}.`),
    });
    expect(await waiting.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('CANCELED') });
    expect(await run('cancel', id)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ALREADY_FINAL'),
    });
  });

  it.each([
    ['an option that there is not', [...QUERY, '--nonsense'], /unknown option/],
    ['a missing interval', ['query'], /--interval/],
    ['a metric that there is not', [...QUERY, '--metric', 'minutes'], /status-429/],
    ['a limit that is none', [...QUERY, '--limit', 'all'], /from 1 to 1000/],
    ['a command that there is not', ['start'], /unknown command/],
    ['an interval that is none', ['query', '--interval', 'today'], /BAD_USER_INPUT.*ISO-8601/],
    ['an input that is refused', [...QUERY, '--group-by', 'platform'], /UNSUPPORTED_DIMENSION/],
    ['an address that is none', [...QUERY, '--server', 'localhost:4000'], /no address/],
    ['a token file that is not there', [...QUERY, '--token-file', '/nowhere/token'], /ENOENT/],
  ])('is 2 for %s', async (_what, args, reason) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(reason);
  });

  it('is 3 when the server can not be reached, at once', async () => {
    const proxy = await startProxy(app.url);
    await proxy.cut();
    const ended = await runCommand(QUERY, { ...env, USAGE_SERVER: proxy.url });
    expect(ended).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('ECONNREFUSED') });
  });

  it('is 3 when the server goes away and stays away, and the way back is told', async () => {
    holdUpstream();
    const proxy = await startProxy(app.url);
    cleanUp.push(() => proxy.stop());
    const through = { ...env, USAGE_SERVER: proxy.url };
    const { waiting, id } = await startQuery([...QUERY, '--give-up-after', '0'], through);
    await proxy.cut();
    expect(await waiting.ended).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`usage show ${id} --watch`),
    });
  });

  it.each([
    ['no token', { USAGE_TOKEN: '' }, /No token/],
    ['an unknown token', { USAGE_TOKEN: 'nobody' }, /UNAUTHENTICATED/],
    ['a missing permission', { USAGE_TOKEN: 'demo-none' }, /FORBIDDEN/],
  ])('is 4 for %s', async (_what, given, reason) => {
    const { code, stderr } = await runCommand(QUERY, { ...env, ...given });
    expect(code).toBe(4);
    expect(stderr).toMatch(reason);
  });

  it.each(['show', 'cancel', 'export'])('is 5 for an execution that is foreign (%s)', async (command) => {
    const id = await startedId(app.url, 'ORGANIZATION_QUERY', {}, 'demo-other-org');
    const { code, stderr } = await run(command, id);
    expect(code).toBe(5);
    expect(stderr).toContain('NOT_FOUND');
  });

  it('is 0 for help and version, which go to standard output', async () => {
    const help = await run('query', '--help');
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--interval') });
    expect(await run('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('Ctrl-C', () => {
  it('cancels the execution, says so, and ends with 130', async () => {
    holdUpstream();
    const { waiting, id } = await startQuery();
    waiting.interrupt();

    expect(await waiting.ended).toMatchObject({
      code: 130,
      stdout: '',
      stderr: expect.stringContaining(`Canceled ${id}.`),
    });
    expect(await newest()).toMatchObject({ id, status: 'CANCELED' });
  });

  it('leaves an execution alone that is only watched', async () => {
    const { complete } = holdUpstream();
    const id = await startedId(app.url);
    await until('it to run', isRunning);
    const proxy = await startProxy(app.url);
    cleanUp.push(() => proxy.stop());
    const waiting = startCommand(['show', id, '--watch'], { ...env, USAGE_SERVER: proxy.url });
    // One connection carries the event stream, which comes last.
    await until('it to watch', () => proxy.connections > 0);
    waiting.interrupt();
    expect(await waiting.ended).toMatchObject({ code: 130 });
    expect(await newest()).toMatchObject({ id, status: 'RUNNING' });
    complete();
  });

  it('has its fellow SIGTERM, with 143', async () => {
    holdUpstream();
    const { waiting } = await startQuery();
    waiting.interrupt('SIGTERM');
    expect((await waiting.ended).code).toBe(143);
  });
});

describe('pipes', () => {
  it('that are closed early (`| head`) are no failure', async () => {
    // More than a pipe holds.
    const many = app.simulator.faults.inject({ kind: 'rows', count: 20_000 });
    cleanUp.push(() => many.remove());
    const line = `set -o pipefail; usage ${QUERY.join(' ')} --group-by template-uri --format csv | head -n 2`;
    const { code, stdout, stderr } = await startShell(line, env).ended;
    expect({ code, stderr, lines: stdout.split('\n').length }).toEqual({ code: 0, stderr: '', lines: 3 });
  });
});

describe('a token', () => {
  it('comes from a file before it comes from the environment', async () => {
    const file = join(directory, 'token');
    await writeFile(file, 'Bearer demo-admin\n');
    const ended = await runCommand(['list', '--token-file', file], { ...env, USAGE_TOKEN: 'nobody' });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('for demonstrations comes from a server that has one, and from no other', async () => {
    const demo = await startApp();
    cleanUp.push(() => demo.stop());
    const args = ['list', '--demo', '--server'];
    expect(await runCommand([...args, demo.url])).toMatchObject({ code: 0, stdout: 'no executions\n' });
    const refused = await runCommand([...args, app.url]);
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('is no demo server') });
  });
});

describe('usage list and export', () => {
  it('shows the newest executions first, those in a state alone when asked', async () => {
    const id = await startedId(app.url);
    const { stdout } = await run('list', '--limit', '2');
    const [head, first] = stdout.split('\n');
    expect(head).toMatch(/^id +status +operation +interval +created +error$/);
    expect(first?.startsWith(id)).toBe(true);
    const canceled = await run('list', '--status', 'canceled,failed', '--format', 'json');
    const states = (JSON.parse(canceled.stdout) as { status: string }[]).map(({ status }) => status);
    expect([...new Set(states)].toSorted()).toEqual(['CANCELED', 'FAILED']);
  });

  it('writes JSON Lines, too', async () => {
    const { stdout } = await run(...QUERY, '--group-by', 'http-method', '--format', 'json');
    const { execution, rows } = JSON.parse(stdout) as { execution: { id: string }; rows: object[] };
    const exported = await run('export', execution.id, '--format', 'jsonl');
    const lines = exported.stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual(rows);
  });

  it('says that there are no rows yet', async () => {
    holdUpstream();
    const id = await startedId(app.url);
    const ended = await run('export', id);
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('NOT_SUCCEEDED') });
  });
});

describe('the examples in docs/cli.md', () => {
  const text = readFileSync('docs/cli.md', 'utf8');
  const examples = [...text.matchAll(/^usage .+$/gm)].map(([line]) => line);

  it.each(examples)('run: %s', async (line) => {
    const { code, stderr } = await startShell(`cd '${directory}' && ${line}`, env).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('are those of the page, which lists every command and every exit code', async () => {
    expect(examples).toHaveLength(4);
    const help = await run('--help');
    const commands = [...help.stdout.matchAll(/^ {2}(\w+) \[options\]|^ {2}(cancel) </gm)].map(
      ([, a, b]) => a ?? b,
    );
    expect(commands).toHaveLength(5);
    for (const command of commands) expect(text).toContain(`\`usage ${command}\``);
    for (const code of new Set(Object.values(EXIT)))
      expect(text).toMatch(new RegExp(`^\\| ${code} |\\(${code}: by`, 'm'));
  });
});

if (!terminalCanBeMade)
  console.warn('The command line is not tested on a terminal: there is no `script` here.');
const describeOnTerminal = terminalCanBeMade ? describe : describe.skip;
const ESCAPE = '\u001b[';
const CTRL_C = '\u0003';

describeOnTerminal('on a terminal', () => {
  it('shows how far it is while it waits, in one line that is gone in the end', async () => {
    const { complete } = holdUpstream();
    const waiting = startOnTerminal([...QUERY, '--watch'], env);
    await until('the progress to be shown', () => /RUNNING · \d+ s · [1-9]\d* polls?/.test(waiting.stdout()));
    complete();
    const { code, stdout } = await waiting.ended;
    expect(code).toBe(0);
    const [progress = '', ...rest] = stdout.split('\r\n');
    expect(progress).toContain(`${ESCAPE}2K`);
    expect(rest.join('\n')).not.toContain('polls');
    expect(stdout).toContain(`${ESCAPE}1mrequests`);
  });

  it('is silent without --watch, and has no colours under NO_COLOR', async () => {
    const { stdout } = await startOnTerminal(QUERY, { ...env, NO_COLOR: '1' }).ended;
    expect(stdout).toMatch(/requests/);
    expect(stdout).not.toContain(ESCAPE);
  });

  it('cancels on Ctrl-C and leaves a clean line behind', async () => {
    holdUpstream();
    const waiting = startOnTerminal([...QUERY, '--watch'], env);
    await until('the progress to be shown', () => waiting.stdout().includes('RUNNING'));
    const { id = '' } = (await newest()) ?? {};
    waiting.type(CTRL_C);
    const { code, stdout } = await waiting.ended;
    expect(code).toBe(130);
    // The progress was wiped away first.
    expect(stdout).toContain(`${ESCAPE}2KCanceled`);
    expect(stdout).toContain(`Canceled ${id}.`);
    expect(await newest()).toMatchObject({ id, status: 'CANCELED' });
  });
});

it('has no colours and no progress in a pipe', async () => {
  const { complete } = holdUpstream();
  const { waiting } = await startQuery([...QUERY, '--watch']);
  complete();
  const { code, stdout, stderr } = await waiting.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toContain(ESCAPE);
});
