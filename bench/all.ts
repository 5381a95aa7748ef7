/** Every benchmark, one after the other, each in a process of its own. */
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
  'capacity.ts',
  'scale/run.ts',
  'scale/tables.ts',
  'poll-simulation/run.ts',
];

for (const name of ALL) {
  process.stdout.write(`\n# ${name}\n`);
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) process.exitCode = 1;
}
