/**
 * A plausible week before the demo's own cycle, written by the store's own writer: day and night, ventilation, cooking,
 * an outage of the machine, a battery that died and was replaced, and a sensor that was stuck for a while.
 */
import { NO_QUANTITIES } from '../quantities';
import type { Reading } from '../reading';
import { Database, type Row } from '../store/database';
import type { CycleRecord } from '../store/store';
import { writeCycle } from '../store/write-cycle';
import { clearCycle } from './clear-cycle';
import { seededRandom } from './random';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A cycle every 15 minutes is enough to see a day, and keeps the demo quick. */
export const INTERVAL_MINUTES = 15;
/** How long ago, in milliseconds. */
const OUTAGE = { from: 5 * DAY, to: 5 * DAY - 5 * HOUR };
const BATTERY_DEAD = { from: 3 * DAY, to: DAY };
const STUCK = { from: 2 * DAY, to: DAY / 2 };
const DEAD_ROOM = 'Cellar';
const STUCK_ROOM = 'Study';

const isWithin = ({ from, to }: { from: number; to: number }, ago: number) => ago <= from && ago > to;
const random = seededRandom(7);
const noise = (size: number) => (random.next() - 0.5) * 2 * size;
/** 1 at the middle of something that lasts `hours` on both sides of an hour of the day, 0 outside. */
const around = (hour: number, middle: number, hours: number) => Math.max(0, 1 - Math.abs(hour - middle) / hours);
const rounded = (value: number, decimals = 0) => Number(value.toFixed(decimals));

/**
 * @param now of the newest rows, which are the demo's own cycles: they tell which devices there are, and where
 * @returns the number of readings that were written, in one transaction
 */
export async function writeWeek(databaseFile: string, devices: readonly Row[], now: number): Promise<number> {
  const database = await Database.open(databaseFile, 'read-write');
  let written = 0;
  try {
    await database.run('BEGIN IMMEDIATE');
    for (let ago = 7 * DAY; ago >= INTERVAL_MINUTES * MINUTE; ago -= INTERVAL_MINUTES * MINUTE) {
      if (isWithin(OUTAGE, ago)) continue;
      for (const collector of ['hue', 'amazon_aqm'] as const) {
        const own = devices.filter(({ device_id }) => String(device_id).startsWith('hue:') === (collector === 'hue'));
        const isDead = (device: Row) =>
          collector === 'hue' && device['location'] === DEAD_ROOM && isWithin(BATTERY_DEAD, ago);
        const readings = own.filter((device) => !isDead(device)).map((device) => readingOf(device, now, ago));
        const dead = own.filter(isDead).map(({ device_id }) => [String(device_id), 'unreachable'] as const);
        const skipped = Object.fromEntries(dead);
        await writeCycle(database, { record: recordOf(collector, now - ago, own.length, skipped), readings });
        written += readings.length;
      }
    }
    await database.run('COMMIT');
  } finally {
    await database.close();
  }
  return written;
}

function readingOf(device: Row, now: number, ago: number): Reading {
  const isHue = String(device['device_id']).startsWith('hue:');
  const location = String(device['location']);
  // A stuck sensor says again and again what it measured when it got stuck.
  const isStuck = isHue && location === STUCK_ROOM && isWithin(STUCK, ago);
  const measured = isStuck ? now - STUCK.from : now - ago - MINUTE;
  const date = new Date(measured);
  const hour = date.getHours() + date.getMinutes() / 60;
  const daylight = Math.max(0, Math.sin(((hour - 7) / 11) * Math.PI));
  const airing = around(hour, 7.5, 0.6);
  const cooking = around(hour, 18.75, 1) * (location === 'Kitchen' ? 3 : 1);
  const temperature = Number(device['temperature_celsius']) - 1.2 + 2 * around(hour, 16, 9) - 2 * airing + cooking / 2;
  const common = {
    device_id: String(device['device_id']),
    device_type: String(device['device_type']),
    location,
    measured_at: date.toISOString(),
    temperature_offset_celsius: null,
    is_anomalous: false,
    ...NO_QUANTITIES,
    temperature_celsius: rounded(temperature + (isStuck ? 0 : noise(0.15)), 2),
  };
  if (isHue) {
    const isOldBattery = location === DEAD_ROOM && ago > BATTERY_DEAD.from;
    const battery = isOldBattery ? 1 + (3 * (ago - BATTERY_DEAD.from)) / DAY : Number(device['battery_percent']);
    return {
      ...common,
      light_lux: rounded(location === DEAD_ROOM ? 0.5 : 0.5 + 300 * daylight + 40 * around(hour, 20.5, 2.5), 2),
      battery_percent: rounded(battery),
    };
  }
  const particles = 4 + 25 * cooking + Math.abs(noise(2));
  return {
    ...common,
    humidity_percent: rounded(46 - 8 * airing + 10 * cooking + noise(1.5)),
    pm25_ugm3: rounded(particles),
    pm10_ugm3: rounded(particles * 1.4),
    voc_index: rounded(Math.max(1, 10 + 30 * cooking - 8 * airing + noise(3))),
    co_ppm: 0,
    iaq_score: rounded(85 - 30 * cooking + 5 * airing + noise(3)),
  };
}

function recordOf(
  collector: CycleRecord['collector'],
  startedMs: number,
  devices_seen: number,
  devices_skipped: CycleRecord['devices_skipped'],
): CycleRecord {
  return clearCycle(new Date(startedMs).toISOString(), collector, {
    duration_ms: rounded(180 + noise(60)),
    ...{ devices_seen, devices_skipped },
    requests: collector === 'hue' ? 1 : 2,
    payload_bytes: collector === 'hue' ? 21_000 : 9_000,
    endpoint: collector === 'hue' ? 'sensors' : null,
    interval_minutes: INTERVAL_MINUTES,
  });
}
