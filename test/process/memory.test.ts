import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { UsageOperation } from '../../src/domain/operation.js';
import { csvPath, download, replaceRows } from '../support/exports.js';
import { type NodeProcess, NodeProcesses } from '../support/node-process.js';
import { readPage } from '../support/rows.js';
import { finishedId } from '../support/starts.js';
import { closeClients } from '../support/clients.js';
import { createSurroundings, type Surroundings } from './environment.js';

const ROWS = 100_000;
const MB = 1_048_576;
/** Garbage is collected as it comes, so that what grows is what is held: 100,000 rows are some 50 MB. */
const SMALL_HEAP = '--max-old-space-size=96 --max-semi-space-size=4';

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('the memory of the program', () => {
  const nodes = new NodeProcesses();
  let around: Surroundings;
  let node: NodeProcess;

  beforeAll(async () => {
    around = await createSurroundings();
    node = await nodes.start({ ...around.env, NODE_OPTIONS: SMALL_HEAP });
    // Everything is loaded and compiled once before the base is taken.
    around.simulator.faults.inject({ kind: 'rows', count: 3_000 }, { stage: 'results' });
    for (const operation of ['ORGANIZATION_AGGREGATES', 'ORGANIZATION_QUERY'] as const)
      await download(node.url, csvPath(await finishedId(node.url, operation)));
    around.simulator.faults.clear();
  });
  afterAll(async () => {
    await closeClients();
    await nodes.killAll();
    await around?.remove();
  });

  async function resident(): Promise<number> {
    const status = await readFile(`/proc/${node.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  /** By how much it grows above what it was before, at most, in MB. */
  async function growthDuring(work: () => Promise<unknown>): Promise<number> {
    const before = await resident();
    let most = before;
    let over = false;
    const watching = (async () => {
      while (!over) {
        most = Math.max(most, await resident());
        await delay(5);
      }
    })();
    try {
      await work();
    } finally {
      over = true;
      await watching;
    }
    return Math.round((most - before) / MB);
  }

  it.each<[UsageOperation, number]>([
    // Pages of 1,000 rows: what is held does not depend on their number.
    ['ORGANIZATION_AGGREGATES', 35],
    // One body, stored while it arrives: neither it nor its rows are ever held whole.
    ['ORGANIZATION_QUERY', 60],
  ])('grows little while 100,000 rows of %s are drained', async (operation, most) => {
    around.simulator.faults.inject({ kind: 'rows', count: ROWS }, { stage: 'results' });
    let id = '';
    const growth = await growthDuring(async () => (id = await finishedId(node.url, operation)));
    around.simulator.faults.clear();
    expect((await readPage(node.url, id, { first: 1 })).rows.totalCount).toBe(ROWS);
    expect(growth).toBeLessThan(most);
  });

  it('does not grow with an export for which the client takes its time', async () => {
    const id = await finishedId(node.url);
    await replaceRows(around.databaseUrl, id, 4 * ROWS);
    let bytes = 0;
    const growth = await growthDuring(async () => {
      bytes = await readSlowly(node.url, csvPath(id));
    });
    expect(bytes).toBeGreaterThan(70 * MB);
    expect(growth).toBeLessThan(55);
  });
});

/** Takes a piece, then none for a while, then the rest; gives the number of bytes. */
async function readSlowly(url: string, path: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${path} HTTP/1.0\r\nauthorization: Bearer demo-admin\r\n\r\n`);
  let bytes = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    if (bytes === 0) await delay(1_000);
    bytes += chunk.length;
  }
  return bytes;
}
