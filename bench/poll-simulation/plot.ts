/** Lag over calls, of every policy against one mix, as SVG. */
import { LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, TitleComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

import type { Mix } from './mixes.ts';
import type { Measured } from './run.ts';
import type { Outcome } from './simulate.ts';

echarts.use([LineChart, ScatterChart, GridComponent, TitleComponent, SVGRenderer]);

const INK = '#24292f';
const OURS = '#0969da';
const PEER = '#bc4c00';
const ORACLE = '#1a7f37';

export function plot({ name, about }: Mix, { curve, ours, oracle, peers }: Measured): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 720, height: 400 });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: `Poll policies: ${name}`, subtext: about, left: 16, top: 8, textStyle: { color: INK } },
    grid: { left: 64, right: 130, top: 84, bottom: 52 },
    xAxis: axis('upstream calls for each query', 28),
    yAxis: axis('mean lag, s', 42),
    series: [
      {
        type: 'line',
        data: curve.map(at),
        itemStyle: { color: OURS },
        lineStyle: { color: OURS },
        symbolSize: 5,
      },
      points('ours by default', ours, OURS, 'diamond'),
      ...peers.map(({ peer, outcome }) => points(peer, outcome, PEER, 'circle')),
      points('oracle', oracle, ORACLE, 'triangle'),
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function axis(name: string, nameGap: number) {
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameGap,
    min: 0,
    nameTextStyle: { color: INK },
    axisLabel: { color: INK },
  };
}

function points(name: string, outcome: Outcome, color: string, symbol: string) {
  const label = { show: true, position: 'right', formatter: name, color };
  return { type: 'scatter', data: [at(outcome)], symbol, symbolSize: 11, itemStyle: { color }, label };
}

/** A log axis would hide what a call more or less is worth; what is far out is drawn at the edge. */
function at({ calls, meanLag }: Outcome): [number, number] {
  return [calls, meanLag];
}
