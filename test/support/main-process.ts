/** The program in a process of its own, as `npm start` runs it, for what only a whole process shows. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface MainProcess {
  readonly url: string;
  /** All that was printed to standard error so far. */
  readonly stderr: () => string;
  /** Ends it as a service manager does; gives its exit code. */
  stop(): Promise<number | null>;
}

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** Starts it with these variables alone and waits until it says where it listens. */
export async function startMain(env: Readonly<Record<string, string>>): Promise<MainProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  for await (const line of createInterface(child.stdout)) {
    const url = /(http:\/\/[\d.:]+)\/graphql /.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      stderr: () => stderr,
      async stop() {
        child.kill('SIGTERM');
        return (await exited)[0];
      },
    };
  }
  throw new Error(`ended before it listened: ${stderr}`);
}
