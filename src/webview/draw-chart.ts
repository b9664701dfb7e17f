import './usable-language.ts';

import UPlot from 'uplot';
import type { ResultChart } from '../protocol/result-chart.ts';

const height = 180;
/** Pixels that a label along the bottom takes at least. */
const labelWidth = 64;

/** Draws a chart into an element, as wide as it is and in the theme's colours, anew when either changes. The answer takes it away. */
export function drawChart(place: HTMLElement, chart: ResultChart): () => void {
  let plot: UPlot | undefined;
  let width = 0;
  const draw = (): void => {
    plot?.destroy();
    plot = new UPlot(optionsOf(chart, width), dataOf(chart), place);
  };
  const resized = new ResizeObserver(() => {
    const now = Math.floor(place.clientWidth);
    if (now === width || now === 0) return;
    width = now;
    draw();
  });
  resized.observe(place);
  // VS Code tells a change of the theme by the body's class.
  const themed = new MutationObserver(() => {
    if (width > 0) draw();
  });
  themed.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  return () => {
    resized.disconnect();
    themed.disconnect();
    plot?.destroy();
  };
}

function dataOf({ kind, labels, series }: ResultChart): UPlot.AlignedData {
  const along = labels.map((label, index) => (kind === 'lines' ? Date.parse(label) / 1000 : index));
  return [along, ...series.map(({ values }) => [...values])];
}

function optionsOf({ kind, labels, series }: ResultChart, width: number): UPlot.Options {
  const text = colour('--vscode-foreground');
  const line = colour('--vscode-charts-lines') || text;
  const axis = { stroke: text, font: fontOf(), grid: { stroke: line, width: 0.5 }, ticks: { stroke: line, width: 1 } };
  const every = Math.max(1, Math.ceil((labels.length * labelWidth) / width));
  const categories: Partial<UPlot.Axis> = {
    splits: () => labels.map((_, index) => index).filter((index) => index % every === 0),
    values: (_plot, splits) => splits.map((index) => shortened(labels[index] ?? '')),
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: kind === 'bars' ? { time: false, range: [-0.6, labels.length - 0.4] } : { time: true },
      y: { range: (_plot, least, most) => rangeOf(kind, least, most) },
    },
    axes: [
      { ...axis, size: 30, grid: { show: false }, ...(kind === 'bars' ? categories : { values: timesOf(labels) }) },
      { ...axis, size: 56, values: (_plot, splits) => splits.map(compact) },
    ],
    series: [
      {},
      ...series.map(({ name }, index) => ({
        label: name,
        stroke: seriesColour(index),
        width: 2,
        ...(kind === 'bars' ? barOf(index, series.length) : { points: { show: labels.length < 30 } }),
      })),
    ],
  };
}

/** Bars of several series stand beside each other. */
function barOf(index: number, count: number): Partial<UPlot.Series> {
  const share = 0.7 / count;
  const bars = UPlot.paths.bars?.({
    size: [share, 60],
    disp: {
      x0: {
        unit: 1,
        values: (plot) => Array.from(plot.data[0] ?? [], (at) => at - 0.35 + index * share),
      },
      size: { unit: 1, values: (plot) => Array.from(plot.data[0] ?? [], () => share) },
    },
  });
  return { fill: seriesColour(index), width: 0, points: { show: false }, ...(bars && { paths: bars }) };
}

/** Bars begin at nothing; lines where their values are. */
function rangeOf(kind: ResultChart['kind'], least: number | null, most: number | null): UPlot.Range.MinMax {
  const [low, high] = [least ?? 0, most ?? 1];
  const from = kind === 'bars' || low > 0 ? Math.min(0, low) : low;
  const to = kind === 'bars' ? Math.max(0, high) : high;
  const room = (to - from || 1) * 0.06;
  return [from < 0 ? from - room : from, to > 0 ? to + room : to];
}

/** Times as they are written in the result, as far as they fit. */
function timesOf(labels: readonly string[]): UPlot.Axis.DynamicValues {
  const length = Math.max(...labels.map((label) => label.length));
  return (_plot, splits) =>
    splits.map((at) =>
      new Date(at * 1000)
        .toISOString()
        .slice(0, length <= 7 ? 7 : length <= 10 ? 10 : 16)
        .replace('T', ' '),
    );
}

function shortened(label: string): string {
  return label.length > 10 ? `${label.slice(0, 9)}…` : label;
}

function compact(value: number): string {
  return value.toLocaleString(undefined, { notation: 'compact', maximumFractionDigits: 2 });
}

const seriesColours = [
  '--vscode-charts-blue',
  '--vscode-charts-yellow',
  '--vscode-charts-green',
  '--vscode-charts-purple',
];

function seriesColour(index: number): string {
  return colour(seriesColours[index] ?? '--vscode-foreground') || colour('--vscode-foreground');
}

function colour(name: string): string {
  return getComputedStyle(document.body).getPropertyValue(name).trim();
}

function fontOf(): string {
  return `11px ${getComputedStyle(document.body).fontFamily}`;
}
