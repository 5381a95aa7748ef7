/**
 * Every benchmark, one after the other, each in a process of its own; or those that are named.
 *
 *     node bench/all.ts [load page …]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ALL = [
  'page.ts',
  'small.ts',
  'fan-out.ts',
  'big-results.ts',
  'start.ts',
  'budget.ts',
  'growth.ts',
  'pubsub.ts',
  'capacity.ts',
  'scale/run.ts',
  'scale/tables.ts',
  'poll-simulation/run.ts',
  'load.ts',
];
/** It takes an hour. */
const WHEN_NAMED = ['soak.ts'];

const named = process.argv.slice(2).map((name) => (name.endsWith('.ts') ? name : `${name}.ts`));
const unknown = named.filter((name) => ![...ALL, ...WHEN_NAMED].includes(name));
if (unknown.length > 0) throw new Error(`there is no benchmark ${unknown.join(', ')}`);

for (const name of named.length > 0 ? named : ALL) {
  process.stdout.write(`\n# ${name}\n`);
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) process.exitCode = 1;
}
