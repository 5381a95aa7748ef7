import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { isVisible, type Visibility } from '../../src/domain/caller.js';
import { EXECUTION_STATUSES, type Execution } from '../../src/domain/execution.js';
import { type ExecutionFilter, matchesFilter } from '../../src/domain/execution-filter.js';
import type { ListPage } from '../../src/domain/ports/execution-store.js';
import { CLIENT_ID } from '../support/usage-requests.js';
import {
  createTestStore,
  EVERYTHING,
  FAILED,
  intent,
  LEASE_MS,
  NODE,
  runningClaim,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
} from '../support/store.js';

describe('the reads of the store', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  const page = (first: number, after?: ListPage['after']): ListPage => ({ first, after: after ?? null });
  const idsOf = (executions: readonly { readonly id: string }[]) => executions.map(({ id }) => id);
  const finished = async (changes: Parameters<typeof intent>[0] = {}): Promise<Execution> => {
    const ended = await test.store.finish(await runningClaim(test.store, changes), SUCCEEDED, [], TTL_MS);
    return ended!;
  };

  /** What each read shows of one execution. */
  async function seenBy(visibility: Visibility, { id }: Execution): Promise<boolean[]> {
    const { store } = test;
    return [
      (await store.get(id, visibility)) !== null,
      (await store.list(visibility, {}, page(10))).items.some((execution) => execution.id === id),
      (await store.count(visibility, {})) > 0,
      (await store.finishedSince(visibility, new Date(0))).some((execution) => execution.id === id),
    ];
  }

  it('show an execution to those who may see it', async () => {
    expect(await seenBy(EVERYTHING, await finished())).toEqual([true, true, true, true]);
  });

  it.each([
    ['of another organization', { ...EVERYTHING, organizationId: 'org-2' }],
    ['of one client’s scope', { ...EVERYTHING, scope: 'client:client-1' }],
    ['without the operation', { ...EVERYTHING, operations: ['SIMPLE_SEARCH' as const] }],
    ['without any operation', { ...EVERYTHING, operations: [] }],
  ])('show nothing to a caller %s', async (_who, visibility) => {
    expect(await seenBy(visibility, await finished())).toEqual([false, false, false, false]);
  });

  it('show nothing from the moment on at which it expires', async () => {
    const execution = await finished();
    await test.query(`UPDATE executions SET expires_at = now() + interval '10 s'`);
    expect(await seenBy(EVERYTHING, execution)).toEqual([true, true, true, true]);
    await test.query('UPDATE executions SET expires_at = now()');
    expect(await seenBy(EVERYTHING, execution)).toEqual([false, false, false, false]);
    expect((await test.store.getMany([execution.id])).size).toBe(0);
  });

  it('know nothing of an id that was never given out', async () => {
    for (const id of ['', 'exe_', 'exe_0f0e0d0c0b0a49088706050403020100', "' OR true --"])
      expect(await test.store.get(id, EVERYTHING)).toBeNull();
  });

  it('give many at once, each under its id, and leave out what there is not', async () => {
    const [one, two] = [
      await finished(),
      await finished({ owner: { ...intent().owner, organizationId: 'org-2' } }),
    ];
    const found = await test.store.getMany([two.id, 'junk', one.id, one.id]);
    expect(Object.fromEntries(found)).toEqual({ [one.id]: one, [two.id]: two });
    expect((await test.store.getMany([])).size).toBe(0);
  });

  it('list the newest first, each once, page by page, even when all were made at the same instant', async () => {
    await Promise.all(Array.from({ length: 25 }, () => test.store.create(intent(), NODE, LEASE_MS)));
    await test.query(`UPDATE executions SET created_at = CASE WHEN get_byte(uuid_send(id), 0) % 3 = 0
      THEN timestamptz '2026-03-01 00:00:00.001+00' ELSE timestamptz '2026-03-01 00:00:00.002+00' END`);
    const all: Execution[] = [];
    for (let after: ListPage['after'] = null; ;) {
      const { items, hasNextPage } = await test.store.list(EVERYTHING, {}, page(4, after));
      all.push(...items);
      if (!hasNextPage) break;
      after = items.at(-1)!;
    }
    expect(new Set(idsOf(all)).size).toBe(25);
    expect(idsOf(all)).toEqual(
      idsOf([...all].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1))),
    );
  });

  it('keep a page where it is when newer executions come', async () => {
    const made: string[] = [];
    for (let i = 0; i < 3; i += 1)
      made.unshift((await test.store.create(intent(), NODE, LEASE_MS)).execution.id);
    const first = await test.store.list(EVERYTHING, {}, page(1));
    await test.store.create(intent(), NODE, LEASE_MS);
    const second = await test.store.list(EVERYTHING, {}, page(2, first.items[0]));
    expect([...idsOf(first.items), ...idsOf(second.items)]).toEqual(made);
    expect(second.hasNextPage).toBe(false);
  });

  it('tell what ended since an instant, the oldest first', async () => {
    const [one, two, three] = [await finished(), await finished(), await finished()];
    await test.query(`UPDATE executions SET finished_at = finished_at + interval '1 h' WHERE id::text = $1`, [
      one.id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    ]);
    expect(idsOf(await test.store.finishedSince(EVERYTHING, two.finishedAt!))).toEqual([
      two.id,
      three.id,
      one.id,
    ]);
    expect(
      idsOf(await test.store.finishedSince(EVERYTHING, new Date(three.finishedAt!.getTime() + 1))),
    ).toEqual([one.id]);
  });

  it('tell which credentials an open execution needs', async () => {
    await runningClaim(test.store, { credentialId: 'open' });
    await finished({ credentialId: 'ended' });
    expect(await test.store.neededCredentials(['open', 'ended', 'unknown'])).toEqual(['open']);
    expect(await test.store.neededCredentials([])).toEqual([]);
  });

  it('filter as the same filter in memory does, and see what the domain says is visible', async () => {
    const subjects = ['user-1', 'user-2'];
    for (const operation of ['ORGANIZATION_QUERY', 'OAUTH_CLIENT_QUERY'] as const)
      for (const subjectId of subjects)
        for (const scope of ['tenant', 'client:client-1'])
          for (const end of ['open', 'SUCCEEDED', 'FAILED'] as const) {
            const claim = await runningClaim(test.store, {
              operation,
              request: {
                ...intent({ operation }).request,
                clientId: subjectId === 'user-1' ? CLIENT_ID : null,
              },
              owner: { organizationId: 'org-1', scope, subjectId },
            });
            if (end !== 'open')
              await test.store.finish(claim, end === 'FAILED' ? FAILED : SUCCEEDED, [], TTL_MS);
          }
    const ids = await test.query<{ id: string }>(
      `SELECT 'exe_' || replace(id::text, '-', '') AS id FROM executions`,
    );
    const all = [...(await test.store.getMany(ids.map(({ id }) => id))).values()];
    expect(all).toHaveLength(24);
    const instants = fc.constantFrom(undefined, ...all.map(({ createdAt }) => createdAt));
    const filters: fc.Arbitrary<ExecutionFilter> = fc.record({
      statuses: fc.option(fc.subarray([...EXECUTION_STATUSES]), { nil: undefined }),
      operations: fc.option(fc.subarray(['ORGANIZATION_QUERY', 'OAUTH_CLIENT_QUERY'] as const), {
        nil: undefined,
      }),
      clientId: fc.constantFrom(undefined, CLIENT_ID, 'other'),
      createdFrom: instants,
      createdTo: instants,
      subjectId: fc.constantFrom(undefined, ...subjects),
    });
    const visibilities: fc.Arbitrary<Visibility> = fc.record({
      organizationId: fc.constantFrom('org-1', 'org-2'),
      scope: fc.constantFrom('tenant', 'client:client-1'),
      operations: fc.subarray(['ORGANIZATION_QUERY', 'OAUTH_CLIENT_QUERY', 'SIMPLE_SEARCH'] as const),
    });
    await fc.assert(
      fc.asyncProperty(visibilities, filters, async (visibility, filter) => {
        const expected = all.filter((each) => isVisible(each, visibility) && matchesFilter(each, filter));
        const { items } = await test.store.list(visibility, filter, page(100));
        expect(idsOf(items).sort()).toEqual(idsOf(expected).sort());
        expect(await test.store.count(visibility, filter)).toBe(expected.length);
      }),
      { numRuns: 150 },
    );
  });
});
