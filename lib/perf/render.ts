/** What perf prints for a person. */
import { reductionPercent, type Criterion } from './comparison';
import type { Baseline, Bridge } from './baseline-file';
import type { Measurement, Spread } from './measurement';
import { asTyped } from '../typed-command';

export function renderBaseline({ bridge, full }: Baseline, file: string): string {
  const rows = rowsOf((pick) => [count(pick(full))]);
  return `${headline(bridge, full, 'the full configuration')}\n\n${columns(rows)}\nSaved in ${file}\n`;
}

export interface Comparison {
  bridge: Bridge;
  full: Measurement;
  sensors: Measurement;
  criteria: Criterion[];
  baseline: Baseline | null;
}

export function renderComparison({ bridge, full, sensors, criteria, baseline }: Comparison): string {
  const saved = (before: number, now: number) => `${reductionPercent(before, now).toFixed(1)} %`;
  const header = ['', 'full', 'sensors', 'saved'];
  if (baseline !== null) header.push(`baseline of ${baseline.measured_at.slice(0, 10)}`, 'saved');
  const rows = rowsOf((pick) => {
    const [whole, part] = [pick(full), pick(sensors)];
    const cells = [count(whole), count(part), saved(whole, part)];
    return baseline === null ? cells : [...cells, count(pick(baseline.full)), saved(pick(baseline.full), part)];
  });
  const notes = [
    ...(baseline === null ? [asTyped('No baseline was saved yet: node bin/perf.js baseline')] : []),
    ...(baseline !== null && baseline.bridge.id !== bridge.id
      ? [`The baseline is of another bridge: ${baseline.bridge.id}`]
      : []),
  ];
  return `${[
    headline(bridge, sensors, 'each endpoint in turn'),
    '',
    columns([header, ...rows]),
    ...criteria.map(verdict),
    ...notes,
  ].join('\n')}\n`;
}

function headline({ model, id }: Bridge, { cycles, sensors }: Measurement, what: string): string {
  return `Hue Bridge ${model ?? 'of an unknown model'} (${id}), temperature sensors: ${sensors};\n${cycles} cycles with ${what}`;
}

/** `payload: 81.4 % less than the full configuration, at least 50 % wanted: met` */
export function verdict(criterion: Criterion): string {
  const { name, reduction_percent, baseline_reduction_percent: against, goal_percent, met, reason } = criterion;
  const result = met ? 'met' : `not met: ${reason ?? ''}`;
  const baseline = against === null ? '' : `, ${against.toFixed(1)} % less than the baseline`;
  return `${name}: ${reduction_percent.toFixed(1)} % less than the full configuration${baseline}, at least ${goal_percent} % wanted: ${result}`;
}

/** A row for each of min, median and p95, of bytes and of milliseconds. */
function rowsOf(cells: (pick: (measurement: Measurement) => number) => string[]): string[][] {
  const quantities = [
    ['payload_bytes', 'bytes'],
    ['duration_ms', 'ms'],
  ] as const;
  const kinds: (keyof Spread)[] = ['min', 'median', 'p95'];
  return quantities.flatMap(([quantity, unit]) =>
    kinds.map((kind) => [`${unit}, ${kind}`, ...cells((measurement) => measurement[quantity][kind])]),
  );
}

/** The first column to the left, numbers to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0))) ?? [];
  const aligned = rows.map((row) =>
    row.map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0))),
  );
  return aligned.map((row) => `${row.join('  ').trimEnd()}\n`).join('');
}

/** `35 012` */
function count(value: number): string {
  return String(Math.round(value)).replace(/(?<=\d)(?=(\d{3})+$)/g, ' ');
}
