import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSimulator } from '../../src/simulator/simulator.js';
import type { JobResults, JobStarted, QueryResults } from '../../src/simulator/wire.js';
import {
  CLIENT_JOB,
  CLIENT_QUERY,
  JOB,
  NOW,
  QUERY,
  read,
  SEARCH,
  SUMMARY,
  WEEK,
  withSimulator,
} from './support.js';

const UUID = /^[0-9a-f-]{36}$/;

describe('simulated job', () => {
  it.each([
    [QUERY, 202],
    [SEARCH, 202],
    [CLIENT_QUERY, 202],
  ])('answers a start of the older generation at %s with an execution id', (path, status) =>
    withSimulator(async ({ post }) => {
      const response = await post(path, { interval: WEEK });
      expect(response.status).toBe(status);
      const body = await read<object>(response);
      expect(body).toEqual({
        executionId: expect.stringMatching(UUID),
        resultsUri: expect.stringMatching(/^\/api/),
      });
    }),
  );

  it('answers a summary with 200 and an execution id', () =>
    withSimulator(async ({ call }) => {
      const response = await call(SUMMARY);
      expect(response.status).toBe(200);
      expect(await read<object>(response)).toMatchObject({ executionId: expect.stringMatching(UUID) });
    }));

  it.each([JOB, CLIENT_JOB])('answers a start at %s with a job id', (path) =>
    withSimulator(async ({ post }) => {
      const { id, resultsUri, selfUri } = await read<JobStarted>(await post(path, { interval: WEEK }));
      expect(resultsUri).toBe(`${path}/${id}`);
      expect(selfUri).toBe(resultsUri);
    }),
  );

  it('is Running without results until an older query is Complete', () =>
    withSimulator(
      async ({ start, call, clock }) => {
        const path = await start(QUERY, { interval: WEEK });
        expect(await read<QueryResults>(await call(path))).toEqual({ queryStatus: 'Running' });
        clock.now += 4999;
        expect(await read<QueryResults>(await call(path))).toEqual({ queryStatus: 'Running' });
        clock.now += 1;
        expect(await read<QueryResults>(await call(path))).toMatchObject({
          queryStatus: 'Complete',
          results: [{}],
        });
      },
      { durations: () => 5000 },
    ));

  it('goes from Queued over Running to Succeeded as an aggregates job', () =>
    withSimulator(
      async ({ start, call, clock }) => {
        const path = await start(JOB, { interval: WEEK });
        const statuses: string[] = [];
        for (const step of [0, 2000, 4000]) {
          clock.now = NOW + step;
          const { queryStatus, entities } = await read<JobResults<object>>(await call(path));
          statuses.push(`${queryStatus} ${entities === undefined ? 'without' : 'with'} rows`);
        }
        expect(statuses).toEqual(['Queued without rows', 'Running without rows', 'Succeeded with rows']);
      },
      { durations: () => 4000 },
    ));

  it('takes a believable time by default, the summary the least', () =>
    withSimulator(
      async ({ start, call, clock }) => {
        const path = await start(QUERY, { interval: WEEK });
        const summary = await start(SUMMARY, undefined);
        const statusAt = async (uri: string, after: number): Promise<string> => {
          clock.now = NOW + after;
          return (await read<QueryResults>(await call(uri))).queryStatus;
        };
        expect([await statusAt(path, 900), await statusAt(path, 30_000)]).toEqual(['Running', 'Complete']);
        expect([await statusAt(summary, 600), await statusAt(summary, 2000)]).toEqual([
          'Running',
          'Complete',
        ]);
      },
      { durations: undefined as never },
    ));

  it('is unknown under the results path of another operation', () =>
    withSimulator(async ({ start, call }) => {
      const path = await start(QUERY, { interval: WEEK });
      const id = path.split('/').at(-2) ?? '';
      for (const wrong of [`${SEARCH}/${id}/results`, `${JOB}/${id}`, `${CLIENT_QUERY}/results/${id}`]) {
        expect((await call(wrong)).status).toBe(404);
      }
    }));

  it('keeps the day of its start as the end of its data', () =>
    withSimulator(async ({ start, call, clock }) => {
      const path = await start(QUERY, { interval: '2026-11-16/2026-11-30', granularity: 'Day' });
      clock.now += 5 * 86_400_000;
      expect((await read<QueryResults>(await call(path))).results).toHaveLength(6);
    }));
});

describe('simulated upstream with a state directory', () => {
  let stateDir = '';
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'simulator-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  it('restarts and still knows its jobs', async () => {
    let path = '';
    await withSimulator(
      async ({ start }) => {
        path = await start(JOB, { interval: WEEK, groupBy: ['Platform'] });
      },
      { stateDir },
    );
    await withSimulator(
      async ({ call }) => {
        expect(await read<object>(await call(path))).toMatchObject({ queryStatus: 'Succeeded' });
      },
      { stateDir },
    );
  });

  it('knows the jobs that a process had answered for before kill -9', async () => {
    const module = new URL('../../src/simulator/simulator.js', import.meta.url).href;
    const script = `const { createSimulator } = await import(${JSON.stringify(module)});
      console.log((await createSimulator({ stateDir: ${JSON.stringify(stateDir)} })).url);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { id } = await startAt(String(line).trim());
    child.kill('SIGKILL');
    await once(child, 'exit');
    await withSimulator(
      async ({ call }) => {
        expect((await call(`${JOB}/${id}`)).status).toBe(200);
      },
      { stateDir, now: Date.now },
    );
  });

  it('shares its jobs with a second process that runs beside it', () =>
    withSimulator(
      (one) =>
        withSimulator(
          async (two) => {
            const path = await one.start(QUERY, { interval: WEEK });
            expect(await read<object>(await two.call(path))).toEqual(
              await read<object>(await one.call(path)),
            );
          },
          { stateDir },
        ),
      { stateDir },
    ));

  it('forgets its jobs without one', async () => {
    let path = '';
    await withSimulator(async ({ start }) => {
      path = await start(JOB, { interval: WEEK });
    });
    await withSimulator(async ({ call }) => {
      expect((await call(path)).status).toBe(404);
    });
  });

  it('sweeps jobs of more than a week ago at the start and no younger ones', async () => {
    await withSimulator(
      async ({ start }) => {
        await start(QUERY, { interval: WEEK });
        await start(QUERY, { interval: WEEK });
      },
      { stateDir },
    );
    const [old = '', young] = await readdir(stateDir);
    await utimes(join(stateDir, old), NOW / 1000, (NOW - 8 * 86_400_000) / 1000);
    await withSimulator(async () => {}, { stateDir });
    expect(await readdir(stateDir)).toEqual([young]);
  });

  it('does not leave its directory for an id that looks like a path', () =>
    withSimulator(
      async ({ call }) => {
        expect((await call(`${JOB}/${encodeURIComponent('../../etc/passwd')}`)).status).toBe(404);
      },
      { stateDir },
    ));
});

async function startAt(url: string): Promise<JobStarted> {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const response = await fetch(url + JOB, {
    method: 'POST',
    headers: { authorization: 'Bearer demo-admin', 'content-type': 'application/json' },
    body: JSON.stringify({ interval: `${yesterday}/${yesterday}` }),
  });
  return read(response);
}

describe('stopping the simulated upstream', () => {
  it('cuts open connections, frees the port and may be asked twice', async () => {
    const simulator = await createSimulator();
    simulator.faults.inject({ kind: 'delay', ms: 60_000 });
    const pending = fetch(`${simulator.url}/api/v2/tokens/me`);
    const failed = expect(pending).rejects.toThrow();
    while (simulator.requests.length === 0) await new Promise(setImmediate);
    const first = simulator.stop();
    expect(simulator.stop()).toBe(first);
    await Promise.all([first, failed]);
    const again = await createSimulator({ port: Number(new URL(simulator.url).port) });
    expect(again.url).toBe(simulator.url);
    await again.stop();
  });

  it('says so when the port is taken', () =>
    withSimulator(async ({ url }) => {
      await expect(createSimulator({ port: Number(new URL(url).port) })).rejects.toThrow(/EADDRINUSE/);
    }));
});
