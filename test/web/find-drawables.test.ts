import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findDrawables, mostTelling } from '../../web/src/usage/find-drawables.js';
import { readResponse } from '../../web/src/usage/response-tree.js';

const find = (data: unknown, query = '') => findDrawables(readResponse(data, query));
const titles = (data: unknown, query?: string) => find(data, query).map(({ title }) => title);

const row = { date: '2026-10-05', oauthClient: { id: 'c', name: 'CTI' }, requests: 10, status429: 1 };
const client = { key: [{ dimension: 'OAUTH_CLIENT', value: 'c', name: 'CTI' }], totals: { requests: 10 } };
const day = { key: [{ dimension: 'DATE', value: '2026-10-05', name: null }], totals: { requests: 10 } };

describe('what can be drawn in a response', () => {
  it('is rows by nodes and by edges, with what is said of the page', () => {
    const pageInfo = { hasNextPage: true };
    const [nodes, edges] = find({
      a: { rows: { nodes: [row], totalCount: 672 } },
      b: { rows: { edges: [{ cursor: 'x', node: row }], pageInfo } },
    });
    expect(nodes).toMatchObject({ kind: 'records', totalCount: 672, more: true });
    expect(edges).toMatchObject({ kind: 'records', totalCount: null, more: true });
    expect(nodes).toMatchObject({
      records: [
        {
          labels: [
            { dimension: 'DATE', value: '2026-10-05' },
            { dimension: 'OAUTH_CLIENT', value: 'c', name: 'CTI' },
          ],
          counters: { requests: 10, status429: 1, status500: null },
        },
      ],
    });
  });

  it('is found behind aliases on every level', () => {
    const query = `{ mine: usageExecution(id: "x") { list: rows { items: nodes { day: date n: requests } } } }`;
    const [found] = find({ mine: { list: { items: [{ day: '2026-10-05', n: 4 }] } } }, query);
    expect(found).toMatchObject({
      kind: 'records',
      records: [{ labels: [{ dimension: 'DATE', value: '2026-10-05' }], counters: { requests: 4 } }],
    });
  });

  it('is groups, over time when their key has a date', () => {
    const data = {
      usageExecution: { top: [client], days: [day], both: [{ ...day, key: [...day.key, ...client.key] }] },
    };
    expect(titles(data)).toEqual(['By OAuth client', 'Over time', 'Over time, by OAuth client']);
  });

  it('is a comparison, with the difference reckoned where it was not asked for', () => {
    const [found] = find({
      compareUsageExecutions: {
        groups: [
          { key: client.key, baseline: { requests: 4 }, current: { requests: 10 } },
          { key: [], baseline: null, current: { requests: 3 } },
        ],
      },
    });
    expect(found).toMatchObject({
      kind: 'comparison',
      records: [{ difference: { requests: 6 } }, { difference: { requests: 3, status429: null } }],
    });
  });

  it('is an execution with its totals, its delay and its error, wherever it stands', () => {
    const [found, ...others] = find({
      start: {
        execution: {
          id: 'exe_1',
          status: 'RUNNING',
          totals: { requests: null, rowCount: 0 },
          delay: { reason: 'BUDGET_USED_UP', message: 'Wait.' },
        },
      },
    });
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      kind: 'execution',
      execution: {
        status: 'RUNNING',
        done: false,
        delay: { code: 'BUDGET_USED_UP' },
        totals: { rowCount: 0 },
      },
    });
  });

  it('is a list of executions, as one thing', () => {
    const nodes = [{ status: 'SUCCEEDED', totals: { requests: 3 } }, { status: 'FAILED' }];
    expect(find({ usageExecutions: { nodes } })).toMatchObject([
      { kind: 'executions', executions: [{}, {}] },
    ]);
  });

  it('is totals alone where nothing says what they are of', () => {
    expect(find({ usageExecution: { totals: { requests: 3 } } })).toMatchObject([{ kind: 'totals' }]);
  });

  it('knows by name what an empty list would have held', () => {
    const query =
      '{ usageExecution(id: "x") { a: rows { nodes { date } } b: groups(by: [DATE]) { share } } }';
    expect(find({ usageExecution: { a: { nodes: [] }, b: [] } }, query)).toMatchObject([
      { kind: 'records', title: 'Rows', records: [] },
      { kind: 'records', title: 'Groups', records: [] },
    ]);
  });

  it('is nothing in a response of another kind', () => {
    expect(find({ viewer: { organization: { id: 'o', name: 'N' }, permissions: ['a'] } })).toEqual([]);
    expect(find({ oauthClients: [{ id: 'c', name: 'CTI' }], __schema: { types: [] } })).toEqual([]);
    expect(find(null)).toEqual([]);
  });

  it('tells equal kinds apart by their aliases, and by number where there is no other way', () => {
    const [left, right] = [{ rows: { nodes: [row] } }, { rows: { nodes: [row] } }];
    expect(titles({ lastWeek: left, thisWeek: right })).toEqual(['Rows · lastWeek', 'Rows · thisWeek']);
    expect(titles({ nested: [{ x: left }, { x: right }] })).toEqual(['Rows · rows', 'Rows · rows (2)']);
  });

  it('shows first what tells most: numbers before the state, the state before empty lists', () => {
    const running = { status: 'RUNNING', groups: [] };
    const query = '{ usageExecution(id: "x") { status groups(by: [DATE]) { share } } }';
    expect(mostTelling(find({ usageExecution: running }, query))).toMatchObject({ kind: 'execution' });
    const done = { status: 'SUCCEEDED', groups: [day] };
    expect(mostTelling(find({ usageExecution: done }, query))).toMatchObject({ kind: 'records' });
    expect(mostTelling([])).toBeNull();
  });

  it('never throws, and gives every drawable a title of its own', () => {
    const keys = fc.constantFrom(
      'rows',
      'nodes',
      'edges',
      'node',
      'groups',
      'key',
      'totals',
      'status',
      'requests',
      'date',
    );
    const { json } = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, 3, '2026-10-05', 'RUNNING'),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(keys, tie('json')),
      ),
    }));
    fc.assert(
      fc.property(json, (data) => {
        const found = titles(data);
        expect(new Set(found).size).toBe(found.length);
      }),
    );
  });
});
