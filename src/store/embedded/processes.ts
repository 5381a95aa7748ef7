import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { StartupError } from '../../lib/startup-error.js';
import { errorCode } from '../../lib/file-error.js';
import type { ServerUser } from './server-user.js';

/**
 * The whole environment of PostgreSQL's programs. They get none of ours: PGOPTIONS or PGDATA of a developer's
 * shell must not change the server, and messages and sorting must not depend on the machine.
 */
export const PROGRAM_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

const runFile = promisify(execFile);

/** Whether some process has this pid. A zombie counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/**
 * Whether a process is the PostgreSQL server of this data directory: pids are reused, and after a power
 * failure the pid in a stale postmaster.pid may well be that of something else.
 */
export async function isServerOf(pid: number, dataDirectory: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  // Windows has nothing cheap to ask. PostgreSQL itself does not rely on pids there.
  if (process.platform === 'win32') return true;
  if (process.platform !== 'linux') return (await commandLine(pid)).includes(dataDirectory);
  const [words, cwd] = await Promise.all([
    readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
  ]);
  // The working directory is hidden from root in a container; a server started by hand may have a relative -D.
  return words.split('\0').includes(dataDirectory) || (cwd === dataDirectory && words.includes('postgres'));
}

async function commandLine(pid: number): Promise<string> {
  try {
    return (await runFile('ps', ['-ww', '-o', 'command=', '-p', String(pid)])).stdout;
  } catch {
    return '';
  }
}

/** How one of PostgreSQL's programs is run. */
export interface ProgramOptions {
  readonly user: ServerUser | undefined;
  readonly cwd: string;
}

/**
 * Spawns one of PostgreSQL's programs in a session of its own: a Ctrl-C ends us in order, and not them.
 *
 * @param onError Gets a StartupError when the program cannot be run.
 */
export function spawnProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions & { stdio: StdioOptions },
  onError: (error: StartupError) => void,
): ChildProcess | undefined {
  const { user, ...rest } = options;
  try {
    const child = spawn(file, args, {
      ...rest,
      ...user,
      env: PROGRAM_ENVIRONMENT,
      detached: true,
      windowsHide: true,
    });
    return child.once('error', (error) => onError(cannotRun(file, error)));
  } catch (error) {
    // A container may deny even root the change of user; Node throws that instead of emitting it.
    onError(cannotRun(file, error));
    return undefined;
  }
}

/**
 * Runs one of PostgreSQL's programs to its end.
 *
 * @throws StartupError with the most telling line of its stderr when it fails or takes longer than `timeoutMs`.
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions & { timeoutMs: number },
): Promise<void> {
  const { timeoutMs, ...rest } = options;
  let output = '';
  const outcome = await new Promise<number | string>((resolve, reject) => {
    const child = spawnProgram(file, args, { ...rest, stdio: ['ignore', 'ignore', 'pipe'] }, reject);
    const timer = setTimeout(() => child?.kill('SIGKILL'), timeoutMs);
    child?.stderr?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-8_000)));
    child?.once('close', (status, signal) => {
      clearTimeout(timer);
      resolve(status ?? signal ?? 'unknown');
    });
    if (!child) clearTimeout(timer);
  });
  if (outcome !== 0) {
    throw new StartupError(
      `${file} failed (${outcome}): ${telling(output)}. Set DATA_DIR to another directory, or DATABASE_URL.`,
    );
  }
}

function cannotRun(file: string, error: unknown): StartupError {
  const musl = errorCode(error) === 'ENOENT' ? ' (the binaries need glibc, which Alpine Linux lacks)' : '';
  return new StartupError(
    `Cannot run the embedded PostgreSQL: ${file}: ${String(error)}${musl}. Set DATABASE_URL to a PostgreSQL server.`,
    { cause: error },
  );
}

/**
 * The line of PostgreSQL's output that says why it gave up: an error, not the farewell after it. On a full disk
 * other errors follow from the first one.
 */
export function telling(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /\b(?:FATAL|PANIC|[Ee]rror)\b/.test(line));
  const fullDisk = lines.find((line) => line.includes('No space left on device'));
  return (fullDisk ?? errors.at(-1) ?? lines.at(-1))?.trim() ?? 'it said nothing';
}
