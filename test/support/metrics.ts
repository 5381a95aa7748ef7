/** `/metrics` as Prometheus reads it. */
import { setTimeout as delay } from 'node:timers/promises';

import { until } from './until.js';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Scrape {
  readonly text: string;
  readonly samples: readonly Sample[];
  /** The sum over all series with at least these labels; null when there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | null;
  /** Every series of the service itself, without its value. */
  readonly series: readonly string[];
}

/** Throws for anything but 200. */
export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`);
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
  return readMetrics(await response.text());
}

/**
 * Until what is scraped is so. Prometheus does not ask every few milliseconds either. Where the machine is busy, figures
 * of the database are ten seconds old: tests that wait for several of them need more than the usual time.
 */
export function untilMetrics(url: string, what: string, holds: (metrics: Scrape) => boolean): Promise<void> {
  return until(
    what,
    async () => {
      const isSo = holds(await scrape(url));
      if (!isSo) await delay(50);
      return isSo;
    },
    60_000,
  );
}

export function readMetrics(text: string): Scrape {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const samples = lines.map(readSample);
  return {
    text,
    samples,
    series: lines
      .filter((line) => line.startsWith('usage_graphql_'))
      .map((line) => line.slice(0, line.lastIndexOf(' '))),
    value(name, labels = {}) {
      const found = samples.filter(
        (sample) =>
          sample.name === name &&
          Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0);
    },
  };
}

/** `name{label="value",…} number` */
function readSample(line: string): Sample {
  const parts = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/i.exec(line);
  if (!parts) throw new Error(`not a line of metrics: ${line}`);
  const [, name = '', inside = '', value = ''] = parts;
  const labels = [...inside.matchAll(/([a-z_][a-z0-9_]*)="([^"]*)"/gi)].map(
    ([, label = '', is = '']) => [label, is] as const,
  );
  return { name, labels: Object.fromEntries(labels), value: value === '+Inf' ? Infinity : Number(value) };
}
