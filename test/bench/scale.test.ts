import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Programs of bench/ run as they are: Node takes the types out. */
function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...args],
    { cwd: ROOT, encoding: 'utf8' },
  );
  return { status, said: stdout + stderr };
}

describe('the simulation of many nodes', () => {
  it('holds its own tests: queues with known answers, nobody lost', () => {
    const { status, said } = run('--test', 'bench/scale/scale.test.ts');
    expect(said).toContain('pass 11');
    expect(status).toBe(0);
  }, 120_000);

  it('and the measurements say what docs/scaling.md says', () => {
    expect(run('bench/scale/tables.ts', '--check')).toEqual({ status: 0, said: '' });
  }, 60_000);
});
