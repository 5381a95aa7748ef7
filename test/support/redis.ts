/** A Redis that one test may kill and stall, on a port and in a directory of its own; where there is a server at all. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

import { freePort } from './free-port.js';

export interface TestRedis {
  readonly url: string;
  /** It ends at once, without a word to anybody. */
  kill(): Promise<void>;
  /** Settles when it takes connections again, at the same address. */
  restart(): Promise<void>;
  /** It keeps its connections, and does nothing any more until `resume`. */
  stall(): void;
  resume(): void;
  stop(): Promise<void>;
}

const PROGRAM =
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'))
    .find((path) => existsSync(path)) ?? null;

export const redisIsHere = PROGRAM !== null;
if (!redisIsHere) console.info('tests with Redis are skipped: there is no redis-server on the PATH');

/** Of what another program may take between the choice of a port and its use. */
const TRIES = 5;

export async function startRedis(options: { readonly password?: string } = {}): Promise<TestRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'usage-graphql-redis-'));
  const secret = options.password === undefined ? [] : ['--requirepass', options.password];
  let server: { readonly child: ChildProcess; readonly port: number } | null = null;
  for (let i = 0; i < TRIES && !server; i += 1) server = await launch(await freePort(), directory, secret);
  if (!server) throw new Error('Redis could not be started');
  const { port } = server;
  let { child } = server;
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    url: `redis://${options.password === undefined ? '' : `:${options.password}@`}127.0.0.1:${port}`,
    kill,
    async restart() {
      await kill();
      const again = await launch(port, directory, secret);
      if (!again) throw new Error('Redis could not be started again');
      ({ child } = again);
    },
    stall: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async stop() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Null when it could not listen there. */
async function launch(port: number, directory: string, more: readonly string[]) {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', ...more];
  const child = spawn(PROGRAM ?? '', args, { stdio: ['ignore', 'pipe', 'ignore'], env: {} });
  const gone = once(child, 'exit').then(() => false);
  const ready = new Promise<boolean>((resolve) => {
    createInterface(child.stdout).on('line', (line) => line.includes('Ready to accept') && resolve(true));
  });
  return (await Promise.race([ready, gone])) ? { child, port } : null;
}
