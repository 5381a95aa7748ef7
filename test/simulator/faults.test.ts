import { Agent, get as httpGet } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Fault } from '../../src/simulator/simulator.js';
import type { ErrorBody, JobResults, QueryResults } from '../../src/simulator/wire.js';
import { JOB, QUERY, read, SEARCH, WEEK, withSimulator } from './support.js';

const ME = '/api/v2/tokens/me';
const BODY = { interval: WEEK };

/** Durations of nothing that count how many jobs were started. */
function countingDurations(): { durations: () => number; started: () => number } {
  let count = 0;
  const durations = (): number => {
    count += 1;
    return 0;
  };
  return { durations, started: () => count };
}

/** What a client without any cleverness gets: the raw bytes and how the answer ended. */
function rawGet(
  url: string,
): Promise<{ headers: NodeJS.Dict<string | string[]>; body: Buffer; complete: boolean }> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false });
    const request = httpGet(url, { agent, headers: { authorization: 'Bearer demo-admin' } }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', () => undefined); // an answer cut short; `complete` tells
      response.on('close', () =>
        resolve({ headers: response.headers, body: Buffer.concat(parts), complete: response.complete }),
      );
    });
    request.on('error', reject);
  });
}

describe('the scope of a fault', () => {
  it('is every request until it is removed', () =>
    withSimulator(async ({ call, faults }) => {
      const fault = faults.inject({ kind: 'status', status: 503 });
      expect([(await call(ME)).status, (await call(ME)).status]).toEqual([503, 503]);
      fault.remove();
      expect((await call(ME)).status).toBe(200);
      expect(fault.hits).toBe(2);
    }));

  it('ends with clear', () =>
    withSimulator(async ({ call, faults }) => {
      faults.inject({ kind: 'status', status: 500 });
      faults.inject({ kind: 'delay', ms: 60_000 });
      faults.clear();
      expect((await call(ME)).status).toBe(200);
    }));

  it('can be the next few requests, in the order of injection', () =>
    withSimulator(async ({ call, faults }) => {
      faults.inject({ kind: 'status', status: 502 }, { times: 1 });
      faults.inject({ kind: 'status', status: 504 }, { times: 2 });
      const statuses: number[] = [];
      for (let n = 0; n < 4; n++) statuses.push((await call(ME)).status);
      expect(statuses).toEqual([502, 504, 504, 200]);
    }));

  it('can begin after a few polls of each job', () =>
    withSimulator(async ({ start, call, faults }) => {
      faults.inject(
        { kind: 'status', status: 404 },
        { stage: 'results', skip: 1, times: 1, countPer: 'path' },
      );
      for (const path of [await start(QUERY, BODY), await start(JOB, BODY)]) {
        const statuses = [(await call(path)).status, (await call(path)).status, (await call(path)).status];
        expect(statuses).toEqual([200, 404, 200]);
      }
    }));

  it('can be one operation, one stage or some paths', () =>
    withSimulator(async ({ post, call, start, faults }) => {
      faults.inject({ kind: 'status', status: 500 }, { operation: 'simpleSearch', stage: 'start' });
      faults.inject(
        { kind: 'status', status: 503 },
        { path: (path, method) => method === 'GET' && path.includes('?id=') },
      );
      expect((await post(SEARCH, BODY)).status).toBe(500);
      expect((await call(await start(QUERY, BODY))).status).toBe(200);
      expect((await call('/api/v2/users?id=a')).status).toBe(503);
      expect((await call('/api/v2/users')).status).toBe(200);
    }));

  it('can be a chance that depends on the seed alone', async () => {
    const runs: string[] = [];
    for (const seed of ['a', 'a', 'b']) {
      await withSimulator(
        async ({ call, faults }) => {
          faults.inject({ kind: 'status', status: 500 }, { probability: 0.5 });
          let run = '';
          for (let n = 0; n < 30; n++) run += (await call(ME)).status === 500 ? 'x' : '.';
          runs.push(run);
        },
        { seed },
      );
    }
    expect(runs[0]).toBe(runs[1]);
    expect(runs[0]).not.toBe(runs[2]);
    expect(runs[0]).toMatch(/x.*\.|\..*x/);
  });
});

describe('faulty statuses', () => {
  it.each(['7', '-1', '1.5', 'soon', 'Sun, 22 Nov 2026 10:05:00 GMT', ''])(
    'carry the Retry-After "%s" as it is',
    (retryAfter) =>
      withSimulator(async ({ call, faults }) => {
        faults.inject({ kind: 'status', status: 429, retryAfter });
        const response = await call(ME);
        expect([response.status, response.headers.get('retry-after')]).toEqual([429, retryAfter]);
        expect(await read(response)).toMatchObject({ code: 'too.many.requests.retry.after', status: 429 });
      }),
  );

  it('have no Retry-After when none is given', () =>
    withSimulator(async ({ call, faults }) => {
      faults.inject({ kind: 'status', status: 429 });
      expect((await call(ME)).headers.has('retry-after')).toBe(false);
    }));

  it.each([
    [undefined, 0],
    [true, 1],
  ])('with afterHandling %s start %i jobs', async (afterHandling, started) => {
    const jobs = countingDurations();
    await withSimulator(
      async ({ post, faults }) => {
        faults.inject({ kind: 'status', status: 502, ...(afterHandling && { afterHandling }) });
        expect((await post(QUERY, BODY)).status).toBe(502);
        expect(jobs.started()).toBe(started);
      },
      { durations: jobs.durations },
    );
  });

  it('include a token that is revoked in the middle', () =>
    withSimulator(async ({ start, call, faults }) => {
      const path = await start(QUERY, BODY);
      faults.inject({ kind: 'revoke-token' }, { skip: 1 });
      expect([(await call(path)).status, (await call(path)).status]).toEqual([200, 401]);
      faults.clear();
      expect((await call(path)).status).toBe(401);
      expect((await call(path, { token: 'demo-other-org' })).status).toBe(404);
    }));

  it('include a redirect to another host', () =>
    withSimulator(async ({ call, faults }) => {
      faults.inject({ kind: 'redirect', location: 'http://elsewhere.example/', status: 307 });
      const response = await call(ME);
      expect([response.status, response.headers.get('location')]).toEqual([307, 'http://elsewhere.example/']);
    }));
});

describe('faulty connections', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('are reset %s a start was handled, with %i jobs started', async (when, started) => {
    const jobs = countingDurations();
    await withSimulator(
      async ({ post, faults, requests }) => {
        faults.inject({ kind: 'reset', when }, { times: 1 });
        await expect(post(QUERY, BODY)).rejects.toThrow('fetch failed');
        expect(jobs.started()).toBe(started);
        expect(requests).toMatchObject([{ method: 'POST', path: QUERY, status: undefined }]);
        expect((await post(QUERY, BODY)).status).toBe(202);
      },
      { durations: jobs.durations },
    );
  });

  it('send an answer late but handle the request at once', async () => {
    const jobs = countingDurations();
    await withSimulator(
      async ({ call, faults }) => {
        faults.inject({ kind: 'delay', ms: 60_000 });
        const init = {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(BODY),
        };
        await expect(call(QUERY, { ...init, signal: AbortSignal.timeout(200) })).rejects.toThrow('timeout');
        expect(jobs.started()).toBe(1);
      },
      { durations: jobs.durations },
    );
  });

  it.each(['content-length', 'chunked'] as const)('cut a body short that is framed by %s', (framing) =>
    withSimulator(async ({ url, faults }) => {
      const whole = await rawGet(url + ME);
      faults.inject({ kind: 'truncated-body', framing });
      const { headers, body, complete } = await rawGet(url + ME);
      expect([whole.complete, complete]).toEqual([true, false]);
      expect(body.equals(whole.body.subarray(0, whole.body.length >> 1))).toBe(true);
      expect(headers['content-length']).toBe(framing === 'chunked' ? undefined : String(whole.body.length));
    }),
  );

  it('drip a body byte by byte', () =>
    withSimulator(async ({ call, faults }) => {
      faults.inject({ kind: 'drip', everyMs: 2 });
      const startedAt = performance.now();
      const text = await (await call(ME, { token: 'nobody' })).text();
      expect((JSON.parse(text) as ErrorBody).code).toBe('bad.credentials');
      expect(performance.now() - startedAt).toBeGreaterThan(text.length);
    }));
});

describe('faulty bodies', () => {
  it('are HTML with status 200', () =>
    withSimulator(async ({ call, faults }) => {
      faults.inject({ kind: 'html' });
      const response = await call(ME);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'text/html; charset=utf-8',
      ]);
      expect(await response.text()).toContain('<html>');
    }));

  it('bear another content type', () =>
    withSimulator(async ({ call, faults }) => {
      faults.inject({ kind: 'content-type', value: 'text/plain' });
      const response = await call(ME);
      expect(response.headers.get('content-type')).toBe('text/plain');
      expect(await read<object>(response)).toHaveProperty('organization');
    }));

  it('are empty', () =>
    withSimulator(async ({ post, faults }) => {
      faults.inject({ kind: 'empty-body' });
      const response = await post(QUERY, BODY);
      expect([response.status, await response.text()]).toEqual([202, '']);
    }));

  it('are as huge as they are told to be, and still JSON', () =>
    withSimulator(async ({ call, faults }) => {
      faults.inject({ kind: 'huge-body', bytes: 3_000_001 });
      const text = await (await call(ME)).text();
      expect(text).toHaveLength(3_000_001);
      expect(Object.keys(JSON.parse(text) as object)).toEqual(['padding']);
    }));

  it('inflate out of all proportion', () =>
    withSimulator(async ({ url, faults }) => {
      faults.inject({ kind: 'gzip-bomb', bytes: 20_000_000 });
      const { headers, body } = await rawGet(url + ME);
      expect(headers['content-encoding']).toBe('gzip');
      expect(body.length).toBeLessThan(50_000);
      expect(gunzipSync(body)).toHaveLength(20_000_000);
    }));

  it('stop when the client has seen enough', () =>
    withSimulator(async ({ call, faults }) => {
      faults.inject({ kind: 'huge-body', bytes: 10 ** 12 }, { times: 1 });
      const response = await call(ME);
      await response.body?.cancel();
      expect((await call(ME)).status).toBe(200);
    }));
});

describe('faulty jobs', () => {
  it.each(['Running', 'Failed', 'OutdatedSdkVersion'])(
    'report %s without rows, whatever the clock says',
    (queryStatus) =>
      withSimulator(async ({ query, faults }) => {
        faults.inject({ kind: 'job-status', queryStatus });
        expect(await query(QUERY, BODY)).toEqual({ queryStatus });
      }),
  );

  it('fail with a reason only in the newer generation', () =>
    withSimulator(async ({ query, job, faults }) => {
      const errorBody = { code: 'internal.server.error', message: 'no luck today' };
      faults.inject({ kind: 'job-status', queryStatus: 'Failed', errorBody } satisfies Fault);
      expect(await query(QUERY, BODY)).toEqual({ queryStatus: 'Failed' });
      const failed: JobResults<object> = await job(BODY);
      expect(failed).toEqual({ queryStatus: 'Failed', errorBody, selfUri: expect.any(String) });
    }));

  it('are Cancelled by somebody else', () =>
    withSimulator(async ({ job, faults }) => {
      faults.inject({ kind: 'job-status', queryStatus: 'Cancelled' });
      expect(await job(BODY)).not.toHaveProperty('entities');
    }));

  it('complete early when told to', () =>
    withSimulator(
      async ({ query, faults }) => {
        expect((await query(QUERY, BODY)).queryStatus).toBe('Running');
        faults.inject({ kind: 'job-status', queryStatus: 'Complete' });
        const done: QueryResults = await query(QUERY, BODY);
        expect(done.results).toHaveLength(1);
      },
      { durations: () => 1e9 },
    ));

  it('link to another host', () =>
    withSimulator(async ({ post, job, faults }) => {
      const elsewhere = 'http://elsewhere.example/page';
      faults.inject({ kind: 'links', nextUri: elsewhere }, { stage: 'results' });
      expect((await job(BODY)).nextUri).toBe(elsewhere);
      faults.inject({ kind: 'links', resultsUri: elsewhere }, { stage: 'start' });
      expect(await read<object>(await post(JOB, BODY))).toMatchObject({ resultsUri: elsewhere });
    }));
});
