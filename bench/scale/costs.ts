/**
 * What each piece of work costs, from the measurements in bench/results: no figure of theirs stands anywhere else. CPU in
 * milliseconds on a core like the one that was measured.
 */
import { readFileSync } from 'node:fs';

import type { Polling } from '../capacity/nodes.ts';
import type { NoticeCost, NotifyCost } from '../capacity/notify.ts';
import type { Saturated, Way } from '../capacity/saturated.ts';
import type { Subscribers } from '../capacity/subscribers.ts';
import type { Cost } from '../capacity/work.ts';
import type { Spread } from './figures.ts';
import type { Chore } from '../capacity/chores.ts';

export interface Costs {
  /** Of PostgreSQL. */
  readonly database: {
    /** A statement that looks for what is due and finds nothing. */
    readonly claim: number;
    /** Looking when the next one is due. */
    readonly look: number;
    /** All of a poll's statements but the write of its end, and what tells of it. */
    readonly poll: number;
    readonly write: number;
    /** A write that is told by its transaction. */
    readonly toldWrite: number;
    /** A statement that only tells, and each poll that it tells of. */
    readonly notice: number;
    readonly noticeOfEach: number;
    /** To wake one node for it. */
    readonly wakeByNotice: number;
    readonly start: number;
    readonly finish: number;
    /** One node reads a result that has just come. */
    readonly read: number;
    readonly page: number;
    readonly status: number;
    /** To wake one node for a change that is told by its transaction. */
    readonly tell: number;
    readonly connect: number;
    readonly resync: number;
    /** Of an idle subscriber with a token of his own, in a minute. */
    readonly idleAMinute: number;
    /** All that a node does every half minute, with 100,000 tenants. */
    readonly chores: number;
  };
  /** Of a node. */
  readonly node: {
    readonly loop: number;
    readonly poll: number;
    readonly start: number;
    readonly told: number;
    readonly page: number;
    readonly status: number;
    readonly send: number;
    readonly connect: number;
    readonly idleAMinute: number;
    readonly resync: number;
  };
  /** For how long a commit that tells of a change holds the lock that all of them need. */
  readonly lockMs: number;
  /** Of that, what is not waiting for the disk. */
  readonly lockCpuMs: number;
  /** Until a commit is on the disk. */
  readonly flushMs: number;
}

export interface Results {
  readonly store: readonly Cost[];
  readonly notify: readonly NotifyCost[];
  readonly notices: readonly NoticeCost[];
  readonly chores: readonly Chore[];
  readonly saturated: readonly Saturated[];
  readonly nodes: { readonly polling: readonly Polling[]; readonly subscribers: readonly Subscribers[] };
}

interface FanOut {
  readonly websocket: { readonly result: { readonly ours: { readonly medianMs: number } } };
}

/** `growth.ts`: the last one is as much as one node and one database can. */
export interface LatenessRun {
  readonly cases: {
    readonly lateness: readonly {
      readonly outstanding: number;
      readonly pollsPerSecond: number;
      readonly lateMs: Spread;
    }[];
  };
}

export function readResults<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../results/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** Of `fan-out.ts`, whose time ends with the last of so many. */
const SUBSCRIBERS_OF_FAN_OUT = 2_000;
const WATCHED_OF_RESYNC = 10_000;
/** A claim, and a look for the next one. */
const STATEMENTS_OF_A_LOOP = 2;
/** As the program gathers polls that it tells of together. */
export const GATHER_MS = 50;
/** Of the node that makes it: when it is due, and when its step is over. */
const LOOPS_OF_A_POLL = 2;

export function readCosts(): Costs {
  const { store, notify, notices, saturated, chores, nodes } = readResults<{ cases: Results }>(
    'capacity',
  ).cases;
  const fanOut = readResults<FanOut>('fan-out');
  const of = (what: string) => found(store, (one) => one.what === what, what);
  const told = (listeners: number, atOnce = 16) =>
    found(
      notify,
      (one) => one.trigger && one.listeners === listeners && one.atOnce === atOnce,
      `${listeners} listeners`,
    );
  const untold = (atOnce: number) =>
    found(notify, (one) => !one.trigger && one.atOnce === atOnce, 'no trigger');
  const together = (polls: number, listeners: number) =>
    found(
      notices,
      (one) => one.polls === polls && one.listeners === listeners && one.atOnce === 1,
      `${polls} polls told to ${listeners}`,
    ).databaseCpuMs;
  const polls = (way: Way) => found(saturated, (one) => one.way === way, way).pollsPerSecond;
  const [alone, few] = [pollingOf(nodes.polling, 1), pollingOf(nodes.polling, 3)];
  const subscribers = nodes.subscribers[0]!;
  const write = untold(16).databaseCpuMs;
  const toldWrite = told(0).databaseCpuMs;
  const noticeOfEach = Math.max(0, (together(10, 0) - together(1, 0)) / 9);
  const notice = together(1, 0) - noticeOfEach;
  const noticesOfAPoll = 1 / Math.max(1, (alone.pollsPerSecond * GATHER_MS) / 1_000);
  // What two nodes more use that make none of the polls: they wake for each, claim nothing, and look for the next one.
  const loops = (few.commitsPerPoll - alone.commitsPerPoll) / 2 / STATEMENTS_OF_A_LOOP;
  const loop = {
    node: (few.nodeCpuMs - alone.nodeCpuMs) / 2 / loops,
    database: (few.databaseCpuMs - alone.databaseCpuMs) / 2 / loops,
  };
  const chore = (what: string) => found(chores, (one) => one.what === what, what).databaseCpuMs;
  return {
    database: {
      claim: loop.database / STATEMENTS_OF_A_LOOP,
      look: loop.database / STATEMENTS_OF_A_LOOP,
      poll:
        alone.databaseCpuMs -
        LOOPS_OF_A_POLL * loop.database -
        (write + noticeOfEach + noticesOfAPoll * notice),
      write,
      toldWrite,
      notice,
      noticeOfEach,
      wakeByNotice: Math.max(0, (together(1, 100) - together(1, 0)) / 100),
      start: of('a start').databaseCpuMs,
      finish: of('a result of 100 rows').databaseCpuMs,
      read: of('a status, alone').databaseCpuMs + of('a page of 1,000 rows').databaseCpuMs,
      page: of('a page of 1,000 rows').databaseCpuMs,
      status: of('a status, among 100').databaseCpuMs,
      tell: (told(100).databaseCpuMs - toldWrite) / 100,
      connect: subscribers.databaseCpuMsToConnect,
      resync: of('10,000 watched executions, after a reconnect').databaseCpuMs / WATCHED_OF_RESYNC,
      idleAMinute: subscribers.databaseCpuMsAMinute,
      chores: [
        'forget unused budgets',
        'forget unneeded tokens',
        'which of 10,000 tokens are needed',
        'forget old durations',
        'tell 1,000 kinds of durations',
        'read 1,000 kinds of durations',
      ].reduce((sum, what) => sum + chore(what), 0),
    },
    node: {
      loop: loop.node,
      poll: alone.nodeCpuMs - LOOPS_OF_A_POLL * loop.node,
      start: alone.nodeCpuMs,
      told: told(100).listenerCpuMs,
      page: readRate('page', 'repeated'),
      status: readRate('small', 'status'),
      send: fanOut.websocket.result.ours.medianMs / SUBSCRIBERS_OF_FAN_OUT,
      connect: subscribers.nodeCpuMsToConnect,
      idleAMinute: subscribers.nodeCpuMsAMinute,
      resync: of('10,000 watched executions, after a reconnect').nodeCpuMs / WATCHED_OF_RESYNC,
    },
    // Of polls as fast as they go, each told by its own transaction. Alone with its lock such a commit is quicker
    // (`notify`); beside others it first waits for theirs to reach the disk.
    lockMs: 1_000 / polls('each by itself'),
    lockCpuMs: Math.max(0, toldWrite - write),
    flushMs: Math.max(0.1, untold(1).p50Ms - untold(1).databaseCpuMs - untold(1).nodeCpuMs),
  };
}

function readRate(name: string, what: string): number {
  const { cases } = readResults<{ cases: Record<string, readonly { readonly cpuMs: number }[]> }>(name);
  return cases[what]?.[0]?.cpuMs ?? NaN;
}

/** With the larger number outstanding: there the programs do what they do under load. */
function pollingOf(all: readonly Polling[], nodes: number): Polling {
  return found(all, (one) => one.nodes === nodes && one.outstanding === 1_200, `${nodes} nodes`);
}

function found<T>(all: readonly T[], is: (one: T) => boolean, what: string): T {
  const one = all.find(is);
  if (!one) throw new Error(`not measured: ${what}`);
  return one;
}
