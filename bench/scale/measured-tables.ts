/** The tables of docs/scaling.md that were measured. */
import type { Way } from '../capacity/saturated.ts';
import type { Cost } from '../capacity/work.ts';
import { type Results, readCosts, readResults } from './costs.ts';
import { number, percent, seconds, table } from './markdown.ts';

interface Storage {
  readonly bytesOfExecution: number;
  readonly bytesOfRow: number;
  readonly bytesOfRowInBlocks: number;
}

const capacity = readResults<{
  date: string;
  machine: string;
  cases: Results & { storage: readonly Storage[]; connections: readonly { privateKb: number }[] };
}>('capacity');
const fanOut = readResults<{
  memory: { result: Record<'websocket' | 'event-stream', { ours: { rssKb: number } }> };
}>('fan-out');
const costs = readCosts();
const { store, notify, notices, chores, nodes, saturated, storage, connections } = capacity.cases;

/** Of its cores PostgreSQL can be given so much to do before its answers become slow. */
const USABLE = 0.7;
const CORES = 16;

function cost(what: string): Cost {
  const one = store.find((each) => each.what === what);
  if (!one) throw new Error(`not measured: ${what}`);
  return one;
}

const WAYS: Readonly<Record<Way, string>> = {
  together: 'told together when committed',
  'each by itself': 'each told by its own transaction, as before',
  'not at all': 'told by nobody',
};

export const MEASURED: Readonly<Record<string, () => string>> = {
  machine: () => `Measured on ${capacity.machine}, ${capacity.date.slice(0, 10)}.`,
  database: () => {
    const shown = [
      'a poll, nobody else',
      'a start',
      'a result of 100 rows',
      'a result of 1,000 rows',
      'a result of 10,000 rows',
      'a page of 1,000 rows',
      'a status, alone',
      'a status, among 100',
      'an admission, many tokens',
      'an admission, one token',
      'a look-up that is counted',
      'a look for the next poll',
    ];
    return table(
      ['', 'CPU, ms', `a second on ${CORES} cores at ${percent(USABLE)}`, 'WAL, KB'],
      shown
        .map(cost)
        .map(({ what, databaseCpuMs, walBytes }) => [
          what.replace(', nobody else', ''),
          databaseCpuMs,
          number((CORES * USABLE * 1_000) / databaseCpuMs),
          walBytes < 200 ? '-' : number(walBytes / 1_000),
        ]),
    );
  },
  notify: () =>
    table(
      ['Nodes that LISTEN', 'changes a second', 'CPU of PostgreSQL for each, ms', 'p99, ms'],
      notify
        .filter(({ atOnce }) => atOnce > 1)
        .map(({ trigger, listeners, perSecond, databaseCpuMs, p99Ms }) => [
          trigger ? listeners : 'no NOTIFY at all',
          number(perSecond),
          databaseCpuMs,
          number(p99Ms),
        ]),
    ),
  notices: () =>
    table(
      ['A statement that tells of', 'to nodes', 'writers', 'a second', 'CPU of PostgreSQL, ms', 'p99, ms'],
      notices.map(({ polls, listeners, atOnce, perSecond, databaseCpuMs, p99Ms }) => [
        `${polls} poll${polls === 1 ? '' : 's'}`,
        listeners,
        atOnce,
        number(perSecond),
        databaseCpuMs,
        number(p99Ms),
      ]),
    ),
  saturated: () =>
    table(
      ['Polls as fast as they go', 'a second', 'CPU of PostgreSQL for each, ms'],
      saturated.map(({ way, pollsPerSecond, databaseCpuMs }) => [
        WAYS[way],
        number(pollsPerSecond),
        databaseCpuMs,
      ]),
    ),
  node: () => {
    const [subscribers] = nodes.subscribers;
    const one = (ms: number) => number((USABLE * 1_000) / ms);
    const told = notify.find(({ listeners, atOnce }) => listeners === 1 && atOnce > 1)?.listenerCpuMs ?? NaN;
    const { websocket, 'event-stream': stream } = fanOut.memory.result;
    return table(
      ['', 'CPU of the node, ms', `a second at ${percent(USABLE)}`],
      [
        ['a poll', number(costs.node.poll), one(costs.node.poll)],
        ['a wake-up for a poll that another node makes', number(costs.node.loop), one(costs.node.loop)],
        ['a result to one subscriber (35 KB)', number(costs.node.send), one(costs.node.send)],
        ['a status', costs.node.status, one(costs.node.status)],
        ['a page of 1,000 rows, again', costs.node.page, one(costs.node.page)],
        ['a notification of a change', told, one(told)],
        [
          'a subscriber who comes, token unknown',
          subscribers?.nodeCpuMsToConnect ?? '',
          one(subscribers?.nodeCpuMsToConnect ?? NaN),
        ],
        [
          'an idle subscriber with a token of his own, a minute',
          subscribers?.nodeCpuMsAMinute ?? '',
          `${number((USABLE * 60_000) / (subscribers?.nodeCpuMsAMinute ?? NaN))} of them`,
        ],
        ['memory of an idle WebSocket', '-', `${websocket.ours.rssKb} KB`],
        ['memory of an idle event stream', '-', `${stream.ours.rssKb} KB`],
      ],
    );
  },
  idle: () => {
    const [one] = nodes.subscribers;
    const million = 1_000_000 / 60_000;
    return table(
      ['An idle subscriber with a Genesys token of his own', 'in a minute', 'a million of them'],
      [
        [
          'calls to Genesys Cloud',
          one?.upstreamCallsAMinute ?? '',
          `${number(((one?.upstreamCallsAMinute ?? NaN) * 1_000_000) / 60)} a second`,
        ],
        [
          'commits of PostgreSQL',
          one?.commitsAMinute ?? '',
          `${number(((one?.commitsAMinute ?? NaN) * 1_000_000) / 60)} a second`,
        ],
        [
          "PostgreSQL's CPU",
          `${one?.databaseCpuMsAMinute} ms`,
          `${number((one?.databaseCpuMsAMinute ?? NaN) * million)} cores`,
        ],
        [
          "the nodes' CPU",
          `${one?.nodeCpuMsAMinute} ms`,
          `${number((one?.nodeCpuMsAMinute ?? NaN) * million)} cores`,
        ],
      ],
    );
  },
  storage: () => {
    const [one] = storage;
    if (!one) throw new Error('not measured');
    const ofRow = one.bytesOfRow + one.bytesOfRowInBlocks;
    const bytes = (name: string) => chores.find(({ what }) => what === name)?.bytesEach ?? NaN;
    const week = (2_000_000 * 7 * (one.bytesOfExecution + 100 * ofRow)) / 1e9;
    return table(
      ['', 'bytes, with indexes', 'of 100,000 tenants'],
      [
        ['an execution', one.bytesOfExecution, ''],
        ['a row of a result, as row and in its block', ofRow, ''],
        ['2 million executions a day with 100 rows each, kept a week', '', `${number(week)} GB`],
        [
          'the budget of a token, 50 calls in it',
          bytes('forget unused budgets'),
          `${number(bytes('forget unused budgets') / 10)} MB`,
        ],
        [
          'durations of one kind of query of a tenant',
          bytes('forget old durations'),
          `${number(bytes('forget old durations') / 10)} MB for each kind`,
        ],
        [
          'a connection, private memory',
          (connections[0]?.privateKb ?? NaN) * 1_000,
          `${number((connections[0]?.privateKb ?? NaN) * 2.2)} MB at 100 nodes (2,200 connections)`,
        ],
      ],
    );
  },
  chores: () =>
    table(
      ['With 100,000 tenants', 'takes', 'CPU of PostgreSQL, ms', 'of the node, ms'],
      chores.map(({ what, ms, databaseCpuMs, nodeCpuMs }) => [what, seconds(ms), databaseCpuMs, nodeCpuMs]),
    ),
};
