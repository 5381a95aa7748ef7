/**
 * What NOTIFY costs while so many listen: the same small UPDATE with and without the trigger that tells of it. Whoever
 * commits with a NOTIFY holds one lock of the whole server until the commit is on the disk, and wakes each listener.
 * Then statements that tell and write nothing,
 * as those do that tell of polls. The listeners are a process of their own, the real listener's driver with nothing behind it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import pg from 'pg';

import { query } from '../lib/query.ts';
import { rounded } from '../lib/summary.ts';
import { cpuOfProcess, type Server } from './server.ts';
import { type Cost, measure, type Work } from './work.ts';

export interface NotifyCost extends Cost {
  readonly listeners: number;
  readonly trigger: boolean;
  /** Of a listening node, for each notification. */
  readonly listenerCpuMs: number;
}

const AT_ONCE = 16;
const MS = 4_000;

export async function notifyCosts(server: Server): Promise<NotifyCost[]> {
  const { rows } = await query<{ id: string }>(
    server.url,
    'SELECT id FROM executions WHERE finished_at IS NULL LIMIT $1',
    [AT_ONCE],
  );
  const clients = rows.map(() => new pg.Client({ connectionString: server.url }));
  await Promise.all(clients.map((client) => client.connect()));
  const write = async (i: number) => {
    await clients[i]?.query('UPDATE executions SET version = version + 1 WHERE id = $1', [rows[i]?.id]);
    return 1;
  };
  const found: NotifyCost[] = [];
  try {
    for (const atOnce of [1, AT_ONCE]) found.push(await withTrigger(server, 'DISABLE', 0, atOnce, write));
    for (const listeners of [0, 1, 10, 50, 100])
      found.push(await withTrigger(server, 'ENABLE', listeners, AT_ONCE, write));
    found.push(await withTrigger(server, 'ENABLE', 1, 1, write));
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
  return found;
}

async function withTrigger(
  server: Server,
  state: 'ENABLE' | 'DISABLE',
  listeners: number,
  atOnce: number,
  run: (worker: number) => Promise<number>,
): Promise<NotifyCost> {
  await query(server.url, `ALTER TABLE executions ${state} TRIGGER execution_changed`);
  const what = `a change${state === 'ENABLE' ? ` that ${listeners} nodes are told of` : ' that nobody is told of'}`;
  const cost = await heard(server, listeners, { what, atOnce, ms: MS, run });
  return { ...cost, listeners, trigger: state === 'ENABLE' };
}

/** Of a statement that only tells. */
export interface NoticeCost extends Cost {
  readonly listeners: number;
  /** Polls that it tells of. */
  readonly polls: number;
  readonly listenerCpuMs: number;
}

export async function noticeCosts(server: Server): Promise<NoticeCost[]> {
  const clients = Array.from({ length: AT_ONCE }, () => new pg.Client({ connectionString: server.url }));
  await Promise.all(clients.map((client) => client.connect()));
  const found: NoticeCost[] = [];
  try {
    for (const [polls, listeners, atOnce] of [
      [1, 0, 1],
      [10, 0, 1],
      [1, 100, 1],
      [10, 100, 1],
      [1, 0, AT_ONCE],
    ] as const) {
      const lines = Array.from({ length: polls }, (_, n) => `00000000-0000-4000-8000-00000000000${n} 7 `);
      const run = async (i: number) => {
        await clients[i]?.query(
          "SELECT pg_notify('execution_changed', line) FROM unnest($1::text[]) AS line",
          [lines],
        );
        return 1;
      };
      const what = `${polls} polls told together, to ${listeners} nodes`;
      const cost = await heard(server, listeners, { what, atOnce, ms: MS, run });
      found.push({ ...cost, listeners, polls });
    }
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
  return found;
}

/** While so many listen; what one of them uses for each piece of work. */
async function heard(
  server: Server,
  listeners: number,
  work: Work,
): Promise<Cost & { readonly listenerCpuMs: number }> {
  const child = fork(
    fileURLToPath(new URL('listeners.ts', import.meta.url)),
    [server.url, String(listeners)],
    {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    },
  );
  await once(child, 'message');
  const cpu = cpuOfProcess(child.pid ?? 0);
  const cost = await measure(server, work);
  const done = (cost.perSecond * work.ms) / 1_000;
  const listenerCpuMs =
    listeners === 0 ? 0 : rounded((cpuOfProcess(child.pid ?? 0) - cpu) / (done * listeners));
  child.kill();
  await once(child, 'exit');
  return { ...cost, listenerCpuMs };
}
