/** Of the cycles that were due: how many each device has a reading of, and why the others are missing. */
import { SOURCES, type CollectorName } from '../sources/all';
import type { Database } from '../store/database';
import { isComplete, lastListing } from '../store/vanished';
import { NO_TRACE, type DueCycles } from './due-cycles';

export interface DeviceCount {
  device_id: string;
  /** as it is called in its newest reading; null if it never had one */
  location: string | null;
  expected: number;
  stored: number;
  missing: number;
  /** a reason of `devices_skipped` (off, unreachable, …), `vanished`, `cycle_failed` or `no_trace` → cycles */
  reasons: Record<string, number>;
}

const CYCLES_A_PAGE = 500;

/** What the row of one cycle says of the devices. */
interface Told {
  read: ReadonlySet<string>;
  skipped: Readonly<Record<string, string>>;
}

/**
 * A device counts from the first cycle that lists it on; if the last cycle before lists it, from the beginning. One that
 * the period does not list at all is left out: it was gone before.
 */
export async function countDevices(
  database: Database,
  collector: CollectorName,
  due: readonly DueCycles[],
): Promise<DeviceCount[]> {
  const [first] = due;
  if (first === undefined) return [];
  const before = await lastListing(database, collector, first.ms - 1);
  const counts = new Map<string, DeviceCount>();
  const begin = (device_id: string) => {
    if (counts.has(device_id)) return;
    counts.set(device_id, { device_id, location: null, expected: 0, stored: 0, missing: 0, reasons: {} });
  };
  for (const device of before?.devices ?? []) begin(device);
  for (let start = 0; start < due.length; start += CYCLES_A_PAGE) {
    const page = due.slice(start, start + CYCLES_A_PAGE);
    const told = await toldIn(
      database,
      page.flatMap(({ ids }) => ids),
    );
    for (const cycle of page) {
      const own = cycle.ids.flatMap((id) => told.get(id) ?? []);
      for (const { read, skipped } of own) {
        for (const device of [...read, ...Object.keys(skipped).filter(isDevice)]) begin(device);
      }
      for (const count of counts.values()) add(count, cycle, own);
    }
  }
  await nameThem(database, counts);
  return [...counts.values()].sort((one, other) => (one.device_id < other.device_id ? -1 : 1));
}

/** `devices_skipped` may also name a bridge that did not answer. */
function isDevice(key: string): boolean {
  return SOURCES.some(({ idPrefix }) => key.startsWith(`${idPrefix}:`));
}

function add(count: DeviceCount, { cycles, reason, ids }: DueCycles, own: readonly Told[]): void {
  count.expected += cycles;
  const why = ids.length === 0 ? NO_TRACE : whyNot(count.device_id, reason, own);
  if (why === null) count.stored += cycles;
  else {
    count.missing += cycles;
    count.reasons[why] = (count.reasons[why] ?? 0) + cycles;
  }
}

function whyNot(device: string, failure: string | null, own: readonly Told[]): string | null {
  if (own.some(({ read }) => read.has(device))) return null;
  if (failure !== null) return 'cycle_failed';
  const reason = own.map(({ skipped }) => skipped[device]).find((text) => text !== undefined);
  if (reason !== undefined) return reason;
  // One bridge of several that did not answer is a failed cycle for its devices.
  return own.every(({ skipped }) => isComplete(skipped)) ? 'vanished' : 'cycle_failed';
}

/** One row a cycle: rows of readings would be twenty times as many. */
async function toldIn(database: Database, ids: readonly number[]): Promise<Map<number, Told>> {
  const rows = await database.all<{ id: number; devices_skipped: string | null; read: string | null }>(
    `SELECT c.id, c.devices_skipped, (SELECT json_group_array(d.device_id) FROM reading r JOIN device d ON d.id = r.device
       WHERE r.cycle = c.id) AS read
     FROM cycle c WHERE c.id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
  return new Map(
    rows.map(({ id, devices_skipped, read }) => [
      id,
      {
        read: new Set(JSON.parse(read ?? '[]') as string[]),
        skipped: JSON.parse(devices_skipped ?? '{}') as Record<string, string>,
      },
    ]),
  );
}

async function nameThem(database: Database, counts: ReadonlyMap<string, DeviceCount>): Promise<void> {
  const rows = await database.all<{ device_id: string; location: string }>(
    `SELECT d.device_id, (SELECT text FROM word WHERE id = r.location) AS location
     FROM device d JOIN reading r ON r.cycle = d.last_cycle AND r.device = d.id`,
  );
  for (const { device_id, location } of rows) {
    const count = counts.get(device_id);
    if (count !== undefined) count.location = location;
  }
}
