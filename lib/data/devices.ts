/** Devices of the database, by what a person types. */
import { nearest } from '../config/nearest';
import { SOURCES } from '../sources/all';
import type { Database } from '../store/database';
import { refusal } from './operation';

export interface Device {
  id: number;
  device_id: string;
  device_type: string;
}

/**
 * @param typed `hue:00:17:…` or `alexa:GAJ…`; or the vendor's own id, without our prefix
 * @returns undefined if it has no reading here
 */
export async function findDevice(database: Database, typed: string): Promise<Device | undefined> {
  const candidates = [typed, ...SOURCES.map(({ idPrefix }) => `${idPrefix}:${typed}`)];
  return await database.get<Device>(
    'SELECT id, device_id, device_type FROM device WHERE device_id IN (SELECT value FROM json_each(?)) LIMIT 1',
    JSON.stringify(candidates),
  );
}

/** @throws MonitorError `refused` that names the devices there are */
export async function deviceNamed(database: Database, typed: string): Promise<Device> {
  const found = await findDevice(database, typed);
  if (found !== undefined) return found;
  const known = (await database.all<Device>('SELECT * FROM device ORDER BY device_id')).map(
    ({ device_id }) => device_id,
  );
  const near = nearest(typed, known);
  const list = known.length === 0 ? 'there is none' : `there are ${known.slice(0, 20).join(', ')}`;
  throw refusal(
    `No reading of ${typed} is stored${near === undefined ? '' : ` (did you mean ${near}?)`}.`,
    `Name a device of the database: ${list}.`,
  );
}

/** The type of a device that is not known yet, by its id. */
export function typeOf(deviceId: string): string | undefined {
  return SOURCES.find(({ idPrefix }) => deviceId.startsWith(`${idPrefix}:`))?.deviceType;
}

/** After readings of devices were moved or deleted: which cycle is the newest of each; a device without any goes. */
export const SETTLE_DEVICES = (ids: string) => `
  UPDATE device SET last_cycle = coalesce(
    (SELECT c.id FROM cycle c CROSS JOIN reading r ON r.cycle = c.id AND r.device = device.id
     ORDER BY c.started_at DESC LIMIT 1), -1) WHERE id IN (${ids});
  DELETE FROM device WHERE id IN (${ids}) AND last_cycle = -1`;
