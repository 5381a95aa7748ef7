import { describe, expect, it } from '@jest/globals';
import { elapsedMs, toExecution, untilNextPollMs } from '../../web/src/usage/execution.js';
import { exportableIds, fillVariables, startedIds } from '../../web/src/usage/execution-ids.js';
import { readResponse } from '../../web/src/usage/response-tree.js';

const execution = (fields: Record<string, unknown>) => toExecution(readResponse(fields, '')!)!;
const id = (digit: string) => `exe_${digit.repeat(32)}`;
const NOON = Date.parse('2026-11-01T12:00:00.000Z');

describe('the times of an execution', () => {
  it('go on while it runs and stand still when it has ended', () => {
    const running = execution({ status: 'RUNNING', createdAt: '2026-11-01T11:59:50.000Z' });
    expect(elapsedMs(running, NOON)).toBe(10_000);
    const done = execution({
      status: 'SUCCEEDED',
      createdAt: '2026-11-01T11:00:00.000Z',
      finishedAt: '2026-11-01T11:00:03.000Z',
    });
    expect(elapsedMs(done, NOON)).toBe(3_000);
  });

  it('are unknown where they were not asked for, and never negative when clocks differ', () => {
    expect(elapsedMs(execution({ status: 'RUNNING' }), NOON)).toBeNull();
    expect(
      elapsedMs(execution({ status: 'FAILED', createdAt: '2026-11-01T11:00:00.000Z' }), NOON),
    ).toBeNull();
    const ahead = execution({
      status: 'QUEUED',
      createdAt: '2026-11-01T12:00:09.000Z',
      nextPollAt: '2026-11-01T11:00:00.000Z',
    });
    expect([elapsedMs(ahead, NOON), untilNextPollMs(ahead, NOON)]).toEqual([0, 0]);
  });

  it('name no next poll after the end', () => {
    const done = execution({ status: 'TIMED_OUT', nextPollAt: '2026-11-01T12:00:09.000Z' });
    expect(untilNextPollMs(done, NOON)).toBeNull();
  });
});

describe('ids of executions', () => {
  it('are kept by the alias of their start, and by `id` for all others', () => {
    const start = (one: string) => ({ execution: { id: id(one) } });
    expect(startedIds({ queryOrganizationUsage: start('1') })).toEqual({ id: id('1') });
    expect(startedIds({ baseline: start('2'), current: start('3') })).toEqual({
      baseline: id('2'),
      current: id('3'),
    });
    expect(startedIds({ a: { run: { key: id('4') } }, b: { execution: null } })).toEqual({ id: id('4') });
    expect(startedIds(null)).toEqual({});
  });

  it('fill the variables that a query declares, and leave the others alone', () => {
    const query = 'query Q($id: ID!, $first: Int) { usageExecution(id: $id) { status } }';
    expect(
      JSON.parse(fillVariables(query, '{"id": "", "first": 5}', { id: id('1'), baseline: id('2') })!),
    ).toEqual({
      id: id('1'),
      first: 5,
    });
    expect(fillVariables(query, '', { baseline: id('2') })).toBeNull();
    expect(fillVariables('query Q {', '', { id: id('1') })).toBeNull();
    expect(JSON.parse(fillVariables(query, 'not JSON', { id: id('1') })!)).toEqual({ id: id('1') });
  });

  it('to export are those of the response, else of the variables, else of the query', () => {
    const twice = `{"a": "${id('1')}", "b": "/executions/${id('1')}/rows.csv", "c": "${id('2')}"}`;
    expect(exportableIds(twice, id('3'), '')).toEqual([id('1'), id('2')]);
    expect(exportableIds('{}', `{"id": "${id('3')}"}`, id('4'))).toEqual([id('3')]);
    expect(exportableIds('', '', `{ usageExecution(id: "${id('4')}") { status } }`)).toEqual([id('4')]);
    expect(exportableIds('', '', 'exe_short')).toEqual([]);
  });
});
