/** What a node says of itself when it was started with `OBSERVED`. */
import { readFile } from 'node:fs/promises';

import type { NodeProcess } from '../../support/node-process.js';
import { until } from '../../support/until.js';

export interface Observation {
  /** Since the last look. */
  readonly longestBlockMs: number;
  readonly residentMb: number;
}

export const OBSERVED = { NODE_OPTIONS: `--import ${new URL('./observer.js', import.meta.url).href}` };

export async function observe(node: NodeProcess): Promise<Observation> {
  const said = () => node.stdout.filter((line) => line.startsWith('observed '));
  const before = said().length;
  node.kill('SIGUSR2');
  await until('the node to tell of itself', () => said().length > before);
  return JSON.parse(said().at(-1)?.slice('observed '.length) ?? '') as Observation;
}

/** Connections that clients have with a server on this machine, as its kernel sees them. Only on Linux. */
export async function connectionsTo(url: string): Promise<number> {
  const local = `:${Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = (await readFile('/proc/net/tcp', 'latin1'))
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return lines.filter(([, address, , state]) => address?.endsWith(local) && state === '01').length;
}
