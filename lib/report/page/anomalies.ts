/** Single readings outside the limits of plausible temperatures, which a page shows at their true height. */
import type { Database } from '../../store/database';
import type { DeviceSeries } from '../../store/series';
import type { TimeRange } from './ranges';

export interface Anomaly {
  line: number;
  ms: number;
  value: number;
}

/** Of one range: more of them are a defect, not events. */
const MOST_ANOMALIES = 300;

/** The single readings of the stretches that have one outside the limits, the newest first. */
export async function anomaliesIn(
  database: Database,
  { edges }: TimeRange,
  series: readonly (DeviceSeries | undefined)[],
): Promise<Anomaly[]> {
  const found: Anomaly[] = [];
  for (let n = edges.length - 2; n >= 0 && found.length < MOST_ANOMALIES; n--) {
    if (!series.some((each) => each?.anomalous[n] === 1)) continue;
    const rows = await database.all<{ device_id: string; location: string; timestamp: string; value: number }>(
      `SELECT device_id, location, timestamp, temperature_celsius AS value FROM readings
       WHERE timestamp >= ? AND timestamp < ? AND is_anomalous AND value IS NOT NULL ORDER BY timestamp DESC LIMIT ?`,
      ...[n, n + 1].map((edge) => new Date(edges[edge] ?? NaN).toISOString()),
      MOST_ANOMALIES - found.length,
    );
    for (const { device_id, location, timestamp, value } of rows) {
      const line = series.findIndex((each) => each?.device_id === device_id && each.location === location);
      if (line >= 0) found.push({ line, ms: Date.parse(timestamp), value });
    }
  }
  return found;
}
