/**
 * Runs what an image would run, as an engine would: process 1, an ordinary user, and nothing that can be written to.
 * Linux lets anybody have that in namespaces of their own, unless it was told not to.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { until } from '../../support/until.js';
import type { Image } from './rehearsal.js';

export interface Container {
  readonly output: () => string;
  readonly exited: () => boolean;
  /** The image's own check: its exit code. */
  health(): Promise<number | null>;
  /** Asks it to stop as an engine does; gives its exit code, null when it had to be killed. */
  stop(graceMs: number): Promise<number | null>;
}

/**
 * In the words of util-linux: everything is mounted once more, read-only, and becomes the root; the program is the image's user
 * there. By `pivot_root`, since nobody may make a user namespace in a `chroot`.
 */
const ENTER = `mount --rbind / "$VIEW" && mount -o remount,ro,bind "$VIEW" && cd "$VIEW" &&
  pivot_root . . && umount -l . && cd "$3" && exec unshare --user --map-user="$1" --map-group="$2" "\${@:4}"`;
const NAMESPACES = ['--user', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child'];

/** Null, or why not. */
export function whyNoNamespaces(): string | null {
  const { status, stderr, error } = spawnSync('unshare', [...NAMESPACES, 'true'], {
    encoding: 'utf8',
  });
  return status === 0 ? null : (error?.message ?? stderr.trim());
}

export async function startContainer(
  image: Image,
  scratch: string,
  env: Readonly<Record<string, string>>,
): Promise<Container> {
  const view = join(scratch, 'view');
  await mkdir(view, { recursive: true });
  const all = { ...Object.fromEntries(image.env), ...env };
  const [uid = '', gid = uid] = image.user.split(':');
  const workdir = join(image.root, image.workdir);
  const command = withNode(image.entrypoint);
  const child = spawn(
    'unshare',
    [...NAMESPACES, 'bash', '-c', ENTER, 'bash', uid, gid, workdir, ...command],
    {
      env: { PATH: process.env['PATH'], ...all, VIEW: view },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    output: () => output,
    exited: () => child.exitCode !== null,
    async health() {
      const [node = '', ...rest] = withNode(image.healthcheck);
      const [code] = (await once(spawn(node, rest, { env: all }), 'exit')) as [number | null];
      return code;
    },
    stop: (graceMs) => stop(child, graceMs),
  };
}

/** What a base image has on its PATH. */
function withNode([program, ...rest]: readonly string[]): string[] {
  if (program !== 'node') throw new Error(`${program} is not rehearsed`);
  return [process.execPath, ...rest];
}

async function stop(child: ChildProcess, graceMs: number): Promise<number | null> {
  const exit = once(child, 'exit') as Promise<[number | null]>;
  // `unshare` itself keeps signals for itself: process 1 is its child.
  const first = Number(await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'));
  process.kill(first, 'SIGTERM');
  const [code] = await Promise.race([exit, delay(graceMs, [null] as [null], { ref: false })]);
  if (code === null) child.kill('SIGKILL');
  return code;
}

/** Waits for the image's own health check to pass. */
export async function healthy(container: Container): Promise<void> {
  const passes = async () => {
    if (container.exited()) throw new Error('the program has ended');
    return (await container.health()) === 0;
  };
  await until('the health check to pass', passes, 60_000).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${container.output()}`, { cause: error });
  });
}
