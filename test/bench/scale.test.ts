import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Programs of bench/ run as they are: Node takes the types out. Rejects, with what they said, when they fail. */
function run(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const argv = ['--disable-warning=ExperimentalWarning', ...args];
  return promisify(execFile)(process.execPath, argv, { cwd: ROOT });
}

describe('the simulation of many nodes', () => {
  it('holds its own tests: queues with known answers, nobody lost', async () => {
    expect((await run('--test', 'bench/scale/scale.test.ts')).stdout).toContain('pass 12');
  }, 120_000);

  it('and the measurements say what docs/scaling.md says', async () => {
    expect(await run('bench/scale/tables.ts', '--check')).toEqual({ stdout: '', stderr: '' });
  }, 60_000);
});
