/** The charts: one for each location, or all in one; they share their axes, the time that is pointed at, and the zoom. */
import type uPlot from 'uplot';
import type { PageData, PageQuantity, PageRange } from '../page-data';
import { drawChart } from './chart';
import { element } from './dom';
import { extentOf, linesOf, withAnomalies, type DrawnLine } from './lines';
import type { State } from './state';
import type { Clock } from './times';
import { listenToTouch } from './touch';

export interface ChartsContext {
  data: PageData;
  state: State;
  clock: Clock;
  /** draws all again */
  redraw: () => void;
}

interface Drawn {
  chart: uPlot;
  lines: readonly DrawnLine[];
  plot: HTMLElement;
  readout: HTMLElement;
}

/** what is on the page now */
const drawn: Drawn[] = [];

const COLOURS = 10;
const PATTERNS = 4;
const SHORTEST_ZOOM = 1800;

export function drawCharts(into: HTMLElement, context: ChartsContext): void {
  const { data, state } = context;
  const whole = data.ranges[state.range];
  const quantity = data.quantities[state.quantity];
  if (whole === undefined || quantity === undefined) return;
  const x = state.zoom ?? ([whole.from, whole.to] as const);
  const range = finest(data, whole, x);
  const lines = linesOf(data, range, quantity);
  const seen = lines.filter(({ line }) => !state.hidden.has(line));
  const y = extentOf(seen, range.times, x, quantity);
  for (const { chart } of drawn.splice(0)) chart.destroy();
  const point = (stretch: number | null) => {
    for (const each of drawn) showPoint(each, stretch, { range, quantity, ...context });
  };
  const groups = state.together ? [lines] : byLocation(lines, data);
  for (const group of groups) {
    const visible = group.filter(({ line }) => !state.hidden.has(line));
    const colours = visible.map(({ line }) => colourOf(line, group, state));
    const title = state.together ? 'All locations' : (data.lines[group[0]?.line ?? 0]?.location ?? '');
    const readout = element('p', { class: 'readout' });
    const plot = element('div', { class: 'plot', ...sliderOf(`${quantity.title}, ${title}`, range) });
    const keys = group.length > 1 ? [keysOf(group, context)] : [];
    into.append(element('section', { class: 'card' }, element('h3', {}, title), readout, plot, ...keys));
    const zoom = (from: number, to: number) => {
      state.zoom = [Math.max(whole.from, from), Math.min(whole.to, Math.max(to, from + SHORTEST_ZOOM))];
      context.redraw();
    };
    const reset = () => {
      if (state.zoom === null) return;
      state.zoom = null;
      context.redraw();
    };
    const chart = drawChart(plot, {
      ...{ data, range, quantity, lines: visible, colours, x, clock: context.clock },
      y: withAnomalies(visible, x, y),
      height: state.together ? 340 : 170,
      onPoint: (stretch) => {
        if (!isShowing) point(stretch);
      },
      onZoom: zoom,
      onReset: reset,
    });
    const stretch = (min: number, max: number) => {
      for (const each of drawn) each.chart.setScale('x', { min, max });
    };
    listenToTouch(chart, { point: (left) => point(chart.posToIdx(left)), stretch, zoom, reset });
    listenToKeys(plot, range, point);
    drawn.push({ chart, lines: visible, plot, readout });
  }
  point(null);
}

function byLocation(lines: readonly DrawnLine[], data: PageData): DrawnLine[][] {
  const groups = new Map<string, DrawnLine[]>();
  for (const line of lines) {
    const location = data.lines[line.line]?.location ?? '';
    groups.set(location, [...(groups.get(location) ?? []), line]);
  }
  return [...groups.values()];
}

/** While a chart shows the time that another one was pointed at, its own events are not answered. */
let isShowing = false;

/** Of the ranges that have all of what is seen, the one with the most points. */
function finest({ ranges }: PageData, whole: PageRange, [from, to]: readonly [number, number]): PageRange {
  return ranges.find((range) => range.from <= from && range.to >= to) ?? whole;
}

function colourOf(line: number, group: readonly DrawnLine[], { together }: State): readonly [number, number] {
  const place = together ? line : group.findIndex((each) => each.line === line);
  return [place % COLOURS, Math.floor(place / COLOURS) % PATTERNS];
}

function keysOf(group: readonly DrawnLine[], { data, state, redraw }: ChartsContext): HTMLElement {
  const buttons = group.map(({ line }) => {
    const [colour, pattern] = colourOf(line, group, state);
    const { location = '', mark = '' } = data.lines[line] ?? {};
    const name = state.together ? `${location}${mark === '' ? '' : ` (${mark})`}` : mark;
    const press = () => {
      if (!state.hidden.delete(line)) state.hidden.add(line);
      redraw();
    };
    const isOn = !state.hidden.has(line);
    const looks = { class: `k${colour} p${pattern}`, 'aria-pressed': String(isOn), click: press };
    return element('button', { type: 'button', ...looks }, element('i'), name);
  });
  return element('div', { class: 'keys' }, ...buttons);
}

const sliderOf = (name: string, { times }: PageRange): Record<string, string> => ({
  ...{ role: 'slider', tabindex: '0', 'aria-label': `${name}: time` },
  ...{ 'aria-valuemin': '0', 'aria-valuemax': String(times.length - 1), 'aria-valuenow': String(times.length - 1) },
});

function listenToKeys(plot: HTMLElement, { times }: PageRange, point: (stretch: number | null) => void): void {
  plot.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12, Home: -times.length, End: times.length }[
      event.key
    ];
    if (step === undefined) return;
    event.preventDefault();
    const at = Number(plot.getAttribute('aria-valuenow')) + step;
    point(Math.min(times.length - 1, Math.max(0, at)));
  });
}

interface PointContext {
  data: PageData;
  range: PageRange;
  quantity: PageQuantity;
  clock: Clock;
}

/** @param stretch null: nothing is pointed at, and the lowest and highest values are shown */
function showPoint({ chart, lines, plot, readout }: Drawn, stretch: number | null, context: PointContext): void {
  const { data, range, quantity, clock } = context;
  const time = stretch === null ? undefined : range.times[stretch];
  const unit = quantity.unit === '' ? '' : ` ${quantity.unit}`;
  const text = (value: number) => value.toFixed(quantity.decimals);
  const parts: (Node | string)[] = [];
  if (time !== undefined && stretch !== null) parts.push(element('span', {}, `${clock.day(time)} ${clock.time(time)}`));
  for (const each of lines) {
    const name = lines.length > 1 ? nameOf(data, each.line, lines) : '';
    const value = stretch === null ? null : (each.mean[stretch] ?? null);
    const anomaly = each.anomalies.find((one) => one.stretch === stretch);
    if (stretch === null) continue;
    const [low, high] = [each.lowest[stretch] ?? 0, each.highest[stretch] ?? 0];
    const band = value !== null && text(low) !== text(high) ? ` (${text(low)} to ${text(high)})` : '';
    const odd = anomaly === undefined ? '' : ` ! ${text(anomaly.value)}${unit} at ${clock.time(anomaly.time)}`;
    const shown = value === null ? 'nothing measured' : `${text(value)}${unit}`;
    parts.push(element('span', {}, name === '' ? '' : `${name} `, element('b', {}, shown), band + odd));
  }
  if (stretch === null) parts.push(rangeText(chart, lines, range, text, unit));
  readout.replaceChildren(...parts);
  plot.setAttribute('aria-valuetext', readout.innerText);
  if (stretch !== null) plot.setAttribute('aria-valuenow', String(stretch));
  const left = time === undefined ? -10 : chart.valToPos(time, 'x');
  isShowing = true;
  chart.setCursor({ left, top: time === undefined ? -10 : 0 }, false);
  isShowing = false;
}

function nameOf({ lines: all }: PageData, line: number, lines: readonly DrawnLine[]): string {
  const { location = '', mark = '' } = all[line] ?? {};
  const isOneRoom = lines.every((each) => all[each.line]?.location === location);
  return isOneRoom ? mark : `${location}${mark === '' ? '' : ` (${mark})`}`;
}

function rangeText(
  chart: uPlot,
  lines: readonly DrawnLine[],
  { times }: PageRange,
  text: (value: number) => string,
  unit: string,
): string {
  const { min = 0, max = 0 } = chart.scales['x'] ?? {};
  let [lowest, highest] = [Infinity, -Infinity];
  for (const line of lines) {
    for (const [n, time] of times.entries()) {
      if (time < min || time > max || line.mean[n] === null) continue;
      lowest = Math.min(lowest, line.lowest[n] ?? Infinity);
      highest = Math.max(highest, line.highest[n] ?? -Infinity);
    }
  }
  return lowest > highest ? 'nothing measured' : `${text(lowest)} to ${text(highest)}${unit}`;
}
