/**
 * A PostgreSQL that one test may crash: the embedded one in a directory of its own, restarted with the command line
 * with which it was started, so that its address stays.
 */
import { spawn } from 'node:child_process';
import { readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { isAlive } from '../../../src/store/embedded/processes.js';
import { query, Scratch, serverPid } from '../../store/embedded/scratch.js';
import { until } from '../../support/until.js';

export interface OwnPostgres {
  readonly url: string;
  /** Every process of the server ends at once, without a word to anybody and with nothing written back. */
  crash(): Promise<void>;
  /** Settles when it takes connections again. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

/** Only where the command line of a process can be read. */
export const onLinux = process.platform === 'linux';

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const scratch = await Scratch.create();
  const dataDir = scratch.dataDir('data');
  const { url } = await scratch.start(dataDir);
  let pid = (await serverPid(dataDir)) ?? 0;
  const [program, ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
  const data = await realDirectory(dataDir);
  const { uid, gid } = await stat(data);
  const user = process.getuid?.() === 0 ? { uid, gid } : {};
  return {
    url,
    async crash() {
      process.kill(pid, 'SIGQUIT');
      await until('PostgreSQL to be gone', () => !isAlive(pid) || isZombie(pid), 30_000);
    },
    async restart() {
      const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
      const child = spawn(program ?? '', args, { ...user, env, cwd: data, detached: true, stdio: 'ignore' });
      child.unref();
      pid = child.pid ?? 0;
      const answers = () => query(url, 'SELECT 1').catch(() => null);
      await until('PostgreSQL to be back', answers, 60_000);
    },
    remove: () => scratch.remove(),
  };
}

async function realDirectory(dataDir: string): Promise<string> {
  const link = join(dataDir, 'postgres');
  const home = await readlink(link).catch(() => link);
  return join(home, 'data');
}

/** The first one is a child of this process's embedded server, which reads its end later. */
async function isZombie(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return /\) Z/.test(status);
}
