/** The values of lines, unpacked when they are needed. */
import { unpackLine } from '../compact';
import type { PageData, PageQuantity, PageRange } from '../page-data';

type Values = (number | null)[];

export interface DrawnLine {
  /** its number among all lines */
  line: number;
  lowest: Values;
  mean: Values;
  highest: Values;
  /** the means that are new, and those that repeat an old value */
  fresh: Values;
  stale: Values;
  hasBand: boolean;
  /** stretches with a gap before them */
  broken: ReadonlySet<number>;
  /** outside the limits of plausible temperatures */
  anomalies: { time: number; value: number; stretch: number }[];
}

const unpacked = new WeakMap<PageRange, Map<string, DrawnLine[]>>();

export function linesOf(data: PageData, range: PageRange, quantity: PageQuantity): DrawnLine[] {
  let known = unpacked.get(range);
  if (known === undefined) unpacked.set(range, (known = new Map<string, DrawnLine[]>()));
  let lines = known.get(quantity.name);
  if (lines === undefined) known.set(quantity.name, (lines = unpack(data, range, quantity)));
  return lines;
}

function unpack({ lines }: PageData, range: PageRange, { name, decimals }: PageQuantity): DrawnLine[] {
  return lines.flatMap((_, line) => {
    const text = range.values[line]?.[name];
    if (text === undefined) return [];
    const values = unpackLine(text, decimals);
    const stale = new Set(range.stale[line]);
    const { mean } = values;
    // A dotted part begins where the line before it ends.
    const isOld = (n: number) => stale.has(n);
    return [
      {
        ...{ line, ...values },
        fresh: mean.map((value, n) => (isOld(n) ? null : value)),
        stale: mean.map((value, n) => (isOld(n) || isOld(n + 1) ? value : null)),
        hasBand: text.startsWith('1'),
        broken: new Set(range.broken[line]),
        anomalies:
          name === 'temperature'
            ? range.anomalies
                .filter(([of]) => of === line)
                .map(([, time, value]) => ({ time, value, stretch: nearest(range.times, time) }))
            : [],
      },
    ];
  });
}

const nearest = (times: readonly number[], time: number): number =>
  times.reduce((best, each, n) => (Math.abs(each - time) < Math.abs((times[best] ?? 0) - time) ? n : best), 0);

/**
 * The lowest and the highest of what is seen between two times, with some space around it: so that one broken value
 * does not flatten all charts, stretches with an anomaly do not count.
 */
export function extentOf(
  lines: readonly DrawnLine[],
  times: readonly number[],
  [from, to]: readonly [number, number],
  { decimals }: PageQuantity,
): [lowest: number, highest: number] {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const line of lines) {
    const odd = new Set(line.anomalies.map(({ stretch }) => stretch));
    for (const [n, time] of times.entries()) {
      if (time < from || time > to || line.mean[n] === null || odd.has(n)) continue;
      lowest = Math.min(lowest, line.lowest[n] ?? Infinity);
      highest = Math.max(highest, line.highest[n] ?? -Infinity);
    }
  }
  if (lowest > highest) return [0, 1];
  const space = Math.max(0.06 * (highest - lowest), decimals === 1 ? 0.5 : 2);
  return [lowest >= 0 ? Math.max(0, lowest - space) : lowest - space, highest + space];
}

/** Wider where a chart has anomalies, which are drawn at their true height. */
export function withAnomalies(
  lines: readonly DrawnLine[],
  [from, to]: readonly [number, number],
  [lowest, highest]: readonly [number, number],
): [lowest: number, highest: number] {
  const values = lines.flatMap(({ anomalies }) =>
    anomalies.filter(({ time }) => time >= from && time <= to).map(({ value }) => value),
  );
  if (values.length === 0) return [lowest, highest];
  const space = 0.12 * (Math.max(highest, ...values) - Math.min(lowest, ...values));
  return [
    Math.min(lowest, ...values.map((value) => value - space)),
    Math.max(highest, ...values.map((value) => value + space)),
  ];
}
