import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { PollAnswer, TakeRows } from '../../src/domain/ports/usage-upstream.js';
import { NO_ROWS, type ScriptedUpstream, upstreamError } from '../support/scripted-upstream.js';
import { stepParts } from '../support/steps.js';
import { createTestStore, LEASE_MS, NODE, numberedRows, type TestStore } from '../support/store.js';
import { until } from '../support/until.js';

type OnPoll = ScriptedUpstream['onPoll'];

/** As many large answers as a node takes at a time. */
const AT_ONCE = 3;

/** Gives rows away in pieces of ten, and the last ones with the answer. */
async function pieces(count: number, take: TakeRows | undefined): Promise<PollAnswer> {
  for (let piece = 0; piece < count; piece += 1) await take?.(numberedRows(10, piece * 10 + 1));
  return { state: 'ROWS', rows: numberedRows(10, count * 10 + 1), nextCursor: null };
}

describe('an answer that is stored while it arrives', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  const requestsOf = async (id: string) =>
    (await test.store.rows(id, 0, 1_000)).items.map(({ row }) => row.requests);
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  const claimAgain = async () => (await test.store.claimDue(NODE, 1, LEASE_MS))[0]!;
  const storedRows = async () =>
    (await test.query<{ count: number }>('SELECT count(*)::integer AS count FROM usage_rows'))[0]!.count;

  it('has all its rows in their order when it is whole', async () => {
    const { upstream, running, make } = stepParts(test.store);
    upstream.onPoll = (_query, _token, _signal, take) => pieces(4, take);
    const ended = await make(await running());
    expect(ended).toMatchObject({ status: 'SUCCEEDED', rowCount: 50, truncated: false });
    expect(await requestsOf(ended!.id)).toEqual(upTo(50));
  });

  it('leaves nothing of an attempt that broke off in the next one, however short that is', async () => {
    const { upstream, running, make } = stepParts(test.store);
    const claim = await running();
    upstream.onPoll = async (_query, _token, _signal, take) => {
      await pieces(4, take);
      throw upstreamError('UNAVAILABLE');
    };
    expect(await make(claim)).toMatchObject({ status: 'RUNNING', rowCount: 0 });
    // The last piece may still be on its way.
    await until('all pieces to be stored', async () => (await storedRows()) === 40);
    await test.query('UPDATE executions SET due_at = now()');
    upstream.onPoll = () => ({ state: 'ROWS', rows: numberedRows(3), nextCursor: null });
    const ended = await make(await claimAgain());
    expect(ended).toMatchObject({ status: 'SUCCEEDED', rowCount: 3 });
    expect(await requestsOf(ended!.id)).toEqual(upTo(3));
    expect(await storedRows()).toBe(3);
  });

  it('leaves nothing behind when it turns out to say that the query has failed', async () => {
    const { upstream, running, make } = stepParts(test.store);
    upstream.onPoll = async (_query, _token, _signal, take) => {
      await pieces(4, take);
      return { state: 'FAILED', message: null, correlationId: null };
    };
    expect(await make(await running())).toMatchObject({ status: 'FAILED', rowCount: 0 });
    expect(await storedRows()).toBe(0);
  });

  it('is cut at the most rows that are kept', async () => {
    const { upstream, running, make } = stepParts(test.store, { maxResultRows: 25 });
    upstream.onPoll = (_query, _token, _signal, take) => pieces(4, take);
    const ended = await make(await running());
    expect(ended).toMatchObject({ status: 'SUCCEEDED', rowCount: 25, truncated: true });
    expect(await requestsOf(ended!.id)).toEqual(upTo(25));
  });

  it('is given up when the execution is another node’s, and nothing more of it is stored', async () => {
    const { upstream, running, make } = stepParts(test.store);
    const claim = await running();
    upstream.onPoll = async (_query, _token, _signal, take) => {
      await pieces(2, take);
      await test.query('UPDATE executions SET due_at = now(), fence = fence + 1');
      return pieces(4, take);
    };
    expect(await make(claim)).toBeNull();
    expect(await storedRows()).toBeLessThanOrEqual(20);
  });

  it('waits while as many as a node takes at a time arrive, and small ones do not', async () => {
    const { upstream, running, make } = stepParts(test.store);
    const claims = [];
    for (let i = 0; i < AT_ONCE + 3; i += 1) claims.push(await running());
    let arriving = 0;
    let asked = 0;
    let goOn = () => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const large: OnPoll = async (_query, _token, _signal, take) => {
      asked += 1;
      await take?.(numberedRows(10));
      arriving += 1;
      await held;
      return { state: 'ROWS', rows: [], nextCursor: null };
    };
    upstream.onPoll = large;
    const ends = claims.slice(1).map((claim) => make(claim));
    await until('all are asked for', () => asked === AT_ONCE + 2 && arriving === AT_ONCE, 10_000);

    upstream.onPoll = () => NO_ROWS;
    expect(await make(claims[0]!)).toMatchObject({ status: 'SUCCEEDED' });
    expect(arriving).toBe(AT_ONCE);

    goOn();
    for (const ended of await Promise.all(ends)) expect(ended).toMatchObject({ rowCount: 10 });
  });

  it('stops waiting for its turn when its step is interrupted', async () => {
    const { upstream, running, make } = stepParts(test.store);
    const claims = [];
    for (let i = 0; i < AT_ONCE + 1; i += 1) claims.push(await running());
    let goOn = () => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    let asked = 0;
    upstream.onPoll = async (_query, _token, _signal, take) => {
      asked += 1;
      await take?.(numberedRows(10));
      await held;
      return { state: 'ROWS', rows: [], nextCursor: null };
    };
    const ends = claims.slice(1).map((claim) => make(claim));
    await until('they are asked for', () => asked === AT_ONCE, 10_000);
    const abort = new AbortController();
    const waiting = make(claims[0]!, abort.signal);
    await until('the last one is asked for', () => asked === AT_ONCE + 1, 10_000);
    abort.abort(new Error('the node stops'));
    await expect(waiting).rejects.toThrow('the node stops');
    goOn();
    await Promise.all(ends);
  });
});
