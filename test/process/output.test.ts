import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ViewerInfo } from '../documents/usage.graphql.js';
import { Scratch } from '../store/embedded/scratch.js';
import { type NodeProcess, NodeProcesses } from '../support/node-process.js';
import { ask, DEMO_TOKEN, ending, startQuery, startSummary, SUCCESS } from './client.js';
import { createSurroundings, type Surroundings } from './environment.js';

const WRONG_TOKEN = 'a-token-that-nobody-knows';

describe('what the program says', () => {
  const nodes = new NodeProcesses();
  let scratch: Scratch;
  let around: Surroundings;

  beforeEach(async () => {
    scratch = await Scratch.create();
    around = await createSurroundings();
  });
  afterEach(async () => {
    await nodes.killAll();
    await around.remove();
    await scratch.remove();
  });

  /** Whether a line, whichever it is, has one of the tokens. */
  const linesWith = (node: NodeProcess, ...tokens: string[]) =>
    [...node.stdout, ...node.stderr].filter((line) => tokens.some((token) => line.includes(token)));

  it('has no token in it, whatever goes wrong, at the finest log level', async () => {
    const { faults, tokens } = around.simulator;
    const node = await nodes.start({ ...around.env, LOG_LEVEL: 'trace' });
    const good = tokens.issue();
    expect(await ending(node.url, await startQuery(node.url, 1, good), good)).toEqual(SUCCESS);
    await expect(ask(node.url, ViewerInfo, {}, WRONG_TOKEN)).rejects.toThrow('UNAUTHENTICATED');
    faults.inject({ kind: 'status', status: 500 }, { stage: 'results', times: 2 });
    faults.inject({ kind: 'html' }, { stage: 'directory', times: 1 });
    const lost = tokens.issue();
    await ask(node.url, ViewerInfo, {}, lost).catch(() => {});
    expect(await ending(node.url, await startQuery(node.url, 2, good), good)).toEqual(SUCCESS);
    faults.inject({ kind: 'revoke-token' }, { stage: 'results', times: 1 });
    const doomed = await ending(node.url, await startQuery(node.url, 3, good), good).catch(() => null);
    expect(doomed?.status).not.toBe('SUCCEEDED');
    await fetch(`${node.url}/graphql?authorization=${WRONG_TOKEN}`);
    await node.killed('SIGTERM');
    expect(node.stdout.length).toBeGreaterThan(5);
    expect(linesWith(node, good, lost, WRONG_TOKEN)).toEqual([]);
  });

  it('names the demo tokens once, where it says that the data is simulated', async () => {
    const node = await nodes.start({ DATA_DIR: scratch.dataDir('data'), LOG_LEVEL: 'info' });
    await ending(node.url, await startSummary(node.url, 1));
    await node.killed('SIGTERM');
    expect(linesWith(node, DEMO_TOKEN)).toEqual([expect.stringContaining('SIMULATED DATA')]);
    expect(node.output).not.toContain('postgres://');
  });
});
