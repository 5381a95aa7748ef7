import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { dayRange, endExamples, type Example, EXAMPLES, runExample } from './support/run-example.js';
import { finalExecutions } from './support/started-executions.js';

/** A process has to start, and the machine may be busy. */
const TIMEOUT_MS = 60_000;

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

describe.each(EXAMPLES)('examples/%s', (example) => {
  it(
    'starts a query, waits, and prints what the server has as the final state',
    async () => {
      const interval = intervalOf(example);
      const run = runExample(example, { server: app.url, interval });
      expect({ code: await run.exited, stderr: run.stderr() }).toMatchObject({ code: 0 });
      const { id } = (await finalExecutions(app.url, [interval])).get(interval) ?? {};
      expect(run.stdout()).toContain(`SUCCEEDED ${id}`);
      expect(run.stdout()).toMatch(/\n[1-9]\d* requests, \d+\.\d+ % /);
    },
    TIMEOUT_MS,
  );

  it(
    'says why a start is refused, and fails',
    async () => {
      const run = runExample(example, { server: app.url, token: 'demo-none' });
      expect(await run.exited).toBe(1);
      expect(run.stderr()).toContain('FORBIDDEN: ');
      expect(run.stdout()).toBe('');
    },
    TIMEOUT_MS,
  );

  it(
    'says what is wrong with an interval, and fails',
    async () => {
      const run = runExample(example, { server: app.url, interval: '2026-13' });
      expect(await run.exited).toBe(1);
      expect(run.stderr()).toContain('BAD_USER_INPUT: ');
    },
    TIMEOUT_MS,
  );

  it(
    'says why a query has failed upstream, and fails',
    async () => {
      app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Failed' });
      const run = runExample(example, { server: app.url, interval: dayRange(60, 50) });
      expect(await run.exited).toBe(1);
      expect(run.stdout()).toContain('FAILED exe_');
      expect(run.stderr()).toContain('UPSTREAM_FAILED: ');
    },
    TIMEOUT_MS,
  );

  it(
    'gives a token up that is refused again and again',
    async () => {
      const run = runExample(example, { server: app.url, token: 'nobody' });
      expect(await run.exited).toBe(1);
      expect(run.stderr()).toContain('UNAUTHENTICATED: ');
    },
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
