import { type RefObject, useEffect, useRef, useState } from 'react';

import { compact, full, niceMaximum, shortDay } from './numbers';

export interface Day {
  day: string;
  requests: number;
  failed: number;
  throttled: number;
}
export interface Series {
  field: 'requests' | 'failed' | 'throttled';
  name: string;
  color: string;
}
interface ChartProps {
  title: string;
  days: Day[];
  /** From the bottom of the stack to its top. */
  series: Series[];
}

const HEIGHT = 220;
const MARGIN = { top: 12, right: 4, bottom: 26, left: 44 };
/** Room for a date below the axis. */
const LABEL_WIDTH = 56;

/** Stacked bars, one for each day, as plain SVG; the same numbers as a table for those who can not see it. */
export function DailyChart({ title, days, series }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  return (
    <section className="card">
      <div className="heading">
        <h2>{title}</h2>
        {series.length > 1 && <Legend series={series} />}
      </div>
      <div ref={box}>{width > 0 && <Bars title={title} days={days} series={series} width={width} />}</div>
      <Table days={days} series={series} />
    </section>
  );
}

function Bars({ title, days, series, width }: ChartProps & { width: number }) {
  const maximum = niceMaximum(Math.max(...days.map((day) => sumOf(day, series))));
  const step = (width - MARGIN.left - MARGIN.right) / days.length;
  const bar = Math.min(32, Math.max(1, step * 0.72));
  const top = (value: number) =>
    HEIGHT - MARGIN.bottom - (value / maximum) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const middle = (index: number) => MARGIN.left + (index + 0.5) * step;
  const labelEvery = Math.ceil(LABEL_WIDTH / step);
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={summary(title, days, series)}>
      {[0, 1, 2, 3, 4].map((line) => (
        <g key={line} className="axis">
          <line
            x1={MARGIN.left}
            x2={width - MARGIN.right}
            y1={top((maximum * line) / 4)}
            y2={top((maximum * line) / 4)}
          />
          <text x={MARGIN.left - 8} y={top((maximum * line) / 4)} dy="0.32em" textAnchor="end">
            {compact((maximum * line) / 4)}
          </text>
        </g>
      ))}
      {days.map((day, index) => (
        <g key={day.day} className="bar">
          <rect
            className="hover"
            x={middle(index) - step / 2}
            y={MARGIN.top}
            width={step}
            height={HEIGHT - MARGIN.top - MARGIN.bottom}
          />
          {series.map(({ field, color }, above) => {
            const below = sumOf(day, series.slice(0, above));
            const from = top(below + day[field]);
            return (
              <rect
                key={field}
                x={middle(index) - bar / 2}
                y={from}
                width={bar}
                height={top(below) - from}
                fill={color}
                rx={Math.min(2, bar / 4)}
              />
            );
          })}
          <title>
            {[shortDay(day.day), ...series.map(({ field, name }) => `${name}: ${full(day[field])}`)].join(
              '\n',
            )}
          </title>
        </g>
      ))}
      {days.map(
        ({ day }, index) =>
          index % labelEvery === 0 && (
            <text key={day} className="label" x={middle(index)} y={HEIGHT - 6} textAnchor="middle">
              {shortDay(day)}
            </text>
          ),
      )}
    </svg>
  );
}

function Legend({ series }: { series: Series[] }) {
  return (
    <ul className="legend">
      {series.map(({ field, name, color }) => (
        <li key={field}>
          <span className="swatch" style={{ background: color }} aria-hidden="true" />
          {name}
        </li>
      ))}
    </ul>
  );
}

function Table({ days, series }: { days: Day[]; series: Series[] }) {
  return (
    <details>
      <summary>As a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            {series.map(({ field, name }) => (
              <th key={field} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day.day}>
              <th scope="row">{shortDay(day.day)}</th>
              {series.map(({ field }) => (
                <td key={field}>{full(day[field])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function summary(title: string, days: Day[], series: Series[]): string {
  const total = days.reduce((sum, day) => sum + sumOf(day, series), 0);
  return `${title}: ${full(total)} on ${days.length} days`;
}

function sumOf(day: Day, series: Series[]): number {
  return series.reduce((sum, { field }) => sum + day[field], 0);
}

/** Of the element, in CSS pixels; 0 before it is there. Text then keeps its size on every screen. */
function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
