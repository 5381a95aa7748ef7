/** A chart in one or two sentences, for those who do not see it. */
import { type Counter, COUNTER_NAMES, partName, sum } from './counters.js';
import type { Difference } from './differences.js';
import { formatFullPeriod, formatNumber, formatShare, formatSigned } from './format.js';
import { type Stack, sizeAt } from './stack.js';

export function describeStack(stack: Stack): string {
  const { categories, layers, period } = stack;
  if (categories.length === 0) return 'Nothing to draw.';
  const present = layers.map(({ part }) => part);
  const total = sum(categories.map((_, index) => sizeAt(stack, index))) ?? 0;
  const parts = layers.map(({ part, values }) => {
    const size = sum(values) ?? 0;
    const share = total > 0 && layers.length > 1 ? ` (${formatShare(size / total)})` : '';
    return `${partName(part, present)} ${formatNumber(size)}${share}`;
  });
  const peak = categories.reduce((best, _, at) => (sizeAt(stack, at) > sizeAt(stack, best) ? at : best), 0);
  const name = (at: number): string => nameAt(stack, at);
  const where =
    period === null
      ? `${formatNumber(categories.length)} ${categories.length === 1 ? 'bar' : 'bars'}`
      : `${name(0)} to ${name(categories.length - 1)}`;
  return `${where}. ${parts.join(', ')}. Highest: ${name(peak)} with ${formatNumber(sizeAt(stack, peak))}.`;
}

export function describeDifferences(differences: readonly Difference[], counter: Counter): string {
  const [largest] = differences;
  if (!largest) return 'Nothing to compare.';
  const up = differences.filter(({ difference }) => difference > 0).length;
  const down = differences.filter(({ difference }) => difference < 0).length;
  return (
    `${COUNTER_NAMES[counter]}: ${up} more, ${down} fewer. ` +
    `Largest change: ${largest.name}, ${formatSigned(largest.difference)} ` +
    `(${formatNumber(largest.baseline)} before, ${formatNumber(largest.current)} after).`
  );
}

function nameAt({ categories, period }: Stack, index: number): string {
  const category = categories[index] ?? '';
  return period === null ? category : formatFullPeriod(category, period);
}
