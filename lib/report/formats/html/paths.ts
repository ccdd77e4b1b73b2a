/** Lines, bands and dots of a chart: SVG paths over intervals of time, interrupted if nothing was measured. */
import type { Series } from '../../../store/series';
import { escaped } from './markup';

export interface Line {
  label: string;
  /** index of the page's colours */
  colour: number;
  series: Series;
  /** index = number of the interval */
  anomalous: Uint8Array;
  stale: Uint8Array;
  /** whether there is a gap before the interval */
  broken: Uint8Array;
}

/** From a stored value to units of the drawing, from the top. */
export type Plot = (value: number) => number;

/** In units of the drawing: an interval is two units wide. */
export const STEP = 2;
/** Colours repeat after these, each time with another pattern: forty devices look different. Dots mean stale. */
export const COLOURS = 10;
const PATTERNS = ['', ' dashed', ' mixed', ' long'];

export function styleOf(colour: number): string {
  return `c${colour % COLOURS}${PATTERNS[Math.floor(colour / COLOURS) % PATTERNS.length] ?? ''}`;
}

const middle = (stretch: number): number => stretch * STEP + STEP / 2;

/** First and last interval of each series of values without a gap: there is no line between two such series. */
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

/** Relative coordinates are half as long as absolute ones: a year of 20 rooms is less than a megabyte. */
function pathOf(values: Float64Array, first: number, last: number, plot: Plot): string {
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

export function lineOf({ label, colour, series, stale, broken }: Line, plot: Plot): string {
  const { mean } = series;
  const draw = (runs: [number, number][]) => runs.map(([first, last]) => pathOf(mean, first, last, plot)).join('');
  const path = (style: string, title: string, runs: [number, number][]) =>
    runs.length === 0 ? '' : `<path class="${style}" d="${draw(runs)}"><title>${escaped(title)}</title></path>`;
  const fresh = runsOf(mean, broken, (stretch) => stale[stretch] === 0);
  const old = runsOf(mean, broken, (stretch) => stale[stretch] === 1);
  const isDot = ([first, last]: [number, number]) => first === last;
  return [
    path(
      `line ${styleOf(colour)}`,
      label,
      fresh.filter((run) => !isDot(run)),
    ),
    path(`line dot c${colour % COLOURS}`, label, fresh.filter(isDot)),
    path(`line stale c${colour % COLOURS}`, `${label}, stale`, old),
  ].join('');
}

/** From the lowest to the highest value of each interval, if they differ enough to be seen. */
export function bandOf({ colour, broken, series: { lowest, highest } }: Line, plot: Plot): string {
  const isSeen = ([first, last]: [number, number]): boolean => {
    for (let n = first; n <= last; n++) if (plot(lowest[n] ?? NaN) - plot(highest[n] ?? NaN) > 1) return last > first;
    return false;
  };
  const path = runsOf(highest, broken)
    .filter(isSeen)
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

/** A dot for each value outside validation.temperature_min … max, at the end of the band that is further from the usual values. */
export function anomaliesOf({ label, series, anomalous }: Line, plot: Plot): string {
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
