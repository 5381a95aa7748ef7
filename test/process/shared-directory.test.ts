import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Scratch, serverPid } from '../store/embedded/scratch.js';
import { NodeProcesses } from '../support/node-process.js';
import { ending, startSummary, SUCCESS } from './client.js';

const DONE = { code: 0, signal: null };

describe('programs on one DATA_DIR', () => {
  const nodes = new NodeProcesses();
  let scratch: Scratch;
  let dataDir: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    scratch = await Scratch.create();
    dataDir = scratch.dataDir('data');
    env = { DATA_DIR: dataDir, POLL_INITIAL_MS: '100', POLL_MAX_MS: '1000', POLL_CALL_COST_MS: '1' };
  });
  afterEach(async () => {
    await nodes.killAll();
    await scratch.remove();
  });

  /** Each file for the key that seals demo tokens, with the number of bytes of the key in it. */
  async function keyFiles(): Promise<Record<string, number>> {
    const directory = join(dataDir, 'simulator');
    const names = (await readdir(directory)).filter((name) => name.includes('key'));
    const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
    return Object.fromEntries(
      names.map((name, index) => [name, Buffer.from(texts[index] ?? '', 'base64').length]),
    );
  }

  it('keep what there was, from one start to the next', async () => {
    const first = await nodes.start(env);
    const id = await startSummary(first.url, 1);
    expect(await ending(first.url, id)).toEqual(SUCCESS);
    expect(await first.killed('SIGTERM')).toEqual(DONE);
    expect(await serverPid(dataDir)).toBeUndefined();
    const second = await nodes.start(env);
    expect(await ending(second.url, id)).toEqual(SUCCESS);
  });

  it('are nodes of one service: the last one to leave stops the server', async () => {
    // At the same moment on an empty directory: whoever loses a race joins the winner.
    const [one, two] = await Promise.all([nodes.start(env), nodes.start(env)]);
    const server = await serverPid(dataDir);
    expect(await keyFiles()).toEqual({ 'token-encryption.key': 32 });
    const id = await startSummary(one.url, 1);
    expect(await one.killed('SIGTERM')).toEqual(DONE);
    expect(await serverPid(dataDir)).toBe(server);
    expect(await ending(two.url, id)).toEqual(SUCCESS);
    expect(await two.killed('SIGTERM')).toEqual(DONE);
    expect(await serverPid(dataDir)).toBeUndefined();
    expect([...one.stderr, ...two.stderr]).toEqual([]);
  });
});
