/** Where results are kept, and what they were measured with. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
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

/**
 * @param cases of any form, for what is no comparison of request rates
 * @param settings of this measurement, beside the facts
 */
export function save(name: string, cases: object, settings: object): void {
  mkdirSync(RESULTS, { recursive: true });
  const file = new URL(`${name}.json`, RESULTS);
  writeFileSync(file, `${JSON.stringify({ ...facts(), ...settings, cases }, null, 2)}\n`);
}
