/**
 * What one PostgreSQL and one node hold: the costs that docs/scaling.md and the simulation in bench/scale reckon with.
 * Costs are CPU, which whoever else uses the machine changes little; rates are those of this machine, client included.
 *
 *     node bench/capacity.ts [store | saturated | notify | chores | nodes | polling]
 */
import { readFileSync } from 'node:fs';

import { silentLogger } from '../dist/src/lib/logger.js';
import { createDatabase } from '../dist/src/store/database.js';
import { migrate } from '../dist/src/store/migrate.js';
import { choreCosts } from './capacity/chores.ts';
import { type NodeCosts, nodeCosts } from './capacity/nodes.ts';
import { noticeCosts, notifyCosts } from './capacity/notify.ts';
import { saturatedCosts } from './capacity/saturated.ts';
import { privateKb, type Server, startServer } from './capacity/server.ts';
import { bytesOf, rowsOf, storeCosts } from './capacity/store.ts';
import { fill } from './growth/fill.ts';
import { query } from './lib/query.ts';
import { save } from './lib/results.ts';

const [only] = process.argv.slice(2);
const STORED = 100_000;
const cases: Record<string, unknown> = kept();

const wanted = (part: string) => only === undefined || only === part;

if (['store', 'saturated', 'notify', 'chores'].some(wanted)) {
  const server = await startServer();
  try {
    const database = createDatabase(server.url, silentLogger, { maxConnections: 2 });
    await migrate(database.db, silentLogger);
    await database.stop();
    process.stdout.write('filling\n');
    await fill(server.url, { stored: STORED, outstanding: 10_000, results: 1 });
    cases['storage'] = [await storage(server)];
    if (wanted('store')) cases['store'] = await storeCosts(server);
    if (wanted('saturated')) cases['saturated'] = await saturatedCosts(server);
    if (wanted('notify')) cases['notify'] = await notifyCosts(server);
    if (wanted('notify')) cases['notices'] = await noticeCosts(server);
    if (wanted('chores')) cases['chores'] = await choreCosts(server);
    if (wanted('store')) cases['connections'] = [await connectionKb(server)];
  } finally {
    await server.stop();
  }
}
if (wanted('nodes')) cases['nodes'] = await nodeCosts(undefined);
else if (only === 'polling') cases['nodes'] = await nodeCosts(cases['nodes'] as NodeCosts | undefined);
save('capacity', cases, { stored: STORED });

/** What a part alone does not measure anew. */
function kept(): Record<string, unknown> {
  if (only === undefined) return {};
  try {
    const file = new URL('results/capacity.json', import.meta.url);
    return (JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, unknown> }).cases;
  } catch {
    return {};
  }
}

async function storage({ url }: Server) {
  const { rows } = await query<{ count: number }>(url, 'SELECT count(*)::integer AS count FROM executions');
  const bytesOfExecution = Math.round((await bytesOf(url, 'executions')) / (rows[0]?.count ?? 0));
  await query(url, 'TRUNCATE usage_rows, row_blocks');
  const database = createDatabase(url, silentLogger, { maxConnections: 2 });
  const { insertRows } = await import('../dist/src/store/row-writes.js');
  const { rows: some } = await query<{ id: string }>(url, 'SELECT id FROM executions LIMIT 1');
  const count = 100_000;
  await database.db.transaction().execute((tx) => insertRows(tx, some[0]?.id ?? '', 0, rowsOf(count)));
  await database.stop();
  const rowBytes = (await bytesOf(url, 'usage_rows')) / count;
  const blockBytes = (await bytesOf(url, 'row_blocks')) / count;
  await query(url, 'TRUNCATE usage_rows, row_blocks');
  return { bytesOfExecution, bytesOfRow: Math.round(rowBytes), bytesOfRowInBlocks: Math.round(blockBytes) };
}

/** Of a connection that has run each kind of statement. */
async function connectionKb({ url }: Server) {
  const database = createDatabase(url, silentLogger, { maxConnections: 1 });
  const { createExecutionStore } = await import('../dist/src/store/execution-store.js');
  const store = createExecutionStore(database.db);
  await store.claimDue('bench', 10, 1_000);
  await store.msUntilNextDue('bench');
  const { rows } = await query<{ pid: number }>(
    url,
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'genesys-usage-graphql' LIMIT 1",
  );
  const kb = privateKb(rows[0]?.pid ?? 0);
  await database.stop();
  return { privateKb: kb };
}
