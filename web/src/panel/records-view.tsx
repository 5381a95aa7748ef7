import { useMemo, useState } from 'react';
import { type Part, partName } from '../usage/counters.js';
import { describeStack } from '../usage/describe.js';
import type { RecordsFound } from '../usage/find-drawables.js';
import { formatNumber, formatShort } from '../usage/format.js';
import { type Stack, largest, MOST_BARS, onlyParts, partsInFront, toStack } from '../usage/stack.js';
import { recordsTable } from '../usage/table.js';
import { type Chart, layerTotal } from './chart-option';
import { ChartView } from './chart-view';
import { DataTable } from './data-table';
import type { ChartTheme } from './theme';
import { type ViewProps, useShown } from './view';

export function RecordsView({ found, as, theme, onChart }: ViewProps<RecordsFound>) {
  const stack = useMemo(() => toStack(found.records), [found.records]);
  const [chosen, setChosen] = useState<ReadonlySet<Part> | null>(null);
  const parts = chosen ?? new Set(partsInFront(stack));
  const shownParts = stack.layers.filter(({ part }) => parts.has(part)).map(({ part }) => part);
  const inView = useMemo(() => visible(stack, shownParts), [stack, shownParts.join()]);
  const chart = useMemo<Chart>(() => ({ kind: 'stack', stack: inView }), [inView]);
  const drawable = stack.layers.length > 0;
  useShown(as === 'chart' && drawable ? chart : null, onChart);
  const table = useMemo(() => recordsTable(found.records), [found.records]);

  if (found.records.length === 0) return <Empty />;
  if (as === 'table' || !drawable) {
    return (
      <>
        <DataTable table={table} caption={`${found.title}, ${formatNumber(table.rows.length)} rows`} />
        <PageNote found={found} />
      </>
    );
  }
  const toggle = (part: Part): void => {
    const next = new Set(parts);
    if (!next.delete(part)) next.add(part);
    if (next.size > 0) setChosen(next); // The last one stays: nothing would be no chart.
  };
  return (
    <>
      <Legend stack={stack} shown={parts} theme={theme} onToggle={toggle} />
      <ChartView chart={chart} theme={theme} label={`${found.title}: ${describeStack(inView)}`} />
      {stack.period === null && stack.categories.length > MOST_BARS && (
        <p className="panel-note">
          The {MOST_BARS} largest of {formatNumber(stack.categories.length)}. The table has them all.
        </p>
      )}
      <PageNote found={found} />
    </>
  );
}

function visible(stack: Stack, parts: readonly Part[]): Stack {
  const shown = onlyParts(stack, new Set(parts));
  return stack.period === null ? largest(shown, MOST_BARS) : shown;
}

interface LegendProps {
  stack: Stack;
  shown: ReadonlySet<Part>;
  theme: ChartTheme;
  onToggle: (part: Part) => void;
}

/** Also switches parts off, so that little ones can be seen without the large one below them. */
function Legend({ stack, shown, theme, onToggle }: LegendProps) {
  const present = stack.layers.map(({ part }) => part);
  return (
    <div className="legend" role="group" aria-label="Shown in the chart">
      {stack.layers.map((layer) => (
        <button
          key={layer.part}
          type="button"
          aria-pressed={shown.has(layer.part)}
          title={`${formatNumber(layerTotal(layer))} in all`}
          onClick={() => onToggle(layer.part)}
        >
          <i className="swatch" style={{ background: theme.parts[layer.part] }} />
          {partName(layer.part, present)} <b>{formatShort(layerTotal(layer))}</b>
        </button>
      ))}
    </div>
  );
}

function Empty() {
  return (
    <p className="panel-empty">
      <strong>Nothing here.</strong> The execution has no rows that fit, or is not done yet.
    </p>
  );
}

/** A page is not the whole, and a chart of it could be taken for that. */
function PageNote({ found: { records, totalCount, more } }: { found: RecordsFound }) {
  if (!more) return null;
  const shown = formatNumber(records.length);
  return (
    <p className="panel-note">
      {totalCount === null ? `A page of ${shown} rows` : `${shown} of ${formatNumber(totalCount)} rows`}; with{' '}
      <code>groups</code> all of them are added up.
    </p>
  );
}
