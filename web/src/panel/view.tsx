import { type ReactNode, useEffect } from 'react';
import type { Chart } from './chart-option';
import type { ChartTheme } from './theme';

export type As = 'chart' | 'table';

export interface ViewProps<Found> {
  readonly found: Found;
  readonly as: As;
  readonly onAs: (as: As) => void;
  readonly theme: ChartTheme;
  /** Called with the chart that is shown, for the export; null: none. */
  readonly onChart: (chart: Chart | null) => void;
}

/** Above what is drawn: the legend, and whether it is drawn at all. */
export function ViewBar({ as, onAs, children }: { as: As; onAs: (as: As) => void; children?: ReactNode }) {
  return (
    <div className="view-bar">
      {children}
      <div className="segments" role="group" aria-label="Show as">
        {(['chart', 'table'] as const).map((one) => (
          <button key={one} type="button" aria-pressed={as === one} onClick={() => onAs(one)}>
            {one === 'chart' ? 'Chart' : 'Table'}
          </button>
        ))}
      </div>
    </div>
  );
}

/** Tells the panel what its export would save. */
export function useShown(chart: Chart | null, onChart: (chart: Chart | null) => void): void {
  useEffect(() => {
    onChart(chart);
    return () => onChart(null);
  }, [chart, onChart]);
}
