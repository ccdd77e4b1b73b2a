/** Turns costs into ratios: the median, and the range of the middle half of the runs. */
import type { Cost, Measured } from './measure';

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? NaN)) / 2
  );
}

/** The ratio of each run to the run next to it, so that a busy machine slows both: `1.48 (1.45 to 1.53)`. */
export function ratio(values: readonly number[], bases: readonly number[]): string {
  const ratios = values.map((value, index) => value / (bases[index] ?? NaN)).toSorted((a, b) => a - b);
  const quarter = Math.floor(ratios.length / 4);
  const half = ratios.slice(quarter, ratios.length - quarter);
  return `${median(ratios).toFixed(2)} (${(half[0] ?? NaN).toFixed(2)} to ${(half.at(-1) ?? NaN).toFixed(2)})`;
}

export const walls = (costs: readonly Cost[]): number[] => costs.map(({ wallMs }) => wallMs);
export const cpus = (costs: readonly Cost[]): number[] => costs.map(({ cpuMs }) => cpuMs);

/** A row of the table of starts. */
export function toBareNode({ costs, bare, peakMemory, barePeakMemory }: Measured): Record<string, string> {
  return {
    ...row(costs, bare, peakMemory / barePeakMemory),
    'wall ms': median(walls(costs)).toFixed(0),
    'CPU ms': median(cpus(costs)).toFixed(0),
    MB: peakMemory.toFixed(0),
  };
}

/** A row of the table of commands relative to the reference program. */
export function toReference({ costs, reference, peakMemory, referencePeakMemory }: Measured): Record<string, string> {
  return row(costs, reference, peakMemory / referencePeakMemory);
}

function row(costs: readonly Cost[], bases: readonly Cost[], memory: number): Record<string, string> {
  return { wall: ratio(walls(costs), walls(bases)), CPU: ratio(cpus(costs), cpus(bases)), memory: memory.toFixed(2) };
}
