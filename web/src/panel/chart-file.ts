import { type Chart, chartHeight, chartOption } from './chart-option';
import type { ChartTheme } from './theme';

const WIDTH = 1000;
/** Of a time series, which by itself has no height. */
const TIME_HEIGHT = 420;
/** For title and legend. */
const HEAD_HEIGHT = 80;
/** Sharp on a screen with two pixels to one. */
const SCALE = 2;

/** The chart as a file of its own, with a title, a legend and a ground: not as wide as the panel happens to be. */
export async function chartSvg(chart: Chart, theme: ChartTheme, title: string): Promise<Blob> {
  return new Blob([await render(chart, theme, title)], { type: 'image/svg+xml' });
}

export async function chartPng(chart: Chart, theme: ChartTheme, title: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await render(chart, theme, title))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH * SCALE;
  canvas.height = heightOf(chart) * SCALE;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The browser could not make a PNG of this chart.');
  return blob;
}

const heightOf = (chart: Chart): number => HEAD_HEIGHT + (chartHeight(chart) ?? TIME_HEIGHT);

async function render(chart: Chart, theme: ChartTheme, title: string): Promise<string> {
  const { init } = await import('./echarts');
  const instance = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: heightOf(chart) });
  try {
    instance.setOption(chartOption(chart, theme, { width: WIDTH, title }));
    return instance.renderToSVGString();
  } finally {
    instance.dispose();
  }
}
