/** What was measured, for whoever reads the output of the long variant. */
import { LONG } from './variant.js';

export function tell(what: string, figures: Readonly<Record<string, unknown>>): void {
  if (LONG) process.stdout.write(`${what}: ${JSON.stringify(figures)}\n`);
}
