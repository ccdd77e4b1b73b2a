/** One chart: uPlot with our colours, nights, recommended band, dotted old values, and anomalies at their true height. */
import uPlot from 'uplot';
import type { PageData, PageQuantity, PageRange } from '../page-data';
import { colour } from './dom';
import { inOrder } from './gaps';
import type { DrawnLine } from './lines';
import type { Clock } from './times';

export interface ChartInput {
  data: PageData;
  range: PageRange;
  quantity: PageQuantity;
  lines: readonly DrawnLine[];
  /** of each line: number of its colour, and of its pattern */
  colours: readonly (readonly [colour: number, pattern: number])[];
  /** what is seen, of the time and of the values */
  x: readonly [number, number];
  y: readonly [number, number];
  height: number;
  clock: Clock;
  onPoint: (stretch: number | null) => void;
  onZoom: (from: number, to: number) => void;
  onReset: () => void;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- uPlot's enum exists in its types only
const ARC_SINH: uPlot.Scale = { distr: 4, asinh: 1 };
const PATTERNS = [[], [9, 5], [2, 3], [14, 4, 2, 4]];

export function drawChart(into: HTMLElement, input: ChartInput): uPlot {
  const { data, range, quantity, lines, x, y, height, clock } = input;
  const columns: (number | null)[][] = [];
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  const add = (values: (number | null)[], options: uPlot.Series): number => {
    columns.push(values);
    return series.push(options) - 1;
  };
  for (const [n, line] of lines.entries()) {
    const [number, pattern] = input.colours[n] ?? [0, 0];
    const stroke = colour(`c${number}`);
    const gaps: uPlot.Series.GapsRefiner = (chart, _series, first, last, found) =>
      inOrder([
        ...found,
        ...[...line.broken].flatMap((stretch): uPlot.Series.Gaps =>
          stretch > first && stretch <= last ? [gapBefore(chart, stretch)] : [],
        ),
      ]);
    if (line.hasBand) {
      const hidden = { stroke: 'transparent', width: 0, points: { show: false }, gaps };
      const edges = [add(line.highest, hidden), add(line.lowest, hidden)] as const;
      bands.push({ series: [edges[0], edges[1]], fill: `${stroke}26` });
    }
    const dash = PATTERNS[pattern] ?? [];
    add(line.fresh, { stroke, width: 2, gaps, points: loneliest(stroke, line), ...(dash.length > 0 && { dash }) });
    if (line.stale.some((value) => value !== null)) {
      add(line.stale, { stroke, width: 2, dash: [1, 5], cap: 'round', gaps, points: { show: false } });
    }
  }
  const axis = { stroke: colour('faint'), font: '12px system-ui, sans-serif', ticks: { show: false } };
  const grid = { stroke: colour('rule'), width: 1 };
  const options: uPlot.Options = {
    ...{ width: into.clientWidth || 300, height, series, bands },
    padding: [8, 18, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), data.zone),
    scales: {
      x: { range: (_, from, to) => [from, to] },
      y: quantity.logarithmic ? { ...ARC_SINH, range: [0, Math.max(10, y[1])] } : { range: [y[0], y[1]] },
    },
    axes: [
      {
        ...axis,
        grid,
        space: 56,
        size: 26,
        values: (_, splits, _axis, _space, step) => splits.map((time) => label(time, step, clock)),
      },
      { ...axis, grid, size: 46, space: 28, values: (_, splits) => splits.map((value) => short(value, quantity)) },
    ],
    cursor: {
      drag: { x: true, y: false, setScale: false },
      points: { show: false },
      y: false,
      bind: { dblclick: () => () => (input.onReset(), null) },
    },
    hooks: {
      drawClear: [(chart) => drawBackground(chart, data.nights, quantity)],
      draw: [(chart) => drawAnomalies(chart, input)],
      setCursor: [
        (chart) =>
          input.onPoint(chart.cursor.left === undefined || chart.cursor.left < 0 ? null : (chart.cursor.idx ?? null)),
      ],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 8) return;
          input.onZoom(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'));
        },
      ],
    },
  };
  const chart = new uPlot(options, [range.times, ...columns] as uPlot.AlignedData, into);
  chart.setScale('x', { min: x[0], max: x[1] });
  return chart;
}

/** From the stretch before, in pixels of the canvas. */
function gapBefore(chart: uPlot, stretch: number): [number, number] {
  const at = (n: number) => chart.valToPos(chart.data[0][n] ?? 0, 'x', true);
  return [at(stretch - 1), at(stretch)];
}

/** A value between two gaps has no line: it is a dot. */
function loneliest(fill: string, { fresh, broken }: DrawnLine): uPlot.Series.Points {
  const isAlone = (n: number) =>
    fresh[n] != null && (fresh[n - 1] == null || broken.has(n)) && (fresh[n + 1] == null || broken.has(n + 1));
  return { show: true, size: 5, fill, filter: () => fresh.flatMap((_, n) => (isAlone(n) ? [n] : [])) };
}

function label(time: number, step: number, clock: Clock): string {
  if (step >= 28 * 86_400) return clock.month(time);
  const text = clock.time(time);
  return step >= 86_400 || text === '00:00' ? clock.date(time) : text;
}

const short = (value: number, { logarithmic }: PageQuantity): string =>
  logarithmic && value >= 1000 ? `${value / 1000}k` : String(Number(value.toFixed(2)));

function drawBackground(chart: uPlot, nights: PageData['nights'], { recommended }: PageQuantity): void {
  const { ctx, bbox } = chart;
  const clamp = (value: number, from: number, length: number) => Math.min(from + length, Math.max(from, value));
  const xOf = (time: number) => clamp(chart.valToPos(time, 'x', true), bbox.left, bbox.width);
  ctx.save();
  ctx.fillStyle = colour('night');
  const isWide =
    xOf(chart.scales['x']?.min ?? 0) + 8 <
    bbox.left + bbox.width * (86_400 / ((chart.scales['x']?.max ?? 1) - (chart.scales['x']?.min ?? 0)));
  for (const [from, to] of isWide ? nights : []) ctx.fillRect(xOf(from), bbox.top, xOf(to) - xOf(from), bbox.height);
  if (recommended !== null) {
    const yOf = (value: number | null, otherwise: number) =>
      value === null ? otherwise : clamp(chart.valToPos(value, 'y', true), bbox.top, bbox.height);
    const [bottom, top] = [yOf(recommended[0], bbox.top + bbox.height), yOf(recommended[1], bbox.top)];
    ctx.fillStyle = colour('band');
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  }
  ctx.restore();
}

function drawAnomalies(chart: uPlot, { lines, quantity, clock }: ChartInput): void {
  const { ctx, bbox } = chart;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.fillStyle = colour('bad');
  ctx.font = `600 ${12 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  let labelEnd = -Infinity;
  const found = lines.flatMap(({ anomalies }) => anomalies).sort((a, b) => a.time - b.time);
  for (const { time, value } of found) {
    const [x, y] = [chart.valToPos(time, 'x', true), chart.valToPos(value, 'y', true)];
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.arc(x, y, 4 * ratio, 0, 2 * Math.PI);
    ctx.fill();
    const text = `${value.toFixed(quantity.decimals)} ${quantity.unit}, ${clock.time(time)}`;
    const width = ctx.measureText(text).width;
    const left = x + width + 12 * ratio > bbox.left + bbox.width ? x - width - 8 * ratio : x + 8 * ratio;
    if (left < labelEnd) continue; // it would cover the one before
    ctx.fillText(text, left, y);
    labelEnd = left + width;
  }
  ctx.restore();
}
