/**
 * What NOTIFY costs while so many listen: the same small UPDATE with and without the trigger that tells of it. Whoever
 * commits with a NOTIFY holds one lock of the whole server until the commit is on the disk, and wakes each listener.
 * The listeners are a process of their own, the real listener's driver with nothing behind it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import pg from 'pg';

import { rounded } from '../lib/compare.ts';
import { query } from '../lib/query.ts';
import { cpuOfProcess, type Server } from './server.ts';
import { type Cost, measure } from './work.ts';

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
  const child = fork(
    fileURLToPath(new URL('listeners.ts', import.meta.url)),
    [server.url, String(listeners)],
    {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    },
  );
  await once(child, 'message');
  const cpu = cpuOfProcess(child.pid ?? 0);
  const what = `a change${state === 'ENABLE' ? ` that ${listeners} nodes are told of` : ' that nobody is told of'}`;
  const cost = await measure(server, { what, atOnce, ms: MS, run });
  const told = (cost.perSecond * MS) / 1_000;
  const listenerCpuMs =
    listeners === 0 ? 0 : rounded((cpuOfProcess(child.pid ?? 0) - cpu) / (told * listeners));
  child.kill();
  await once(child, 'exit');
  return { ...cost, listeners, trigger: state === 'ENABLE', listenerCpuMs };
}
