import { useEffect } from 'react';
import type { Chart } from './chart-option';

/** Tells the panel what its export would save. */
export function useShown(chart: Chart | null, onChart: (chart: Chart | null) => void): void {
  useEffect(() => {
    onChart(chart);
    return () => onChart(null);
  }, [chart, onChart]);
}
