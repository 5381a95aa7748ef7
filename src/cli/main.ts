#!/usr/bin/env node
/** The command line's entry: the only file of it that touches `process`. */
import { run } from './run.js';

const interruption = new AbortController();
let signals = 0;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    signals += 1;
    // The first one lets the command end what it has begun; who asks twice will not wait.
    if (signals > 1) process.exit(signal === 'SIGINT' ? 130 : 143);
    interruption.abort(signal);
  });
}
// Whoever reads us (`| head`) has enough: that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 70));
process.stderr.on('error', () => {});

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interruption.signal,
});
