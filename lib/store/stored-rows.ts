/**
 * Reads many readings at once: SQLite hands over a page of them as one text, and what repeats (device, location) is
 * looked up here, because the view would look it up again for each row.
 */
import { QUANTITY_NAMES, quantityRow, type QuantityName, type QuantityRow } from '../quantities';
import type { Database, SqlValue } from './database';
import type { StoredReading } from './queries';

/** The names behind the numbers in the table `reading`. */
export interface Names {
  devices: Map<number, { device_id: string; device_type: string }>;
  words: Map<number, string>;
}

export async function namesOf(database: Database): Promise<Names> {
  const devices = await database.all<{ id: number; device_id: string; device_type: string }>('SELECT * FROM device');
  const words = await database.all<{ id: number; text: string }>('SELECT id, text FROM word');
  return {
    devices: new Map(devices.map((device) => [device.id, device])),
    words: new Map(words.map(({ id, text }) => [id, text])),
  };
}

export interface RowsQuery {
  fromMs: number;
  /** not included */
  toMs: number;
  /** each begins with AND, about the tables `cycle` called c, `reading` called r */
  conditions: string;
  parameters: readonly SqlValue[];
}

/**
 * SQLite's JSON has 15 digits; the few values that need more are handed over as texts of 20. Hundredths are handed over as
 * they are kept, and whole numbers as such, because to write a fraction takes SQLite as long as to read the row.
 */
function handedOver({ column, as }: Pick<QuantityRow['stored'], 'column' | 'as'>): string {
  const text = `printf('%!.20g', r.${column})`;
  if (as === 'hundredths') return `CASE typeof(r.${column}) WHEN 'real' THEN ${text} ELSE r.${column} END`;
  const whole = `CAST(r.${column} AS INTEGER)`;
  return `CASE WHEN r.${column} IS NULL THEN NULL WHEN r.${column} = ${whole} THEN ${whole} ELSE ${text} END`;
}

const OFFSET = handedOver({ column: 'temperature_offset', as: 'hundredths' });
const HANDED_OVER = QUANTITY_NAMES.map((name) => `, ${handedOver(quantityRow(name).stored)}`).join('');
const IS_HUNDREDTHS = QUANTITY_NAMES.map((name) => quantityRow(name).stored.as === 'hundredths');

type Packed = [
  ...[startedMs: number, device: number, location: number, ageMs: number | null, isAnomalous: number],
  offset: number | string | null,
];

/** In the order of time, then of device ids. */
export async function readRows(database: Database, query: RowsQuery, names: Names): Promise<StoredReading[]> {
  const packed = await database.get<{ rows: string }>(
    `SELECT json_group_array(json_array(c.started_ms, r.device, r.location, r.age_ms, r.is_anomalous,
       ${OFFSET}${HANDED_OVER})) AS rows
     FROM cycle c CROSS JOIN reading r ON r.cycle = c.id
     WHERE c.started_at >= ? AND c.started_at < ? ${query.conditions}`,
    new Date(query.fromMs).toISOString(),
    new Date(query.toMs).toISOString(),
    ...query.parameters,
  );
  const rows = JSON.parse(packed?.rows ?? '[]') as [...Packed, ...(number | string | null)[]][];
  const idOf = (device: number) => names.devices.get(device)?.device_id ?? '';
  rows.sort((a, b) => a[0] - b[0] || (idOf(a[1]) < idOf(b[1]) ? -1 : 1));
  return rows.map((row) => unpack(row, names));
}

const DAY_MS = 86_400_000;
const days = new Map<number, string>();
const digits = (value: number, count: number) => String(value).padStart(count, '0');

/** As `toISOString`, which takes half of the time of an export. */
function isoOf(ms: number): string {
  const number = Math.floor(ms / DAY_MS);
  let day = days.get(number);
  if (day === undefined) days.set(number, (day = new Date(number * DAY_MS).toISOString().slice(0, 11)));
  const rest = ms - number * DAY_MS;
  const [hours, minutes, seconds] = [
    Math.floor(rest / 3_600_000),
    Math.floor(rest / 60_000) % 60,
    Math.floor(rest / 1000) % 60,
  ];
  return `${day}${digits(hours, 2)}:${digits(minutes, 2)}:${digits(seconds, 2)}.${digits(rest % 1000, 3)}Z`;
}

function unpack(row: [...Packed, ...(number | string | null)[]], { devices, words }: Names): StoredReading {
  const [startedMs, device, location, ageMs, isAnomalous, offset, ...values] = row;
  const reading = {
    timestamp: isoOf(startedMs),
    measured_at: ageMs === null ? null : isoOf(startedMs - ageMs),
    device_id: devices.get(device)?.device_id ?? '',
    device_type: devices.get(device)?.device_type ?? '',
    location: words.get(location) ?? '',
  } as StoredReading;
  for (const [n, name] of QUANTITY_NAMES.entries()) reading[name] = numberOf(values[n], IS_HUNDREDTHS[n]);
  reading.is_anomalous = isAnomalous;
  reading.temperature_offset_celsius = numberOf(offset, true);
  return reading;
}

function numberOf(value: number | string | null = null, isHundredths = false): StoredReading[QuantityName] {
  if (typeof value === 'string') return Number(value);
  return isHundredths && value !== null ? value / 100 : value;
}
