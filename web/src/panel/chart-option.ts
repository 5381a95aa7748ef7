import type { EChartsCoreOption } from 'echarts/core';
import { COUNTER_NAMES, type Counter, partName, sum } from '../usage/counters.js';
import type { Difference } from '../usage/differences.js';
import { formatPeriod, formatShort, formatSignedShare, formatSignedShort } from '../usage/format.js';
import type { Stack } from '../usage/stack.js';
import { FONT, differencesTooltip, stackTooltip } from './chart-tooltip';
import type { ChartTheme } from './theme';

export type Chart =
  | { readonly kind: 'stack'; readonly stack: Stack }
  | { readonly kind: 'differences'; readonly differences: readonly Difference[]; readonly counter: Counter };

/** In pixels, of all that is drawn. */
export interface Frame {
  readonly width: number;
  /** Set for a file, which has no legend of ours beside it. */
  readonly title?: string;
}

/**
 * Bars lie on their side, so that long names can be read, with their axis on top, where it stays in sight while
 * many of them are scrolled; time runs from left to right.
 */
export function chartOption(chart: Chart, theme: ChartTheme, frame: Frame): EChartsCoreOption {
  return {
    ...common(theme, frame),
    ...(chart.kind === 'differences'
      ? differencesOption(chart.differences, chart.counter, theme, frame)
      : chart.stack.period === null
        ? barsOption(chart.stack, theme, frame)
        : timeOption(chart.stack, chart.stack.period, theme, frame)),
  };
}

/** Bars need room for each; a time series takes what there is. */
export function chartHeight(chart: Chart): number | null {
  if (chart.kind === 'stack' && chart.stack.period !== null) return null;
  const bars = chart.kind === 'stack' ? chart.stack.categories.length : chart.differences.length;
  return bars * 30 + 48;
}

function common(theme: ChartTheme, { title, width }: Frame): EChartsCoreOption {
  const file = title !== undefined;
  return {
    animation: !file && !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    animationDuration: 250,
    animationDurationUpdate: 250,
    textStyle: { fontFamily: FONT, color: theme.text },
    grid: {
      left: 12,
      right: 20,
      top: file ? 84 : 14,
      bottom: 10,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    ...(file && {
      backgroundColor: theme.ground,
      title: {
        text: title,
        left: 16,
        top: 14,
        textStyle: {
          color: theme.text,
          fontSize: 16,
          fontWeight: 600,
          width: width - 32,
          overflow: 'truncate',
        },
      },
      legend: { left: 12, top: 46, itemWidth: 12, itemHeight: 12, textStyle: { color: theme.muted } },
    }),
  };
}

function timeOption(
  stack: Stack,
  period: NonNullable<Stack['period']>,
  theme: ChartTheme,
  { width }: Frame,
): EChartsCoreOption {
  return {
    tooltip: stackTooltip(stack, theme),
    xAxis: {
      type: 'category',
      data: [...stack.categories],
      axisTick: { alignWithLabel: true, lineStyle: { color: theme.line } },
      axisLine: { lineStyle: { color: theme.line } },
      axisLabel: {
        color: theme.muted,
        hideOverlap: true,
        // About 60 pixels a label.
        interval: Math.max(0, Math.ceil((stack.categories.length * 60) / Math.max(width - 80, 60)) - 1),
        formatter: (day: string) => formatPeriod(day, period),
      },
    },
    yAxis: valueAxis(theme, formatShort),
    series: stackSeries(stack, theme, [3, 3, 0, 0]),
  };
}

function barsOption(stack: Stack, theme: ChartTheme, frame: Frame): EChartsCoreOption {
  return {
    tooltip: stackTooltip(stack, theme),
    xAxis: { ...valueAxis(theme, formatShort), position: 'top' },
    yAxis: nameAxis(stack.categories, theme, frame),
    series: stackSeries(stack, theme, [0, 3, 3, 0]),
  };
}

function stackSeries(stack: Stack, theme: ChartTheme, topRadius: number[]) {
  const present = stack.layers.map(({ part }) => part);
  return stack.layers.map(({ part, values }, index) => ({
    type: 'bar',
    name: partName(part, present),
    stack: 'requests',
    data: [...values],
    barMaxWidth: stack.period === null ? 20 : 44,
    barCategoryGap: '22%',
    itemStyle: {
      color: theme.parts[part],
      ...(index === stack.layers.length - 1 && { borderRadius: topRadius }),
    },
  }));
}

function differencesOption(
  differences: readonly Difference[],
  counter: Counter,
  theme: ChartTheme,
  frame: Frame,
): EChartsCoreOption {
  const names = differences.map(({ name }) => name);
  return {
    legend: { show: false },
    tooltip: differencesTooltip(differences, counter, theme),
    xAxis: differenceAxis(differences, theme, frame),
    yAxis: { ...nameAxis(names, theme, frame), axisLine: { show: false } },
    series: [
      {
        type: 'bar',
        name: COUNTER_NAMES[counter],
        barMaxWidth: 20,
        barCategoryGap: '22%',
        data: differences.map(({ difference, change }) => ({
          value: difference,
          itemStyle: {
            color: difference < 0 ? theme.fewer : theme.more,
            borderRadius: difference < 0 ? [3, 0, 0, 3] : [0, 3, 3, 0],
          },
          label: {
            show: true,
            position: difference < 0 ? 'left' : 'right',
            color: theme.text,
            fontSize: 12,
            formatter: differenceLabel(difference, isNarrow(frame.width) ? null : change),
          },
        })),
      },
    ],
  };
}

/** For "+123.4K (+12.3%)" behind a bar; on a phone the share is left to the tooltip and the table. */
const labelWidth = (width: number): number => (isNarrow(width) ? 58 : 112);
const isNarrow = (width: number): boolean => width < 480;

/** From the largest loss to the largest gain, with room at both ends for what is written there. */
function differenceAxis(differences: readonly Difference[], theme: ChartTheme, { width }: Frame) {
  const values = differences.map(({ difference }) => difference);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const ends = Number(least < 0) + Number(most > 0);
  const plot = width - nameWidth(width) - 40;
  const perPixel = (most - least || 1) / Math.max(plot - ends * labelWidth(width), 60);
  const room = labelWidth(width) * perPixel;
  return {
    ...valueAxis(theme, formatSignedShort),
    position: 'top',
    min: least < 0 ? least - room : 0,
    max: most > 0 || least === 0 ? most + room : 0,
    axisLabel: {
      color: theme.muted,
      formatter: formatSignedShort,
      hideOverlap: true,
      showMinLabel: least === 0,
      showMaxLabel: most === 0 && least < 0,
    },
  };
}

const nameWidth = (width: number): number => Math.min(230, Math.round(width * 0.36));

const differenceLabel = (difference: number, change: number | null): string =>
  change === null
    ? formatSignedShort(difference)
    : `${formatSignedShort(difference)} (${formatSignedShare(change)})`;

function valueAxis(theme: ChartTheme, format: (value: number) => string) {
  return {
    type: 'value',
    // Requests are counted: no axis of a small result has halves.
    minInterval: 1,
    splitNumber: 4,
    axisLabel: { color: theme.muted, formatter: format, hideOverlap: true },
    splitLine: { lineStyle: { color: theme.line } },
  };
}

function nameAxis(names: readonly string[], theme: ChartTheme, { width }: Frame) {
  // An endpoint is told from another by its end as much as by its beginning: cut in the middle.
  const characters = Math.floor(nameWidth(width) / 6.6);
  return {
    type: 'category',
    data: [...names],
    inverse: true,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: theme.line } },
    axisLabel: {
      color: theme.text,
      interval: 0,
      formatter: (name: string) => shorten(name, characters),
    },
  };
}

export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
}

/** Of a whole layer, for the legend. */
export const layerTotal = ({ values }: Stack['layers'][number]): number => sum(values) ?? 0;
