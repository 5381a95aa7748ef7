/**
 * What a poll, a page of rows and a list cost while 100 to 1,000,000 executions are stored and 100 to 10,000 are
 * outstanding: the real store on one database for each size, all on one server, in interleaved rounds. Then how late a
 * node polls with 10,000 outstanding.
 *
 *     node bench/growth.ts [store | lateness]
 */
import { latenessOf } from './growth/lateness.ts';
import { compareSizes } from './growth/sizes.ts';
import { save } from './lib/results.ts';

const [only] = process.argv.slice(2);

if (only !== 'lateness') {
  const costs = await compareSizes();
  for (const { what, ms, ratio } of costs) {
    const columns = Object.entries(ms).map(([size, value]) => `${size}: ${value} ms`);
    process.stdout.write(`${what.padEnd(34)} ${columns.join(', ')}; ${JSON.stringify(ratio)}\n`);
  }
  save('growth', { costs }, {});
}
if (only !== 'store') {
  const lateness = [await latenessOf(100), await latenessOf(10_000)];
  for (const each of lateness) process.stdout.write(`${JSON.stringify(each)}\n`);
  save('lateness', { lateness }, {});
}
