/**
 * One quantity of all rooms as lines over time. The drawing stretches to the width of the page; the text,
 * which must not be stretched, is HTML around it.
 */
import { highestOf, lowestOf } from '../../extremes';
import { momentOf } from '../../moment';
import { withUnit, type Quantity } from '../../quantities';
import { linearScale, logarithmicScale, nights, timeTicks, type Scale } from './axes';
import { escaped, percent } from './markup';
import { anomaliesOf, bandOf, lineOf, STEP, styleOf, type Line } from './paths';

export interface ChartInput {
  quantity: Quantity;
  lines: readonly Line[];
  fromMs: number;
  toMs: number;
}

/** Units of the drawing. */
const HEIGHT = 400;
/** If there are more lines, their bands would cover each other, so they are fainter. */
const MANY_LINES = 6;

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
    `<svg viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none"${lines.length > MANY_LINES ? ' class="crowd"' : ''} role="img" aria-labelledby="${id}-t ${id}-d">`,
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
  const lowest = quantity.convert(lowestOf(values));
  const highest = quantity.convert(highestOf(values));
  return quantity.logarithmic === true
    ? logarithmicScale(highest)
    : linearScale(lowest, highest, quantity.decimals > 0 ? 0.5 : 1, quantity.unit === '%' ? 100 : Infinity);
}

function describe(quantity: Quantity, lines: readonly Line[], fromMs: number, toMs: number): string {
  const of = (values: Float64Array) => values.filter((value) => !Number.isNaN(value));
  const rooms = lines.map(({ label, series }) => {
    const low = withUnit(quantity, lowestOf(of(series.lowest)));
    const high = withUnit(quantity, highestOf(of(series.highest)));
    return `${label} ${low} to ${high}`;
  });
  return `From ${momentOf(fromMs)} to ${momentOf(toMs)}, lowest to highest: ${rooms.join('; ')}.`;
}
