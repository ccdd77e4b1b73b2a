/**
 * Devices that a source no longer lists: not skipped for a reason, simply gone. A cycle compares what it was told with what
 * the last complete cycle was told; health and the report say it for a week.
 */
import { newestBelieved } from '../clock';
import type { Database } from './database';
import { IMPORTED } from './schema';

const WEEK_MS = 7 * 24 * 3_600_000;

/** What keeps a cycle from telling who is gone: one bridge of several did not answer. */
const INCOMPLETE = 'bridge:';

export interface ListedDevices {
  started_at: string;
  /** read or skipped */
  devices: string[];
}

/** What the newest complete cycle until then was told; null if there is none. */
export async function lastListing(
  database: Database,
  collector: string,
  untilMs: number,
): Promise<ListedDevices | null> {
  const row = await database.get<{ id: number; started_at: string; devices_skipped: string | null }>(
    `SELECT id, started_at, devices_skipped FROM cycle
     WHERE started_at <= ? AND collector = (SELECT id FROM word WHERE text = ?)
     AND outcome NOT IN (SELECT id FROM word WHERE text IN ('failed', '${IMPORTED}')) AND devices_seen > 0
     AND ifnull(instr(devices_skipped, '"${INCOMPLETE}'), 0) = 0 ORDER BY started_at DESC LIMIT 1`,
    new Date(untilMs).toISOString(),
    collector,
  );
  if (row === undefined) return null;
  const read = await database.all<{ device_id: string }>(
    'SELECT device_id FROM reading r JOIN device d ON d.id = r.device WHERE r.cycle = ?',
    row.id,
  );
  const skipped = Object.keys(JSON.parse(row.devices_skipped ?? '{}') as object);
  return { started_at: row.started_at, devices: [...new Set([...read.map(({ device_id }) => device_id), ...skipped])] };
}

/** Whether a cycle with these reasons can tell that a device is gone. */
export function isComplete(skipped: Readonly<Record<string, string>>): boolean {
  return !Object.keys(skipped).some((key) => key.startsWith(INCOMPLETE));
}

export interface VanishedDevice {
  device_id: string;
  /** as it was called in its last reading */
  location: string;
  lastReadingMs: number;
  /** the last cycle that listed it */
  lastListedMs: number;
}

/** The devices that the newest complete cycle was not told of, but another one within the last week was. */
export async function vanishedDevices(
  database: Database,
  { collector, deviceType }: { collector: string; deviceType: string },
  nowMs: number,
): Promise<VanishedDevice[]> {
  const newest = await lastListing(database, collector, newestBelieved(nowMs));
  if (newest === null) return [];
  const known = await database.all<{ device_id: string; location: string; timestamp: string }>(
    `SELECT d.device_id, (SELECT text FROM word WHERE id = r.location) AS location, c.started_at AS timestamp
     FROM device d JOIN cycle c ON c.id = d.last_cycle JOIN reading r ON r.cycle = c.id AND r.device = d.id
     WHERE d.device_type = ? AND c.started_at <= ? ORDER BY d.device_id`,
    deviceType,
    newest.started_at,
  );
  const found: VanishedDevice[] = [];
  for (const { device_id, location, timestamp } of known.filter(
    (device) => !newest.devices.includes(device.device_id),
  )) {
    const since = new Date(nowMs - WEEK_MS).toISOString();
    const skipped = await database.get<{ started_at: string | null }>(
      `SELECT max(started_at) AS started_at FROM cycle WHERE started_at >= ? AND started_at <= ?
       AND collector = (SELECT id FROM word WHERE text = ?) AND instr(devices_skipped, ?) > 0`,
      since,
      newest.started_at,
      collector,
      JSON.stringify(device_id),
    );
    const lastReadingMs = Date.parse(timestamp);
    const lastListedMs = Math.max(lastReadingMs, Date.parse(skipped?.started_at ?? timestamp));
    if (lastListedMs >= nowMs - WEEK_MS) found.push({ device_id, location, lastReadingMs, lastListedMs });
  }
  return found;
}
