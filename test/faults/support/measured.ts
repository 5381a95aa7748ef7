/** Figures for whoever runs the long variants; the short ones say nothing. */
import { readFile } from 'node:fs/promises';

import { LONG } from './variant.js';

export function measured(what: string, figures: Readonly<Record<string, unknown>>): void {
  if (LONG) process.stdout.write(`measured: ${what}: ${JSON.stringify(figures)}\n`);
}

/** Memory of a process in megabytes: now, and at its highest. */
export async function memoryOf(pid: number): Promise<{ readonly rssMb: number; readonly peakMb: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { rssMb: mb('VmRSS'), peakMb: mb('VmHWM') };
}
