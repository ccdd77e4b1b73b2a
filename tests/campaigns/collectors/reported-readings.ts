/** What collectors have told of their cycles, and whether the database keeps that word: each reading once, unchanged. */
import type { Home } from '../../support/home';
import type { RunResult } from '../../support/run-command';

export interface ToldReading {
  timestamp: string;
  device_id: string;
  temperature_celsius: number | null;
}

/** The one object of `--json`. */
export interface Told {
  exit_code: number;
  outcome: string;
  started_at: string;
  readings: ToldReading[];
  error: { type: string; message: string; remediation: string } | null;
}

/** @returns null where the process ended before it said anything whole */
export function toldBy({ stdout }: Pick<RunResult, 'stdout'>): Told | null {
  try {
    return JSON.parse(stdout) as Told;
  } catch {
    return null;
  }
}

export interface Reckoning {
  /** readings that were told */
  told: number;
  /** of these, not in the database, or there with another temperature */
  missing: number;
  /** rows of the database with the same device and time as another one */
  twice: number;
  /** cycles whose row promises another number of readings than there are */
  halved: number;
  integrity: string;
}

export async function reckon(home: Home, told: readonly ToldReading[]): Promise<Reckoning> {
  const rows = await home.query<{ timestamp: string; device_id: string; temperature_celsius: number | null }>(
    'SELECT timestamp, device_id, temperature_celsius FROM readings',
  );
  const stored = new Map(rows.map((row) => [`${row.timestamp} ${row.device_id}`, row.temperature_celsius]));
  const missing = told.filter((reading) => {
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
    told: told.length,
    missing: missing.length,
    twice: rows.length - stored.size,
    halved: halved?.cycles ?? NaN,
    integrity: check?.integrity_check ?? 'no answer',
  };
}
