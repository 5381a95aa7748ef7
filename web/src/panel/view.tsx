import { useEffect } from 'react';
import type { Chart } from './chart-option';
import { Segments } from './segments';
import type { ChartTheme } from './theme';

export type As = 'chart' | 'table';

export interface ViewProps<Found> {
  readonly found: Found;
  readonly as: As;
  readonly theme: ChartTheme;
  /** Called with the chart that is shown, for the export; null: none. */
  readonly onChart: (chart: Chart | null) => void;
}

const WAYS = [
  { key: 'chart', name: 'Chart', icon: <path d="M2 14h12M4 14V8M8 14V3M12 14v-4" /> },
  { key: 'table', name: 'Table', icon: <path d="M2 3h12v10H2zM2 6.5h12M2 10h12M6.5 6.5V13" /> },
] as const;

export function AsButtons({ as, onChoose }: { as: As; onChoose: (as: As) => void }) {
  return <Segments label="Show as" options={WAYS} chosen={as} onChoose={onChoose} />;
}

/** Tells the panel what its export would save. */
export function useShown(chart: Chart | null, onChart: (chart: Chart | null) => void): void {
  useEffect(() => {
    onChart(chart);
    return () => onChart(null);
  }, [chart, onChart]);
}
