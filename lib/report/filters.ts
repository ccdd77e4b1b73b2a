/** A device or room that does not exist is a typing mistake, not an empty report. */
import { newestBelieved } from '../clock';
import { MonitorError } from '../errors';
import { printable } from '../wording';
import type { Database } from '../store/database';
import { latestPerDevice } from '../store/queries';
import type { Request } from './request';

/** @throws MonitorError `usage`; its remediation names the known ones */
export async function checkFilters(database: Database, { devices, locations, nowMs }: Request): Promise<void> {
  if (devices === null && locations === null) return;
  const latest = await latestPerDevice(database, newestBelieved(nowMs));
  const known = await database.all<{ device_id: string }>('SELECT device_id FROM device ORDER BY device_id');
  const ids = known.map(({ device_id }) => device_id);
  for (const device of devices ?? []) {
    if (!ids.includes(device)) throw unknown('device', device, ids);
  }
  for (const location of locations ?? []) {
    // A room may have had another name before: the table `word` has every name that was ever stored.
    const row = await database.get('SELECT id FROM word WHERE text = ?', location);
    if (row === undefined) throw unknown('location', location, [...new Set(latest.map((reading) => reading.location))]);
  }
}

function unknown(flag: string, value: string, known: readonly string[]): MonitorError {
  // Escaped as the user must type them.
  const list = known
    .slice(0, 20)
    .map((name) => printable(name).replaceAll(',', '\\,'))
    .join(', ');
  return new MonitorError(`--${flag} ${JSON.stringify(value)} is not in any reading`, {
    type: 'usage',
    permanent: true,
    remediation: known.length === 0 ? 'There are no readings yet.' : `Known: ${list}`,
  });
}
