import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import {
  dayRange,
  endExamples,
  type Example,
  type ExampleOptions,
  EXAMPLES,
  runExample,
} from './support/run-example.js';
import { finalExecutions } from './support/started-executions.js';

/** A process has to start, and the machine may be busy. */
const TIMEOUT_MS = 120_000;

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterEach(async () => {
  app.simulator.faults.clear();
  await endExamples();
});
afterAll(() => app?.stop());

/** Each its own, so that none is given another's result. */
const intervalOf = (example: Example) => dayRange(30 + EXAMPLES.indexOf(example), 20);

interface Ended {
  readonly example: Example;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** All at the same time: most of what a program does here is to wait. */
function runAll(optionsOf: (example: Example) => Omit<ExampleOptions, 'server'>): Promise<Ended[]> {
  return Promise.all(
    EXAMPLES.map(async (example) => {
      const run = runExample(example, { server: app.url, ...optionsOf(example) });
      return { example, code: await run.exited, stdout: run.stdout(), stderr: run.stderr() };
    }),
  );
}

/** What each of them must be, whatever else it says. */
function expectEach(runs: readonly Ended[], code: number, stderr: string): void {
  expect(runs).toEqual(
    EXAMPLES.map((example) => ({
      example,
      code,
      stdout: expect.any(String),
      stderr: expect.stringContaining(stderr),
    })),
  );
}

describe('every example', () => {
  it(
    'starts a query, waits, and prints what the server has as the final state',
    async () => {
      const runs = await runAll((example) => ({ interval: intervalOf(example) }));
      expectEach(runs, 0, '');
      const executions = await finalExecutions(app.url, EXAMPLES.map(intervalOf));
      for (const { example, stdout } of runs) {
        expect(stdout).toContain(`SUCCEEDED ${executions.get(intervalOf(example))?.id}`);
        expect(stdout).toMatch(/\n[1-9]\d* requests, \d+\.\d+ % /);
      }
    },
    TIMEOUT_MS,
  );

  it(
    'says why a start is refused, and fails',
    async () => expectEach(await runAll(() => ({ token: 'demo-none' })), 1, 'FORBIDDEN: '),
    TIMEOUT_MS,
  );

  it(
    'says what is wrong with an interval, and fails',
    async () => expectEach(await runAll(() => ({ interval: '2026-13' })), 1, 'BAD_USER_INPUT: '),
    TIMEOUT_MS,
  );

  it(
    'says why a query has failed upstream, and fails',
    async () => {
      app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Failed' });
      const runs = await runAll(() => ({ interval: dayRange(60, 50) }));
      expectEach(runs, 1, 'UPSTREAM_FAILED: ');
      for (const { stdout } of runs) expect(stdout).toContain('FAILED exe_');
    },
    TIMEOUT_MS,
  );

  it(
    'gives a token up that is refused again and again',
    async () => expectEach(await runAll(() => ({ token: 'nobody' })), 1, 'UNAUTHENTICATED: '),
    TIMEOUT_MS,
  );
});

describe('examples/ci-report.ts', () => {
  it(
    'fails with a code of its own when too much was throttled',
    async () => {
      const interval = intervalOf('ci-report.ts');
      const run = runExample('ci-report.ts', {
        server: app.url,
        interval,
        env: { USAGE_MAX_THROTTLED: '0' },
      });
      expect(await run.exited).toBe(2);
      expect(run.stderr()).toContain('more than 0 % were throttled');
    },
    TIMEOUT_MS,
  );
});
