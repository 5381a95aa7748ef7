/** Runs the programs in examples/ as a reader would, against a server of the test. Only processes made here are ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { until } from '../../support/until.js';

export interface RunningExample {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Settles when the text has been said on standard error. */
  says(text: string | RegExp): Promise<void>;
  /** Its exit code; null when it was killed. */
  readonly exited: Promise<number | null>;
}

export interface ExampleOptions {
  readonly server: string;
  readonly interval?: string;
  readonly token?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** As in docs/clients/: the command is `node examples/…`, or the script itself. */
export const EXAMPLES = [
  'graphql-ws.ts',
  'graphql-sse.ts',
  'urql.ts',
  'apollo-client/main.ts',
  'curl-sse.sh',
  'ci-report.ts',
] as const;
export type Example = (typeof EXAMPLES)[number];
/** Those that subscribe. */
export const SUBSCRIBERS = EXAMPLES.filter((example) => example !== 'ci-report.ts');

export const EXAMPLES_FOLDER = fileURLToPath(new URL('../../../../examples/', import.meta.url));
/** A second on a quiet machine; other test runs may share it. */
const SAYS_DEADLINE_MS = 60_000;

const started = new Set<{ kill: () => void; exited: Promise<unknown> }>();

export function runExample(example: Example, options: ExampleOptions): RunningExample {
  const { server, interval = dayRange(7, 1), token = 'demo-admin', env = {} } = options;
  const file = join(EXAMPLES_FOLDER, example);
  const [command, ...first] = example.endsWith('.sh') ? [file] : [process.execPath, file];
  const child = spawn(command ?? '', [...first, interval], {
    // The scripts call `node`: it has to be this one.
    env: {
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      USAGE_SERVER: server,
      USAGE_TOKEN: token,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const entry = { kill: () => child.kill('SIGKILL'), exited };
  started.add(entry);
  void exited.finally(() => started.delete(entry));
  const hasSaid = (text: string | RegExp) =>
    typeof text === 'string' ? stderr.includes(text) : text.test(stderr);
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    async says(text) {
      let over = false;
      void exited.then(() => (over = true));
      await until(`"${text}" from ${example}`, () => hasSaid(text) || over, SAYS_DEADLINE_MS);
      if (!hasSaid(text)) throw new Error(`${example} has ended without "${text}":\n${stdout}${stderr}`);
    },
    exited,
  };
}

/** Ends what a failed test has left behind. */
export async function endExamples(): Promise<void> {
  const left = [...started];
  for (const { kill } of left) kill();
  await Promise.all(left.map(({ exited }) => exited));
}

/** Whole days that lie so many days back. */
export function dayRange(from: number, to: number): string {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
  return `${daysAgo(from)}/${daysAgo(to)}`;
}
