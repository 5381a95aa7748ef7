/**
 * A network of its own for one program (`half-open-program.ts`), in which packets can be lost: what a proxy can not do,
 * since the kernel acknowledges to the server whatever the proxy swallows.
 */
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface Gauges {
  readonly eventStreams: number;
  readonly listeners: number;
}

export interface HalfOpenReport {
  /** Ten streams whose clients will be lost, and one more. */
  readonly before: Gauges;
  /** Two keepalives later, nothing having been lost. */
  readonly withoutLoss: Gauges;
  readonly after: Gauges;
  readonly givenUpMs: number;
}

const PROGRAM = fileURLToPath(new URL('./half-open-program.js', import.meta.url));
const MINUTE_MS = 60_000;

/** It needs Linux and the rights of root; an ordinary container has them not. */
export function networkCanBeMade(): boolean {
  return (
    process.getuid?.() === 0 && spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0
  );
}

export async function runInNetwork(options: { readonly keepAliveMs: number }): Promise<HalfOpenReport> {
  const args = ['--net', process.execPath, PROGRAM, JSON.stringify(options)];
  const { stdout } = await promisify(execFile)('unshare', args, { timeout: 2 * MINUTE_MS });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as HalfOpenReport;
}
