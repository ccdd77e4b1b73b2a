/** What whole cycles cost: bytes on the wire and time from start to end, as statistics. */

export type Endpoint = 'full' | 'sensors';

/** One cycle. */
export interface Cycle {
  /** temperature sensors in the answer, skipped ones included */
  sensors: number;
  /** response bodies on the wire */
  payloadBytes: number;
  /** from the start of the process to its end */
  durationMs: number;
}

export interface Spread {
  min: number;
  median: number;
  /** the smallest value that 95 % of all do not exceed */
  p95: number;
}

export interface Measurement {
  cycles: number;
  sensors: number;
  payload_bytes: Spread;
  duration_ms: Spread;
}

/** @param cycles at least one */
export function summarise(cycles: readonly Cycle[]): Measurement {
  return {
    cycles: cycles.length,
    sensors: cycles.at(-1)?.sensors ?? 0,
    payload_bytes: spreadOf(cycles.map(({ payloadBytes }) => payloadBytes)),
    duration_ms: spreadOf(cycles.map(({ durationMs }) => Math.round(durationMs * 10) / 10)),
  };
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? 0;
  const middle = (sorted.length - 1) / 2;
  return {
    min: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    p95: at(Math.ceil(sorted.length * 0.95) - 1),
  };
}
