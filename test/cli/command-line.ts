/** The built program as a person runs it: a process of its own. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const SCRIPT = '/usr/bin/script';

/** Whether a command can be given a terminal here. */
export const terminalCanBeMade = existsSync(SCRIPT) && process.platform === 'linux';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly interrupt: (signal?: NodeJS.Signals) => void;
  /** As if typed. */
  readonly type: (text: string) => void;
  readonly ended: Promise<Ended>;
}

const running = new Set<ChildProcessByStdio<Writable, Readable, Readable>>();

/** Ends what a failed test has left; belongs into `afterEach`. */
export function endCommands(): void {
  for (const child of running) child.kill('SIGKILL');
}

export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  return start(process.execPath, [PROGRAM, ...args], env);
}

/** On a terminal, whose two streams come out as one. */
export function startOnTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const command = [process.execPath, PROGRAM, ...args].map((part) => `'${part}'`).join(' ');
  return start(SCRIPT, ['--quiet', '--return', '--command', `exec ${command}`, '/dev/null'], env);
}

/** A line of shell in which `usage` is the program. */
export function startShell(line: string, env: Readonly<Record<string, string>> = {}): Running {
  const usage = `usage() { '${process.execPath}' '${PROGRAM}' "$@"; }; `;
  return start('bash', ['--norc', '-c', usage + line], env);
}

export function runCommand(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> {
  return startCommand(args, env).ended;
}

function start(file: string, args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(file, args, {
    // Nothing of the test run's own environment, which may ask for colours.
    env: { PATH: process.env['PATH'], TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { code: code as number | null, stdout, stderr };
  });
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    interrupt: (signal = 'SIGINT') => void child.kill(signal),
    type: (text) => void child.stdin.write(text),
    ended,
  };
}
