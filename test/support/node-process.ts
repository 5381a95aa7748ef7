/** The real program as a child process, as `npm start` runs it after the build. Only processes made here are ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../src/main.js', import.meta.url));

export interface ProcessOptions {
  /** The whole environment, but for PORT (any free one) and PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Another `main.js`, for instance that of an incomplete copy. */
  readonly program?: string;
  /** Another Node. */
  readonly node?: string;
  /** Whom to run it as; needs root. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const READY_TIMEOUT_MS = 60_000;
/** In the line that says where the doors are. */
const ADDRESS = /(http:\/\/[^/\s"]+)\/graphql /;

export class NodeProcess {
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  /** Settles when it is gone and all its output has been read. */
  readonly exit: Promise<Exit>;
  #exited = false;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    collect(child.stdout, this.stdout);
    collect(child.stderr, this.stderr);
    this.exit = once(child, 'close').then(() => {
      this.#exited = true;
      return { code: child.exitCode, signal: child.signalCode };
    });
  }

  static spawn(given: ProcessOptions = {}): NodeProcess {
    const { env = {}, program = PROGRAM, node = process.execPath, user } = given;
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const options = { ...user, env: { PATH: process.env['PATH'], PORT: '0', ...env }, stdio: [...stdio] };
    return new NodeProcess(spawn(node, [program], options));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get exited(): boolean {
    return this.#exited;
  }

  /** `http://host:port`, once the program has said so. */
  get url(): string {
    const url = this.stdout.map((line) => ADDRESS.exec(line)?.[1]).find(Boolean);
    if (url === undefined) throw new Error('the program has not said its address yet');
    return url;
  }

  /** Everything that it has said. */
  get output(): string {
    return [...this.stdout, ...this.stderr].join('\n');
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.#exited) this.#child.kill(signal);
  }

  async killed(signal: NodeJS.Signals): Promise<Exit> {
    this.kill(signal);
    return this.exit;
  }

  /** The first line on standard output that holds `text`. */
  async says(text: string): Promise<string> {
    return this.#until(`"${text}"`, () => this.stdout.find((line) => line.includes(text)));
  }

  /** Settles when `/health/ready` says so. */
  async ready(): Promise<this> {
    await this.says('/graphql ');
    await this.#until('being ready', async () => (await fetch(`${this.url}/health/ready`)).ok);
    return this;
  }

  async #until<T>(what: string, condition: () => T | Promise<T>): Promise<NonNullable<T>> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (Date.now() < deadline && !this.#exited) {
      const answer = await condition();
      if (answer) return answer;
      await delay(10);
    }
    throw new Error(`waited in vain for ${what}; the program said:\n${this.output}`);
  }
}

/** Starts programs, and ends whatever is left of them. */
export class NodeProcesses {
  readonly #started: NodeProcess[] = [];

  spawn(options?: ProcessOptions): NodeProcess {
    const started = NodeProcess.spawn(options);
    this.#started.push(started);
    return started;
  }

  /** Settles when it is ready. */
  start(env: Readonly<Record<string, string>>): Promise<NodeProcess> {
    return this.spawn({ env }).ready();
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#started.map((one) => one.killed('SIGKILL')));
  }
}

function collect(stream: Readable | null, lines: string[]): void {
  if (stream) createInterface(stream).on('line', (line) => lines.push(line));
}
