/** A device or location that does not exist is a typing mistake, not an empty report. */
import { newestBelieved } from '../clock';
import { nearest } from '../config/nearest';
import { MonitorError } from '../errors';
import { printable } from '../wording';
import type { Database } from '../store/database';
import { latestPerDevice } from '../store/queries';
import type { Request } from './request';

/**
 * @returns the request with the locations as they are stored; capitals make no difference
 * @throws MonitorError `usage`; its remediation names the known ones
 */
export async function withKnownNames(database: Database, request: Request): Promise<Request> {
  const { devices, locations, nowMs } = request;
  if (devices === null && locations === null) return request;
  const known = await database.all<{ device_id: string }>('SELECT device_id FROM device ORDER BY device_id');
  const ids = known.map(({ device_id }) => device_id);
  for (const device of devices ?? []) {
    if (!ids.includes(device)) throw unknown('device', device, ids);
  }
  if (locations === null) return request;
  // A device may have been elsewhere before: the table `word` has every name that was ever stored.
  const words = await database.all<{ text: string }>('SELECT text FROM word');
  const found: string[] = [];
  for (const location of locations) {
    const same = words.filter(({ text }) => text.toLowerCase() === location.toLowerCase()).map(({ text }) => text);
    if (same.length === 0) {
      const latest = await latestPerDevice(database, newestBelieved(nowMs));
      throw unknown('location', location, [...new Set(latest.map((reading) => reading.location))]);
    }
    found.push(...(same.includes(location) ? [location] : same));
  }
  return { ...request, locations: found };
}

function unknown(flag: string, value: string, known: readonly string[]): MonitorError {
  // Escaped as the user must type them.
  const typed = (name: string) => printable(name).replaceAll(',', '\\,');
  const meant = nearest(value, known);
  const list = known.slice(0, 20).map(typed).join(', ');
  return new MonitorError(
    `--${flag} ${JSON.stringify(value)} is not in any reading${meant === undefined ? '' : ` (did you mean ${typed(meant)}?)`}`,
    {
      type: 'usage',
      permanent: true,
      remediation: known.length === 0 ? 'There are no readings yet.' : `Known: ${list}`,
    },
  );
}
