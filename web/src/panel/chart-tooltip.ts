import { COUNTER_NAMES, type Counter, partName } from '../usage/counters.js';
import type { Difference } from '../usage/differences.js';
import {
  formatFullPeriod,
  formatNumber,
  formatShare,
  formatSigned,
  formatSignedShare,
} from '../usage/format.js';
import { type Stack, sizeAt } from '../usage/stack.js';
import type { ChartTheme } from './theme';

/** Without quotes, which ECharts would write into an attribute of the SVG as they are. */
export const FONT = 'system-ui, -apple-system, Roboto, Arial, sans-serif';

function tooltip(theme: ChartTheme) {
  return {
    trigger: 'axis',
    axisPointer: { type: 'shadow', shadowStyle: { color: theme.hover } },
    backgroundColor: theme.ground,
    borderColor: theme.line,
    padding: [8, 12],
    confine: true,
    textStyle: { color: theme.text, fontSize: 12, fontFamily: FONT },
  };
}

export function stackTooltip(stack: Stack, theme: ChartTheme) {
  const present = stack.layers.map(({ part }) => part);
  return {
    ...tooltip(theme),
    formatter: (items: { dataIndex: number }[]) => {
      const at = items[0]?.dataIndex ?? 0;
      const category = stack.categories[at] ?? '';
      const total = sizeAt(stack, at);
      const rows = stack.layers.toReversed().map(({ part, values }) => {
        const value = values[at] ?? null;
        const share = total > 0 && value !== null ? formatShare(value / total) : '';
        return [swatch(theme.parts[part]) + partName(part, present), value, share] as const;
      });
      const name = stack.period === null ? category : formatFullPeriod(category, stack.period);
      return tooltipTable(name, [...rows, ['Sum', total, '']]);
    },
  };
}

export function differencesTooltip(differences: readonly Difference[], counter: Counter, theme: ChartTheme) {
  return {
    ...tooltip(theme),
    formatter: (items: { dataIndex: number }[]) => {
      const one = differences[items[0]?.dataIndex ?? 0];
      return one ? differenceTooltip(one, counter) : '';
    },
  };
}

function differenceTooltip(one: Difference, counter: Counter): string {
  const change = one.change === null ? '' : formatSignedShare(one.change);
  return tooltipTable(`${one.name}: ${COUNTER_NAMES[counter]}`, [
    ['Before', one.baseline, ''],
    ['After', one.current, ''],
    ['Difference', one.difference, change],
  ]);
}

type TooltipRow = readonly [label: string, value: number | null, note: string];

/** Labels are ours; the title may be the name of a client, which anybody may have written. */
function tooltipTable(title: string, rows: readonly TooltipRow[]): string {
  const lines = rows.map(([label, value, note]) => {
    const number = value === null ? '–' : label === 'Difference' ? formatSigned(value) : formatNumber(value);
    return `<tr><td>${label}</td><td>${number}</td><td>${note}</td></tr>`;
  });
  return `<div class="chart-tooltip"><strong>${escapeHtml(title)}</strong><table>${lines.join('')}</table></div>`;
}

const swatch = (color: string): string => `<i class="swatch" style="background:${color}"></i>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? found);
