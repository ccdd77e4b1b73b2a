/** Turns costs into ratios: median (smallest to largest) of all runs, to the median of what they are compared with. */
import type { Cost, Measured } from './measure';

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? NaN)) / 2
  );
}

/** `1.48 (1.41 to 1.62)` */
export function ratio(values: readonly number[], base: readonly number[]): string {
  const unit = median(base);
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map((value) =>
    (value / unit).toFixed(2),
  );
  return `${middle} (${least} to ${most})`;
}

export const walls = (costs: readonly Cost[]): number[] => costs.map(({ wallMs }) => wallMs);
export const cpus = (costs: readonly Cost[]): number[] => costs.map(({ cpuMs }) => cpuMs);

/** A row of the table of starts. */
export function toBareNode({ costs, bare, peakMemory, barePeakMemory }: Measured): Record<string, string> {
  return {
    wall: ratio(walls(costs), walls(bare)),
    CPU: ratio(cpus(costs), cpus(bare)),
    memory: (peakMemory / barePeakMemory).toFixed(2),
    'wall ms': median(walls(costs)).toFixed(0),
    'CPU ms': median(cpus(costs)).toFixed(0),
    MB: peakMemory.toFixed(0),
  };
}
