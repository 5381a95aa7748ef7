import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { type PushBlocker, startPushBlocker } from './support/push-blocker.js';
import {
  dayRange,
  endExamples,
  type Example,
  EXAMPLES,
  type ExampleOptions,
  runExample,
  type RunningExample,
  SUBSCRIBERS,
} from './support/run-example.js';
import { finalExecutions, startedExecutions } from './support/started-executions.js';

/** What the silence of a blocked push, or the next look at a token, takes, on a machine that is busy. */
const TIMEOUT_MS = 150_000;

let app: TestApp;
const opened: { stop(): Promise<unknown> }[] = [];

beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterEach(async () => {
  app.simulator.faults.clear();
  await endExamples();
  await Promise.all(opened.splice(0).map((one) => one.stop()));
});
afterAll(() => app?.stop());

interface Watched extends RunningExample {
  readonly example: Example;
  readonly interval: string;
}

/** Each with a query of its own; `firstDay` keeps the tests' queries apart. */
function runAll(
  examples: readonly Example[],
  firstDay: number,
  optionsOf: (example: Example) => ExampleOptions,
): Watched[] {
  return examples.map((example, index) => {
    const interval = dayRange(firstDay + index, firstDay - 5);
    return { example, interval, ...runExample(example, { ...optionsOf(example), interval }) };
  });
}

/** Upstream works on every query until `complete` is called. */
function holdUpstream(): { complete: () => void } {
  const running = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
  return { complete: () => running.remove() };
}

/** Each has ended well, and has told the one final state that the server has. */
async function expectFinalStates(runs: readonly Watched[]): Promise<void> {
  const executions = await finalExecutions(
    app.url,
    runs.map(({ interval }) => interval),
  );
  for (const { example, interval, exited, stdout, stderr } of runs) {
    const code = await exited;
    if (code !== 0) throw new Error(`${example} has ended with ${code}:\n${stdout()}${stderr()}`);
    const { id, version } = executions.get(interval) ?? {};
    const told = example === 'ci-report.ts' ? `SUCCEEDED ${id}` : `SUCCEEDED ${id} version ${version}`;
    expect(stdout().match(/^SUCCEEDED .*$/gm)).toEqual([told]);
  }
}

describe('while the network breaks', () => {
  it(
    'every example comes back and tells the final state that it has missed',
    async () => {
      const upstream = holdUpstream();
      const proxies = new Map<Example, Proxy>();
      for (const example of EXAMPLES) {
        const proxy = await startProxy(app.url);
        proxies.set(example, proxy);
        opened.push(proxy);
      }
      const runs = runAll(EXAMPLES, 30, (example) => ({ server: proxies.get(example)?.url ?? '' }));
      const intervals = runs.map(({ interval }) => interval);
      for (const run of runs) if (run.example !== 'ci-report.ts') await run.says('RUNNING');
      await startedExecutions(app.url, intervals);

      await Promise.all([...proxies.values()].map((proxy) => proxy.cut()));
      upstream.complete();
      await finalExecutions(app.url, intervals);
      for (const run of runs) await run.says(/connection closed|no event stream|trying again/);
      await Promise.all([...proxies.values()].map((proxy) => proxy.mend()));

      await expectFinalStates(runs);
    },
    TIMEOUT_MS,
  );
});

describe('with a token that was revoked on the way', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usage-example-tokens-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it(
    'every subscriber is told so and comes back with a new one',
    async () => {
      const upstream = holdUpstream();
      const file = join(folder, 'token');
      const first = app.simulator.tokens.issue();
      await writeFile(file, first);
      const runs = runAll(SUBSCRIBERS, 50, () => ({ server: app.url, env: { USAGE_TOKEN_FILE: file } }));
      for (const run of runs) await run.says('RUNNING');

      app.simulator.tokens.revoke(first);
      for (const run of runs) await run.says(/4403|UNAUTHENTICATED/);
      await writeFile(file, app.simulator.tokens.issue());
      upstream.complete();

      await expectFinalStates(runs);
    },
    TIMEOUT_MS,
  );

  it(
    'the CI job goes on with a new one',
    async () => {
      const upstream = holdUpstream();
      const file = join(folder, 'ci-token');
      await writeFile(file, 'expired');
      const env = { USAGE_TOKEN_FILE: file };
      const runs = runAll(['ci-report.ts'], 60, () => ({ server: app.url, env }));
      await runs[0]?.says('UNAUTHENTICATED');
      await writeFile(file, app.simulator.tokens.issue());
      upstream.complete();

      await expectFinalStates(runs);
    },
    TIMEOUT_MS,
  );
});

describe('where nothing can be pushed', () => {
  it(
    'every subscriber polls by the hint of the server',
    async () => {
      const upstream = holdUpstream();
      const blocker: PushBlocker = await startPushBlocker(app.url);
      opened.push(blocker);
      const runs = runAll(SUBSCRIBERS, 70, () => ({ server: blocker.url }));
      for (const run of runs) await run.says(/polling[^]*RUNNING/);
      for (const run of runs) await run.says(/polling[^]*RUNNING[^]*RUNNING/);
      expect(blocker.refused()).toBeGreaterThanOrEqual(SUBSCRIBERS.length);
      upstream.complete();

      await expectFinalStates(runs);
    },
    TIMEOUT_MS,
  );
});
