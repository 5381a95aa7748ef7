import type { EChartsType } from 'echarts/core';
import { useEffect, useRef, useState } from 'react';
import { type Chart, chartHeight, chartOption } from './chart-option';
import type { ChartTheme } from './theme';

/** One picture with one description: what it is made of can be read in the table. */
export function ChartView({ chart, theme, label }: { chart: Chart; theme: ChartTheme; label: string }) {
  const host = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<EChartsType | null>(null);
  const [failed, setFailed] = useState(false);
  const height = chartHeight(chart);

  useEffect(() => {
    let instance: EChartsType | null = null;
    let gone = false;
    const begin = async (): Promise<void> => {
      const { init } = await import('./echarts');
      if (gone || !host.current) return;
      instance = init(host.current, null, { renderer: 'svg' });
      setDrawn(instance);
    };
    begin().catch(() => setFailed(true));
    return () => {
      gone = true;
      instance?.dispose();
    };
  }, []);

  useEffect(() => {
    if (!drawn || !host.current) return;
    let width = 0;
    const draw = (): void => {
      drawn.resize();
      if (drawn.getWidth() !== width) {
        width = drawn.getWidth();
        drawn.setOption(chartOption(chart, theme, { width }), { notMerge: true });
      }
    };
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(host.current);
    return () => observer.disconnect();
  }, [drawn, chart, theme]);

  if (failed) return <p className="panel-note">The charts could not be loaded. The table shows the same.</p>;
  return (
    <div
      ref={host}
      className="chart"
      role="img"
      aria-label={label}
      data-drawn={drawn !== null}
      style={height === null ? undefined : { flex: 'none', height }}
    />
  );
}
