/**
 * With a database and an upstream elsewhere the program writes nothing and starts no process, which is what a read-only root
 * file system and a process 1 without children rest on. Node itself refuses both here: its permission model allows what is
 * named, and reading alone is.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { afterEach, beforeEach, expect, it } from '@jest/globals';

import { ending, startQuery, SUCCESS } from '../process/client.js';
import { createSurroundings, type Surroundings } from '../process/environment.js';
import { type NodeProcess, NodeProcesses, PROGRAM } from '../support/node-process.js';

const READ_ALONE = '--permission --allow-fs-read=*';

/** Node starts slower with it, and the machine may be busy. */
const SLOW_MS = 120_000;

const nodes = new NodeProcesses();
let around: Surroundings;

beforeEach(async () => {
  around = await createSurroundings();
});
afterEach(async () => {
  await nodes.killAll();
  await around.remove();
});

const started = (env: Readonly<Record<string, string>>): Promise<NodeProcess> =>
  nodes.start({ ...env, NODE_OPTIONS: READ_ALONE, NODE_ENV: 'production' });

it(
  'runs a query and stops where it may write nothing and start no process',
  async () => {
    const node = await started(around.env);
    expect(await ending(node.url, await startQuery(node.url, 1))).toEqual(SUCCESS);
    expect(await node.killed('SIGTERM')).toEqual({ code: 0, signal: null });
  },
  SLOW_MS,
);

it(
  'would be noticed if it wrote: the simulated upstream does, and can not start so',
  async () => {
    const { DATABASE_URL = '' } = around.env;
    const child = spawn(process.execPath, [PROGRAM], {
      env: { DATABASE_URL, PORT: '0', NODE_OPTIONS: READ_ALONE },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, stderr]).toEqual([1, expect.stringContaining('--allow-fs-write')]);
  },
  SLOW_MS,
);
