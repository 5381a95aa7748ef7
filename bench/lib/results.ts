/** Where results are kept, and what they were measured with. */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

export const RESULTS = new URL('../results/', import.meta.url);

export function facts() {
  return {
    date: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim(),
    node: process.version,
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  };
}
