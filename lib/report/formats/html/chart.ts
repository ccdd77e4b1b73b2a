/**
 * One quantity of all rooms as lines over time. The drawing stretches to the width of the page; what must not be
 * stretched, the lettering, is HTML around it.
 */
import type { Series } from '../../../store/series';
import { momentOf } from '../../moment';
import { withUnit, type Quantity } from '../../quantities';
import { linearScale, logarithmicScale, nights, timeTicks, type Scale } from './axes';
import { escaped, percent } from './markup';

export interface Line {
  label: string;
  /** which of the page's colours */
  colour: number;
  series: Series;
  /** index = number of the stretch */
  anomalous: Uint8Array;
  stale: Uint8Array;
  /** a gap lies before the stretch */
  broken: Uint8Array;
}

export interface ChartInput {
  quantity: Quantity;
  lines: readonly Line[];
  fromMs: number;
  toMs: number;
}

/** Units of the drawing: a stretch is two wide. */
const STEP = 2;
const HEIGHT = 400;
/** Colours repeat after these; then the line is dashed. */
export const COLOURS = 10;

export function renderChart({ quantity, lines, fromMs, toMs }: ChartInput): string {
  const scale = scaleOf(quantity, lines);
  const width = STEP * Math.max(1, lines[0]?.series.mean.length ?? 1);
  const plot = (value: number) => {
    const place = Math.min(1, Math.max(0, scale.place(quantity.convert(value))));
    return Math.round((1 - place) * HEIGHT);
  };
  const grid = scale.ticks.map(({ at }) => `M0 ${Math.round((1 - at) * HEIGHT)}h${width}`).join('');
  const dark = nights(fromMs, toMs)
    .map(
      ([from, to]) => `M${Math.round(from * width)} 0H${Math.round(to * width)}V${HEIGHT}H${Math.round(from * width)}z`,
    )
    .join('');
  const id = quantity.name;
  const drawing = [
    `<svg viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-labelledby="${id}-t ${id}-d">`,
    `<title id="${id}-t">${escaped(titleOf(quantity))}</title>`,
    `<desc id="${id}-d">${escaped(describe(quantity, lines, fromMs, toMs))}</desc>`,
    dark === '' ? '' : `<path class="night" d="${dark}"/>`,
    `<path class="grid" d="${grid}"/>`,
    ...lines.map((line) => bandOf(line, plot)),
    ...lines.map((line) => lineOf(line, plot)),
    ...lines.map((line) => (quantity.name === 'temperature' ? anomaliesOf(line, plot) : '')),
    '</svg>',
  ].join('');
  const y = scale.ticks.map(({ at, label }) => `<span style="bottom:${percent(at)}">${label}</span>`).join('');
  const x = timeTicks(fromMs, toMs)
    .map(
      ({ at, label, isMinor }) => `<span${isMinor ? ' class="minor"' : ''} style="left:${percent(at)}">${label}</span>`,
    )
    .join('');
  const legend = lines.map(({ label, colour }) => `<li class="${styleOf(colour)}">${escaped(label)}</li>`).join('');
  return (
    `<section><h2>${escaped(titleOf(quantity))}</h2><div class="chart"><div class="y" aria-hidden="true">${y}</div>` +
    `<div class="plot">${drawing}</div><div class="x" aria-hidden="true">${x}</div></div>` +
    `<ul class="legend">${legend}</ul></section>\n`
  );
}

function titleOf({ title, unit }: Quantity): string {
  return unit === '' ? title : `${title}, ${unit}`;
}

/** Outliers are drawn at the edge: one broken value must not flatten a week. */
const RARE = 0.05;

function scaleOf(quantity: Quantity, lines: readonly Line[]): Scale {
  const values = lines.flatMap(({ series, anomalous }) => {
    const known = [...series.mean.keys()].filter((stretch) => !Number.isNaN(series.mean[stretch]));
    const sound = known.filter((stretch) => anomalous[stretch] === 0);
    const taken = known.length - sound.length < RARE * known.length ? sound : known;
    return taken.flatMap((stretch) => [series.lowest[stretch] ?? NaN, series.highest[stretch] ?? NaN]);
  });
  const lowest = quantity.convert(Math.min(...values));
  const highest = quantity.convert(Math.max(...values));
  return quantity.logarithmic === true
    ? logarithmicScale(highest)
    : linearScale(lowest, highest, quantity.decimals > 0 ? 0.5 : 1);
}

function describe(quantity: Quantity, lines: readonly Line[], fromMs: number, toMs: number): string {
  const of = (values: Float64Array) => values.filter((value) => !Number.isNaN(value));
  const rooms = lines.map(({ label, series }) => {
    const low = withUnit(quantity, Math.min(...of(series.lowest)));
    const high = withUnit(quantity, Math.max(...of(series.highest)));
    return `${label} ${low} to ${high}`;
  });
  return `From ${momentOf(fromMs)} to ${momentOf(toMs)}, lowest to highest: ${rooms.join('; ')}.`;
}

export function styleOf(colour: number): string {
  return `c${colour % COLOURS}${colour % (2 * COLOURS) >= COLOURS ? ' dashed' : ''}`;
}

const middle = (stretch: number): number => stretch * STEP + STEP / 2;

/** First and last stretch of each unbroken run of values: between two runs there is a gap, and no line. */
function runsOf(
  values: Float64Array,
  broken: Uint8Array,
  isIn: (stretch: number) => boolean = () => true,
): [number, number][] {
  const runs: [number, number][] = [];
  let first = -1;
  for (let stretch = 0; stretch <= values.length; stretch++) {
    const isValue = stretch < values.length && !Number.isNaN(values[stretch]) && isIn(stretch);
    if (first >= 0 && (!isValue || broken[stretch] === 1)) {
      runs.push([first, stretch - 1]);
      first = -1;
    }
    if (isValue && first < 0) first = stretch;
  }
  return runs;
}

/** Relative steps are half as long as absolute places: a year of 20 rooms stays under a megabyte. */
function pathOf(values: Float64Array, first: number, last: number, plot: (value: number) => number): string {
  let y = plot(values[first] ?? NaN);
  let path = `M${middle(first)} ${y}`;
  // A single value is a dot: a line of no length with round ends.
  if (first === last) return `${path}h0`;
  path += 'l';
  for (let stretch = first + 1; stretch <= last; stretch++) {
    const next = plot(values[stretch] ?? NaN);
    path += `${stretch === first + 1 ? '' : ' '}${STEP} ${next - y}`;
    y = next;
  }
  return path.replaceAll(' -', '-');
}

function lineOf({ label, colour, series, stale, broken }: Line, plot: (value: number) => number): string {
  const { mean } = series;
  const draw = (runs: [number, number][]) => runs.map(([first, last]) => pathOf(mean, first, last, plot)).join('');
  const title = `<title>${escaped(label)}</title>`;
  const fresh = draw(runsOf(mean, broken, (stretch) => stale[stretch] === 0));
  const old = draw(runsOf(mean, broken, (stretch) => stale[stretch] === 1));
  return [
    fresh === '' ? '' : `<path class="line ${styleOf(colour)}" d="${fresh}">${title}</path>`,
    old === ''
      ? ''
      : `<path class="line stale c${colour % COLOURS}" d="${old}"><title>${escaped(label)}, stale</title></path>`,
  ].join('');
}

/** From the lowest to the highest value of each stretch, where they differ to be seen. */
function bandOf({ colour, broken, series: { lowest, highest } }: Line, plot: (value: number) => number): string {
  const path = runsOf(highest, broken)
    .filter(([first, last]) => last > first)
    .map(([first, last]) => {
      const above = pathOf(highest, first, last, plot);
      let y = plot(lowest[last] ?? NaN);
      let below = `L${middle(last)} ${y}l`;
      for (let stretch = last - 1; stretch >= first; stretch--) {
        const next = plot(lowest[stretch] ?? NaN);
        below += `-${STEP} ${next - y} `;
        y = next;
      }
      return `${above}${below.trimEnd().replaceAll(' -', '-')}z`;
    })
    .join('');
  return path === '' ? '' : `<path class="band c${colour % COLOURS}" d="${path}"/>`;
}

/** A dot where a value was outside validation.temperature_min … max: the end of the band further from what is usual. */
function anomaliesOf({ label, series, anomalous }: Line, plot: (value: number) => number): string {
  const isSound = (stretch: number) => anomalous[stretch] === 0 && !Number.isNaN(series.mean[stretch]);
  let usual = series.mean.find((_, stretch) => isSound(stretch)) ?? NaN;
  const dots: string[] = [];
  for (const [stretch, mean] of series.mean.entries()) {
    if (isSound(stretch)) usual = mean;
    if (anomalous[stretch] !== 1 || Number.isNaN(mean)) continue;
    const low = series.lowest[stretch] ?? mean;
    const high = series.highest[stretch] ?? mean;
    dots.push(`M${middle(stretch)} ${plot(usual - low > high - usual ? low : high)}h0`);
  }
  if (dots.length === 0) return '';
  return `<path class="anomaly" d="${dots.join('')}"><title>${escaped(label)}, outside the limits</title></path>`;
}
