/** Compares the readings that collectors have reported with the database: each must be there once, unchanged. */
import type { Home } from '../../support/home';
import type { RunResult } from '../../support/run-command';

export interface ReportedReading {
  timestamp: string;
  device_id: string;
  temperature_celsius: number | null;
}

/** The one object of `--json`. */
export interface CycleAnswer {
  exit_code: number;
  outcome: string;
  started_at: string;
  readings: ReportedReading[];
  error: { type: string; message: string; remediation: string } | null;
}

/** @returns null if the process ended before it had printed a complete answer */
export function answerOf({ stdout }: Pick<RunResult, 'stdout'>): CycleAnswer | null {
  try {
    return JSON.parse(stdout) as CycleAnswer;
  } catch {
    return null;
  }
}

export interface Comparison {
  /** readings that were reported */
  reported: number;
  /** of these, not in the database, or there with another temperature */
  missing: number;
  /** rows of the database with the same device and time as another one */
  twice: number;
  /** cycles whose row has another number of readings than there are */
  halved: number;
  integrity: string;
}

export async function compareWithDatabase(home: Home, reported: readonly ReportedReading[]): Promise<Comparison> {
  const rows = await home.query<{ timestamp: string; device_id: string; temperature_celsius: number | null }>(
    'SELECT timestamp, device_id, temperature_celsius FROM readings',
  );
  const stored = new Map(rows.map((row) => [`${row.timestamp} ${row.device_id}`, row.temperature_celsius]));
  const missing = reported.filter((reading) => {
    const value = stored.get(`${reading.timestamp} ${reading.device_id}`);
    return value === undefined || value !== reading.temperature_celsius;
  });
  const [halved] = await home.query<{ cycles: number }>(
    `SELECT count(*) AS cycles FROM cycles WHERE readings_stored + readings_spooled <> (
       SELECT count(*) FROM readings WHERE timestamp = started_at
         AND device_type = iif(collector = 'hue', 'hue_sensor', 'alexa_aqm'))`,
  );
  const [check] = await home.query<{ integrity_check: string }>('PRAGMA integrity_check');
  return {
    reported: reported.length,
    missing: missing.length,
    twice: rows.length - stored.size,
    halved: halved?.cycles ?? NaN,
    integrity: check?.integrity_check ?? 'no answer',
  };
}
