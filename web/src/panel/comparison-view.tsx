import { useMemo, useState } from 'react';
import { COUNTER_NAMES, type Counter, SHORT_NAMES } from '../usage/counters.js';
import { describeDifferences } from '../usage/describe.js';
import { toDifferences } from '../usage/differences.js';
import type { ComparisonFound } from '../usage/find-drawables.js';
import { formatNumber } from '../usage/format.js';
import { presentCounters } from '../usage/records.js';
import { MOST_BARS } from '../usage/stack.js';
import { comparisonTable } from '../usage/table.js';
import type { Chart } from './chart-option';
import { ChartView } from './chart-view';
import { DataTable } from './data-table';
import { type ViewProps, useShown } from './view';

export function ComparisonView({ found, as, theme, onChart }: ViewProps<ComparisonFound>) {
  const counters = useMemo(
    () => presentCounters(found.records.map(({ difference }) => difference)),
    [found.records],
  );
  const [chosen, setChosen] = useState<Counter>('requests');
  const counter = counters.includes(chosen) ? chosen : (counters[0] ?? 'requests');
  const differences = useMemo(() => toDifferences(found.records, counter), [found.records, counter]);
  const chart = useMemo<Chart>(
    () => ({ kind: 'differences', differences: differences.slice(0, MOST_BARS), counter }),
    [differences, counter],
  );
  const table = useMemo(() => comparisonTable(found.records, counter), [found.records, counter]);
  const empty = differences.length === 0 || counters.length === 0;
  useShown(as === 'chart' && !empty ? chart : null, onChart);

  if (empty) {
    return (
      <p className="panel-empty">
        <strong>Nothing to compare.</strong> Neither result has rows.
      </p>
    );
  }
  return (
    <>
      <div className="legend" role="group" aria-label="Metric">
        {counters.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === counter}
            title={COUNTER_NAMES[one]}
            onClick={() => setChosen(one)}
          >
            {SHORT_NAMES[one]}
          </button>
        ))}
      </div>
      {as === 'table' ? (
        <DataTable table={table} caption={`${found.title}: ${COUNTER_NAMES[counter]}`} />
      ) : (
        <ChartView
          chart={chart}
          theme={theme}
          label={`${found.title}. ${describeDifferences(differences, counter)}`}
        />
      )}
      {as === 'chart' && differences.length > MOST_BARS && (
        <p className="panel-note">
          The {MOST_BARS} largest changes of {formatNumber(differences.length)}. The table has them all.
        </p>
      )}
    </>
  );
}
